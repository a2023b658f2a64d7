"""The ranges of a step that runs in batches: under the search path of declared SQL, our part names its schema."""

from __future__ import annotations

from bootstrap.dialects.base import Session
from bootstrap.dialects.postgresql.names import literal
from bootstrap.problems import Refused

GREATER = "OPERATOR(pg_catalog.>)"

_TYPE = "SELECT pg_catalog.pg_typeof(b.k)::pg_catalog.oid FROM (SELECT {key} AS k FROM {table} LIMIT 1) b"
_BASE = """
SELECT t.typbasetype, t.typtype, n.nspname, t.typname FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) t.typnamespace
WHERE t.oid OPERATOR(pg_catalog.=) %s::pg_catalog.oid
"""


def last_of_batch(session: Session, table: str, key: str, after: str | None, size: int) -> str | None:
    """The key of the last row of the next batch, as a literal of unknown type: it becomes the column's.

    Raises:
        Refused: the order of the key's type is not one of PostgreSQL's own.
    """
    if after is None:
        _refuse_other_orders(session, table, key)
    where = f" WHERE {key} {GREATER} {after}" if after is not None else ""
    rows = session.query(
        f"SELECT b.k::pg_catalog.text FROM (SELECT {key} AS k FROM {table}{where} ORDER BY {key} LIMIT {size}) b"
        " ORDER BY b.k DESC LIMIT 1"
    )
    return literal(str(rows[0][0])).strip() if rows else None


def _refuse_other_orders(session: Session, table: str, key: str) -> None:
    """ORDER BY and our comparisons must be of the same order: citext would be sorted as citext, compared as text."""
    found = session.query(_TYPE.format(key=key, table=table))
    number = found[0][0] if found else 0
    while number:
        [(base, kind, schema, name)] = session.query(_BASE, [number])
        if not base and kind != "e" and schema != "pg_catalog":
            raise Refused(
                f"a batch cannot go by {key} of {table}: its type {schema}.{name} has an order of its own: choose a key"
                " of a type that PostgreSQL has itself"
            )
        number = base
