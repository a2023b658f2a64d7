"""The digest of the live catalog, computed by the server in one round trip; a second one where texts tell more."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from bootstrap.dialects.base import ServerError
from bootstrap.dialects.mysql.introspection.queries import query
from bootstrap.dialects.mysql.text import account_name, quote
from bootstrap.problems import StatementError

if TYPE_CHECKING:
    from bootstrap.dialects.base import Row
    from bootstrap.dialects.mysql.session import MySqlSession

# Where each vendor and version keeps a fact of the same kind: (placeholder, ability, with it, without).
_PRINTED = (
    ("{column}", "column_srid", ", QUOTE(srs_id)", ""),
    ("{index}", "invisible_indexes", ", QUOTE(is_visible), QUOTE(expression){index}", "{index}"),
    ("{index}", "ignored_indexes", ", QUOTE(ignored)", ""),
    ("{view}", "view_algorithms", ", QUOTE(algorithm)", ""),
    ("{check}", "column_checks",
     "SELECT SHA2(CONCAT_WS(0x1F, 'check', QUOTE(table_name), QUOTE(constraint_name), QUOTE(level),"
     " QUOTE(check_clause)), 256) FROM information_schema.check_constraints WHERE constraint_schema = :database",
     "SELECT SHA2(CONCAT_WS(0x1F, 'check', QUOTE(c.constraint_name), QUOTE(c.check_clause), QUOTE(t.table_name),"
     " QUOTE(t.enforced)), 256) FROM information_schema.check_constraints c JOIN information_schema.table_constraints t"
     " ON t.constraint_name = c.constraint_name AND t.constraint_type = 'CHECK'"
     " WHERE c.constraint_schema = :database AND t.constraint_schema = :database"),
)  # fmt: skip


def fingerprint(session: MySqlSession, roles: Iterable[str]) -> str:
    """Digest of everything in the session's database but our own tables, and of these roles and accounts."""
    replaced = [
        (placeholder, with_it if ability in session.server.capabilities else without)
        for placeholder, ability, with_it, without in _PRINTED
    ]
    structure = [query("fingerprint", session.database, replaced), query("printed", session.database)]
    answers = session.batch([*structure, *_of_accounts(session)])
    digests, printed = (_seen(answer) for answer in answers[:2])
    texts = session.batch([f"SHOW CREATE {what} {quote(str(name))}" for what, name in printed]) if printed else []
    lines = [line for text in texts for line in _telling(str(_seen(text)[0][1]))]
    lines += _accounts(answers[2:], frozenset(roles))
    return ":".join(
        [*map(str, digests[0]), *([hashlib.sha256("\n".join(lines).encode()).hexdigest()] if lines else [])]
    )


def _telling(text: str) -> list[str]:
    """The lines that hold what only the text has; a table's counter, for one, is no structure."""
    if text.startswith("CREATE SEQUENCE"):
        return [text]
    return [text.split("\n", maxsplit=1)[0], *(line for line in text.split("\n") if "FULLTEXT KEY" in line)]


def _of_accounts(session: MySqlSession) -> list[str]:
    """What information_schema does not tell. An account that may not read these manages no accounts either."""
    vendor = session.server.vendor
    names = ("routine_privileges", f"accounts_{vendor}", f"memberships_{vendor}")
    return [query(name, session.database) for name in names]


def _accounts(answers: list[list[Row] | ServerError], roles: frozenset[str]) -> list[str]:
    """All privileges on routines, and of the accounts those asked for: others are other databases' business."""
    privileges, *accounts = ([] if isinstance(answer, ServerError) else answer for answer in answers)
    asked = [
        row
        for rows in accounts
        for row in rows
        if account_name(row[0], row[1]) in roles or (row[1] == "%" and row[0] in roles)  # a name alone is from anywhere
    ]
    return sorted(map(repr, [*privileges, *asked]))


def _seen(answer: list[Row] | ServerError) -> list[Row]:
    if isinstance(answer, ServerError):
        raise StatementError(f"the fingerprint cannot be computed: {answer}") from answer
    return answer
