"""Whether a table, a view or a column exists: what the conditions of steps ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bootstrap.dialects.postgresql.names import quote

if TYPE_CHECKING:
    from bootstrap.dialects.base import Session

_RELATION = "SELECT pg_catalog.to_regclass(%s)::pg_catalog.oid"
_COLUMN = (
    "SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = %s AND attname = %s AND attnum > 0 AND NOT attisdropped)"
)


def exists(session: Session, names: Sequence[str]) -> bool:
    """Look a name up along the search path of declared SQL: ``table``, ``schema.table``, each with a column or not."""
    *table, column = names
    if len(names) < 3 and _relation(session, names):  # noqa: PLR2004  # schema.table.column
        return True
    found = _relation(session, table) if table else None
    return bool(found and session.query(_COLUMN, [found, column])[0][0])


def _relation(session: Session, names: Sequence[str]) -> int | None:
    """The number of what a name means; under that path nothing of ours but names with their schema."""
    with session.declared_sql():
        found = session.query(_RELATION, [_path(names)])[0][0]
    return None if found is None else int(found)


def _path(names: Sequence[str]) -> str:
    return ".".join(map(quote, names))
