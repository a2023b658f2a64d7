"""The foreign keys of a PostgreSQL database that pass deletions on."""

from __future__ import annotations

from collections.abc import Sequence

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.dialects.losses import Losses, Reference
from bootstrap.dialects.postgresql.names import qualified, quote
from bootstrap.dialects.postgresql.session import PostgresSession

# Of a key of a partitioned table there is a copy for each partition, on either side: those have a parent.
_REFERENCES = """
SELECT n.nspname, c.relname, rn.nspname, r.relname,
       CASE k.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE 'SET DEFAULT' END,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u (number, place)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number ORDER BY u.place),
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS u (number, place)
             JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number ORDER BY u.place),
       ARRAY(SELECT format('OPERATOR(%I.%s)', s.nspname, o.oprname)
             FROM unnest(k.conpfeqop) WITH ORDINALITY AS u (op, place)
             JOIN pg_operator o ON o.oid = u.op JOIN pg_namespace s ON s.oid = o.oprnamespace ORDER BY u.place)
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class r ON r.oid = k.confrelid JOIN pg_namespace rn ON rn.oid = r.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confdeltype IN ('c', 'n', 'd')
"""


def losses_on(session: PostgresSession) -> Losses:
    """What deletions take, counted in the database of a session."""
    return Losses(session, lambda table: qualified(table.schema, table.name), quote, lambda: _references(session))


def _references(session: PostgresSession) -> Sequence[Reference]:
    return [
        Reference(
            Ref(Kind.TABLE, schema, table), tuple(columns), Ref(Kind.TABLE, over, parent), tuple(others), action,
            tuple(equal),
        )
        for schema, table, over, parent, action, columns, others, equal in session.query(_REFERENCES)
    ]  # fmt: skip
