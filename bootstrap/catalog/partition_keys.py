"""Keys and indexes of partitions beside those that belong to their parent's."""

from __future__ import annotations

from collections.abc import Iterator

from bootstrap.catalog.constraints import KeyConstraint
from bootstrap.catalog.indexes import Index
from bootstrap.catalog.tables import Table


def key_like(table: Table) -> Iterator[Index | KeyConstraint]:
    """All of a table that can be attached to a parent's."""
    if table.primary_key:
        yield table.primary_key
    yield from table.uniques
    yield from table.indexes


def beside(table: Table) -> list[Index | KeyConstraint]:
    """What a partition has on its own although its parent's is the same but for the name.

    When a table is attached, the server takes in the first that fits: these must not be there yet.
    """
    attached = {_definition(item) for item in key_like(table) if item.parent is not None}
    return [item for item in key_like(table) if item.parent is None and _definition(item) in attached]


def _definition(item: Index | KeyConstraint) -> tuple[object, ...]:
    """What the server compares."""
    parts = item.columns if isinstance(item, KeyConstraint) else item.parts
    columns = tuple((part.column, part.expression) for part in parts)
    if isinstance(item, KeyConstraint):
        return True, "btree", columns, item.include, None, item.nulls_not_distinct
    return item.unique, item.method, columns, item.include, item.where, item.nulls_not_distinct
