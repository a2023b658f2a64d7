"""Whether the server would accept a statement of a step, found out without running it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from bootstrap.dialects.base import ServerError
from bootstrap.dialects.mysql.text import literal

if TYPE_CHECKING:
    from bootstrap.dialects.base import Session

_SYNTAX = frozenset({"1064"})
_NAMES = frozenset({"1054", "1109", "1136", "1146"})  # column, table of a clause, number of values, table


def refusal(session: Session, sql: str, *, names: bool) -> str:
    """What the server says against a statement; "" where nothing is known against it.

    It is prepared and never executed. With ``names`` everything that it names must exist now.
    """
    try:
        session.execute(f"PREPARE db_bootstrap_check FROM {literal(sql)}")
    except ServerError as error:
        if error.connection_lost:
            raise
        return str(error) if error.code in _SYNTAX | (_NAMES if names else frozenset()) else ""
    with suppress(ServerError):
        session.execute("DEALLOCATE PREPARE db_bootstrap_check")
    return ""
