"""The digest of the live catalog, computed by the server in one round trip."""

from __future__ import annotations

from bootstrap.dialects.base import Scope, ServerError
from bootstrap.dialects.mysql.introspect.reading import query
from bootstrap.dialects.mysql.session import MySqlSession
from bootstrap.problems import StatementError


def fingerprint(session: MySqlSession, scope: Scope) -> str:
    """Digest of everything in the session's database but our own tables.

    The scope plays no part: what lies outside of it costs at most a comparison that finds nothing.
    """
    _ = scope
    name = "fingerprint_mariadb" if session.server.vendor == "mariadb" else "fingerprint_mysql"
    ignored = "QUOTE(ignored)" if "ignored_indexes" in session.server.capabilities else "'NO'"
    try:
        answers = session.query(query(name, session.database).replace("{ignored}", ignored))
    except ServerError as error:
        raise StatementError(f"the fingerprint cannot be computed: {error}") from error
    return ":".join(str(value) for value in answers[0])
