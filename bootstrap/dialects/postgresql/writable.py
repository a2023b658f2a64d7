"""Whether this is a session to the writer."""

from __future__ import annotations

from bootstrap.dialects.postgresql.session import PostgresSession
from bootstrap.problems import Replica, Unreachable


def check_writable(session: PostgresSession) -> None:
    """Raise Unreachable where this is a replica or a session that may only read."""
    recovering, read_only = session.query(
        "SELECT pg_is_in_recovery(), current_setting('transaction_read_only')::boolean"
    )[0]
    if recovering:
        raise Replica("this is a replica (reader endpoint): connect to the writer endpoint")
    if read_only:
        raise Unreachable(
            "sessions here are read-only (default_transaction_read_only): use a role or endpoint that writes"
        )
