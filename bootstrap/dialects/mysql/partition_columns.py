"""The columns that a table's rows are divided by, and what may happen to them while they are."""

from __future__ import annotations

from collections.abc import Iterator

from bootstrap.catalog.columns import Column
from bootstrap.catalog.indexes import IndexPart
from bootstrap.catalog.tables import MySqlPartitioning, Table
from bootstrap.dialects.mysql.introspection.lexer import tokens_of
from bootstrap.dialects.mysql.render.conversions import is_convertible
from bootstrap.dialects.mysql.text import unquoted


def are_in_the_way(before: Table, after: Table) -> bool:
    """Whether the partitions must be removed while the columns and keys change."""
    if before.partitioning is None or after.partitioning is None:
        return False
    if "system_time" in before.partitioning.method and before.partitioning.method != after.partitioning.method:
        return True  # they are divided by columns that nobody may have named, and that go with the versioning
    columns = set(columns_of(before.partitioning, before))
    if any(_replaced(before.column(name), after.column(name)) for name in columns):
        return True
    if before.partitioning == after.partitioning:
        return False
    if any(before.column(name) != after.column(name) for name in columns):
        return True
    return _division(before.partitioning) != _division(after.partitioning) and _keys(before) != _keys(after)


def columns_of(partitioning: MySqlPartitioning, table: Table) -> Iterator[str]:
    """The columns of the partitions and sub-partitions; of a KEY () those of the primary key."""
    yield from (column.name for column in table.columns if mentions(partitioning, column.name))
    if "key" in partitioning.method and not partitioning.expression:
        yield from (part.column for key in _primary(table) for part in key if part.column)


def mentions(partitioning: MySqlPartitioning, name: str) -> bool:
    """Whether the rows are divided by a column of that name."""
    text = f"{partitioning.expression} {partitioning.sub_expression or ''}"
    return name.casefold() in {unquoted(token.text).casefold() for token in tokens_of(text)}


def _primary(table: Table) -> Iterator[tuple[IndexPart, ...]]:
    if table.primary_key is not None:
        yield table.primary_key.columns


def _replaced(before: Column | None, after: Column | None) -> bool:
    """Whether a column goes, for good or to come again as another."""
    if before is None or after is None:
        return True
    return before.generated != after.generated or not is_convertible(before.type, after.type)


def _division(partitioning: MySqlPartitioning) -> tuple[object, ...]:
    """What decides which columns each key must hold."""
    return partitioning.method, partitioning.expression, partitioning.sub_method, partitioning.sub_expression


def _keys(table: Table) -> set[object]:
    """What must hold the columns that the rows are divided by."""
    unique = {(index.name, index.parts) for index in table.indexes if index.unique}
    return {*_primary(table), *((key.name, key.columns) for key in table.uniques), *unique}
