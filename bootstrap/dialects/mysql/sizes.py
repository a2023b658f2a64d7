"""How large tables are, as far as the server keeps count."""

from __future__ import annotations

from collections.abc import Iterable

from bootstrap.catalog.ref import Ref
from bootstrap.dialects.base import Row, ServerError
from bootstrap.dialects.mysql.session import MySqlSession
from bootstrap.dialects.mysql.text import quote
from bootstrap.plan.context import TableSize

_SIZES = """
SELECT table_name, COALESCE(table_rows, 0), COALESCE(data_length, 0) + COALESCE(index_length, 0)
FROM information_schema.tables WHERE table_schema = %s AND table_type <> 'VIEW'
"""


def table_sizes(session: MySqlSession, tables: Iterable[Ref]) -> dict[Ref, TableSize]:
    """Estimated rows and bytes; 0 rows only where the table is empty for certain: estimates lag behind."""
    wanted = {ref.name: ref for ref in tables}
    if not wanted:
        return {}
    found = [row for row in session.query(_SIZES, [session.database]) if row[0] in wanted]
    looks = session.batch([f"SELECT 1 FROM {quote(str(row[0]))} LIMIT 1" for row in found]) if found else []
    return {
        wanted[str(name)]: TableSize(_rows(int(count), look), int(size))
        for (name, count, size), look in zip(found, looks, strict=True)
    }


def _rows(estimate: int, look: list[Row] | ServerError) -> int:
    return 0 if look == [] else max(1, estimate)
