"""Whether this is one direct session to the writer."""

from __future__ import annotations

from contextlib import closing

from bootstrap.dialects.postgresql.session import PostgresSession, connect
from bootstrap.problems import Unreachable

_POOLER = (
    "this connection goes through a pooler that gives each transaction another server process: locks and settings do"
    " not hold there: connect to the database itself (or to the pooler's session mode)"
)


def check_writable(session: PostgresSession) -> None:
    """Raise Unreachable where this is a replica, a reader or a transaction pooler."""
    recovering, read_only, process = session.query(
        "SELECT pg_is_in_recovery(), current_setting('transaction_read_only')::boolean, pg_backend_pid()"
    )[0]
    if recovering:
        raise Unreachable("this is a replica (reader endpoint): connect to the writer endpoint")
    if read_only:
        raise Unreachable(
            "sessions here are read-only (default_transaction_read_only): use a role or endpoint that writes"
        )
    if process != session.backend_pid:
        _refuse_transaction_pooler(session)


def _refuse_transaction_pooler(session: PostgresSession) -> None:
    """A pooler answers for the server: its process number is made up. In session mode that does no harm; else a second
    client is given the server process that this one believes to be its own."""
    mine = session.query("SELECT pg_backend_pid()")[0][0]
    with closing(connect(session.endpoint, application_name=session.application_name)) as other:
        with other.transaction():
            theirs = other.query("SELECT pg_backend_pid()")[0][0]
            moved = session.query("SELECT pg_backend_pid()")[0][0]
        if theirs == mine or moved != mine:
            raise Unreachable(_POOLER)
        lock = f"db-bootstrap pooler probe {session.database}"
        if session.try_lock(lock):
            try:
                if other.try_lock(lock):
                    raise Unreachable(_POOLER)
            finally:
                session.unlock(lock)
