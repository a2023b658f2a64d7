"""Whether a table, a view or a column exists: what the conditions of steps ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bootstrap.dialects.postgresql.names import quote

if TYPE_CHECKING:
    from bootstrap.dialects.base import Session

_RELATION = "SELECT pg_catalog.to_regclass(%s) IS NOT NULL"
_COLUMN = (
    "SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = pg_catalog.to_regclass(%s)"
    " AND attname = %s AND attnum > 0 AND NOT attisdropped)"
)


def exists(session: Session, names: Sequence[str]) -> bool:
    """Look a name up along the search path of declared SQL: ``table``, ``schema.table``, each with a column or not."""
    *table, column = names
    with session.declared_sql():
        if len(names) < 3 and session.query(_RELATION, [_path(names)])[0][0]:  # noqa: PLR2004  # schema.table.column
            return True
        return bool(table and session.query(_COLUMN, [_path(table), column])[0][0])


def _path(names: Sequence[str]) -> str:
    return ".".join(map(quote, names))
