"""The queries of an introspection, in two round trips: the lists first, then the texts of what they name."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from bootstrap.dialects.base import Row, Scope, ServerError
from bootstrap.dialects.mysql.history import PREFIX
from bootstrap.dialects.mysql.introspection.queries import query
from bootstrap.dialects.mysql.session import MySqlSession
from bootstrap.dialects.mysql.text import quote
from bootstrap.problems import StatementError

_LISTS = ("settings", "charsets", "tables", "views", "routines", "triggers", "events", "database_privileges",
          "table_privileges")  # fmt: skip
# Tables of the server's own database: an account that may not read them manages no accounts either.
_OPTIONAL = ("routine_privileges", "accounts", "memberships")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The raw rows of one database."""

    database: str
    lists: dict[str, list[Row]]
    texts: dict[tuple[str, str], Row | ServerError]  # (table, view, function …, name) → the row of SHOW CREATE

    def text(self, what: str, name: str, column: int) -> str:
        """One column of a SHOW CREATE row. Raises StatementError where the role may not see it."""
        row = self.texts[what, name]
        if isinstance(row, ServerError):
            raise StatementError(f"the definition of {what} {name} cannot be read: {row}") from row
        if row[column] is None:
            raise StatementError(invisible(what, name))
        return str(row[column])


def invisible(what: str, name: str) -> str:
    """What to tell somebody whose account may not see a definition: missing sight is never "missing"."""
    return (
        f"the definition of {what} {name} is hidden from this account. For routines grant it SHOW_ROUTINE ON *.* (MySQL"
        " from 8.0.20), SHOW CREATE ROUTINE (MariaDB from 11.3) or SELECT ON mysql.proc (earlier MariaDB), or create"
        " them with this account as their definer"
    )


def in_scope(name: str, scope: Scope) -> bool:
    """Whether an object of that name is to be read: never our own, and what the scope says."""
    if name.startswith(PREFIX):
        return False
    if any(fnmatchcase(name, pattern) for pattern in scope.ignore):
        return False
    return not scope.tables or any(fnmatchcase(name, pattern) for pattern in scope.tables)


def read(session: MySqlSession, database: str, scope: Scope) -> Reading:
    """Read everything of one database. Raises StatementError where a list cannot be read."""
    vendor = session.server.vendor
    files = [*_LISTS, _OPTIONAL[0], *(f"{name}_{vendor}" for name in _OPTIONAL[1:])]
    answers = session.batch([query(name, database) for name in files])
    lists: dict[str, list[Row]] = {}
    for name, answer in zip((*_LISTS, *_OPTIONAL), answers, strict=True):
        if not isinstance(answer, ServerError):
            lists[name] = answer
        elif name in _OPTIONAL:
            lists[name] = []
        else:
            raise StatementError(f"the list of {name} cannot be read: {answer}") from answer
    for name in ("tables", "views", "events"):
        lists[name] = [row for row in lists[name] if in_scope(str(row[0]), scope)]
    lists["routines"] = [row for row in lists["routines"] if in_scope(str(row[1]), Scope(ignore=scope.ignore))]
    lists["triggers"] = [row for row in lists["triggers"] if in_scope(str(row[2]), scope)]
    return Reading(database=database, lists=lists, texts=_texts(session, database, lists))


def _texts(
    session: MySqlSession, database: str, lists: dict[str, list[Row]]
) -> dict[tuple[str, str], Row | ServerError]:
    wanted: list[tuple[str, str]] = []
    for name, table_type, _ in lists["tables"]:
        what = {"VIEW": "view", "SEQUENCE": "sequence"}.get(str(table_type), "table")
        wanted.append((what, str(name)))
    wanted += [(str(row[0]).lower(), str(row[1])) for row in lists["routines"]]
    wanted += [(what, str(row[0])) for what in ("trigger", "event") for row in lists[f"{what}s"]]
    if not wanted:
        return {}
    # A view's own database is left out of its text only while it is the current one.
    with session.inside(database):
        answers = session.batch([f"SHOW CREATE {what.upper()} {quote(name)}" for what, name in wanted])
    return {
        key: answer if isinstance(answer, ServerError) else answer[0]
        for key, answer in zip(wanted, answers, strict=True)
    }
