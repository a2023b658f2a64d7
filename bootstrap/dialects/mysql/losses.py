"""The foreign keys of a MySQL or MariaDB server that pass deletions on; those of other databases count too."""

from __future__ import annotations

from collections.abc import Sequence

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.dialects.losses import Losses, Reference
from bootstrap.dialects.mysql.session import MySqlSession
from bootstrap.dialects.mysql.text import quote

_REFERENCES = """
SELECT k.table_schema, k.table_name, k.constraint_name, k.referenced_table_schema, k.referenced_table_name,
       r.delete_rule, k.column_name, k.referenced_column_name
FROM information_schema.referential_constraints r
JOIN information_schema.key_column_usage k
  ON k.constraint_schema = r.constraint_schema AND k.constraint_name = r.constraint_name
 AND k.table_name = r.table_name AND k.referenced_table_name IS NOT NULL
WHERE r.delete_rule IN ('CASCADE', 'SET NULL', 'SET DEFAULT')
ORDER BY k.table_schema, k.table_name, k.constraint_name, k.ordinal_position
"""


def losses_on(session: MySqlSession) -> Losses:
    """What deletions take, counted on the server of a session."""
    return Losses(session, _relation, quote, lambda: _references(session))


def _relation(table: Ref) -> str:
    return f"{quote(table.schema)}.{quote(table.name)}" if table.schema else quote(table.name)


def _references(session: MySqlSession) -> Sequence[Reference]:
    columns: dict[tuple[Ref, str, Ref, str], list[tuple[str, str]]] = {}
    for row in session.query(_REFERENCES):
        schema, table, name, over, parent, action, column, other = map(str, row)
        key = (_ref(schema, table, session), name, _ref(over, parent, session), action)
        columns.setdefault(key, []).append((column, other))
    return [
        Reference(
            table, tuple(one for one, _ in pairs), parent, tuple(other for _, other in pairs), action,
            ("=",) * len(pairs),
        )
        for (table, _, parent, action), pairs in columns.items()
    ]  # fmt: skip


def _ref(schema: str, name: str, session: MySqlSession) -> Ref:
    """A table as the catalog names it: the session's own database has no name."""
    return Ref(Kind.TABLE, "" if schema == session.database else schema, name)
