"""Whether the server would accept a statement of a step, found out without running it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from bootstrap.dialects.base import ServerError
from bootstrap.sql.lexer import POSTGRESQL, scan

if TYPE_CHECKING:
    from bootstrap.dialects.base import Session

_TAG = "$db_bootstrap_check$"
_ROWS = frozenset({"select", "insert", "update", "delete", "with", "values", "merge"})
# What PL/pgSQL takes for SQL, and not for a statement of its own.
_SQL = _ROWS | {"create", "alter", "drop", "comment", "grant", "revoke", "truncate", "analyze", "lock", "refresh"}
_SYNTAX, _DENIED = "42601", "42501"


def refusal(session: Session, sql: str, *, names: bool) -> str:
    """What the server says against a statement; "" where nothing is known against it.

    Its syntax is checked by a block that returns before it. With ``names`` everything that it names must exist now:
    then the server also analyses it, which runs nothing either.
    """
    tokens = scan(sql, POSTGRESQL)
    words = [token.word for token in tokens]
    first = words[0] if words else ""
    several = any(token.text == ";" for token in tokens)  # BEGIN ATOMIC … END: PL/pgSQL would cut it
    if first not in _SQL or several or _TAG in sql or (first in {"select", "with"} and "into" in words):
        return ""
    with session.declared_sql():
        said = _attempt(
            session,
            f"SET LOCAL check_function_bodies = on; DO {_TAG} BEGIN RETURN; {sql}\n; END {_TAG}",
            syntax_only=True,
        )
        if not said and names and first in _ROWS:
            said = _attempt(session, f"PREPARE db_bootstrap_check AS {sql}", syntax_only=False)
            with suppress(ServerError):  # it was not prepared
                session.execute("DEALLOCATE db_bootstrap_check")
    return said


def _attempt(session: Session, sql: str, *, syntax_only: bool) -> str:
    try:
        with session.transaction(read_only=True):
            session.execute(sql)
    except ServerError as error:
        if error.connection_lost:
            raise
        wrong = error.code == _SYNTAX if syntax_only else error.code.startswith("42") and error.code != _DENIED
        return str(error) if wrong else ""
    return ""
