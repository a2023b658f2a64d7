"""The digest of the live catalog, computed by the server in one round trip; a second one where texts tell more."""

from __future__ import annotations

import hashlib

from bootstrap.dialects.base import Row, Scope, ServerError
from bootstrap.dialects.mysql.introspection.queries import query
from bootstrap.dialects.mysql.session import MySqlSession
from bootstrap.dialects.mysql.text import quote
from bootstrap.problems import StatementError

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


def fingerprint(session: MySqlSession, scope: Scope) -> str:
    """Digest of everything in the session's database but our own tables.

    The scope plays no part: what lies outside of it costs at most a comparison that finds nothing.
    """
    _ = scope
    replaced = [
        (placeholder, with_it if ability in session.server.capabilities else without)
        for placeholder, ability, with_it, without in _PRINTED
    ]
    digests, printed = _answers(
        session, [query("fingerprint", session.database, replaced), query("printed", session.database)]
    )
    texts = _answers(session, [f"SHOW CREATE {what} {quote(str(name))}" for what, name in printed]) if printed else []
    lines = [line for rows in texts for line in _telling(str(rows[0][1]))]
    return ":".join(
        [*map(str, digests[0]), *([hashlib.sha256("\n".join(lines).encode()).hexdigest()] if lines else [])]
    )


def _telling(text: str) -> list[str]:
    """The lines that hold what only the text has; a table's counter, for one, is no structure."""
    if text.startswith("CREATE SEQUENCE"):
        return [text]
    return [text.split("\n", maxsplit=1)[0], *(line for line in text.split("\n") if "FULLTEXT KEY" in line)]


def _answers(session: MySqlSession, statements: list[str]) -> list[list[Row]]:
    answers = []
    for answer in session.batch(statements):
        if isinstance(answer, ServerError):
            raise StatementError(f"the fingerprint cannot be computed: {answer}") from answer
        answers.append(answer)
    return answers
