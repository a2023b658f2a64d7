"""Updates of seeded rows that exchange the values of a unique key, or pass them on.

InnoDB checks a unique key row by row, so such rows are in each other's way. Their values are parked first: replaced by
values that no row has. Then the rows are updated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bootstrap.dialects.base import ServerError
from bootstrap.dialects.mysql.text import quote

if TYPE_CHECKING:
    from bootstrap.dialects.mysql.seeds import Column, SeedLoad

_DUPLICATE = "1062"
_BITS = {"tinyint": 8, "smallint": 16, "mediumint": 24, "int": 32, "bigint": 64}
_LENGTH = re.compile(r"(?:var)?char\((\d+)\)")
_LONGEST_TEXT = 64  # the digits of a SHA-256
_REMEDY = (
    "where rows of the seed exchange the values of a unique key, one of its columns must be an integer, a char or"
    " varchar, or nullable and not referred to by a foreign key"
)

_KEYS = """
SELECT s.index_name, s.column_name,
       EXISTS (SELECT 1 FROM information_schema.key_column_usage k WHERE k.referenced_table_schema = %s
               AND k.referenced_table_name = s.table_name AND k.referenced_column_name = s.column_name)
FROM information_schema.statistics s
WHERE s.table_schema = %s AND s.table_name = %s AND s.non_unique = 0 AND s.column_name IS NOT NULL
ORDER BY s.index_name, s.seq_in_index
"""


def update(load: SeedLoad, columns: Sequence[Column]) -> int:
    """Update these columns of the rows that differ; returns how many rows.

    Raises:
        ServerError: the server refuses a row.
    """
    values = ", ".join(f"t.{quote(column.name)} = s.{quote(column.name)}" for column in columns)
    sql = f"UPDATE {load.joined} SET {values} WHERE {load.differs}"
    try:
        return load.session.execute(sql)
    except ServerError as error:
        if error.code != _DUPLICATE:
            raise
        updated = load.number(f"{load.joined} WHERE {load.differs}")
        if not _park(load, columns):
            raise ServerError(f"{error}; {_REMEDY}", code=error.code) from error
    load.session.execute(sql)
    return updated


def _park(load: SeedLoad, columns: Sequence[Column]) -> bool:
    """Replace the values of one column of each unique key, in the rows where they change; whether there were any."""
    parked = False
    for column, value in _parking(load, columns):
        name = quote(column.name)
        parked |= bool(
            load.session.execute(
                f"UPDATE {load.joined} SET t.{name} = {value} WHERE ({load.differs}) AND NOT (t.{name} <=> s.{name})"
            )
        )
    return parked


def _parking(load: SeedLoad, columns: Sequence[Column]) -> Iterator[tuple[Column, str]]:
    """A column of each unique key that is updated, and the expression of values that no row has."""
    database, written = load.session.database, {column.name: column for column in columns}
    keys: dict[str, list[tuple[Column, str]]] = {}
    for index, name, referenced in load.session.query(_KEYS, [database, database, load.seed.table.name]):
        column = written.get(str(name))
        value = _unused(load, column, referenced=bool(referenced)) if column else None
        if column and value:
            keys.setdefault(str(index), []).append((column, value))
    chosen = {found[0][0].name: found[0] for found in keys.values()}
    yield from chosen.values()


def _unused(load: SeedLoad, column: Column, *, referenced: bool) -> str | None:
    """An expression with a value of its own for each staged row, which no row has; None where the type has none."""
    bits = _BITS.get(re.split(r"\W", column.type)[0])
    if bits:
        return _unused_number(load, column, bits)
    length = _LENGTH.match(column.type)
    if length:
        return f"LEFT(SHA2(CONCAT(CONNECTION_ID(), ' ', s.{load.row}), 256), {min(int(length[1]), _LONGEST_TEXT)})"
    return None if column.required or referenced else "NULL"


def _unused_number(load: SeedLoad, column: Column, bits: int) -> str | None:
    """Numbers above all others, or below them where the type ends."""
    name, unsigned = quote(column.name), "unsigned" in column.type
    least, most = (0, 2**bits - 1) if unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    sources = (load.target, load.stage)
    found = [load.session.query(f"SELECT MIN({name}), MAX({name}), COUNT(*) FROM {source}")[0] for source in sources]
    smallest = min(int(low) for low, _, _ in found if low is not None)
    largest = max(int(high) for _, high, _ in found if high is not None)
    rows = int(found[1][2])
    if largest + rows <= most:
        return f"{largest} + s.{load.row}"
    return f"{smallest} - CAST(s.{load.row} AS SIGNED)" if smallest - rows >= least else None
