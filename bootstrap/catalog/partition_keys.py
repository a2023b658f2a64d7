"""Keys and indexes that are the same but for the name, of one table or of a partition and its parent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

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


def alike(keys: Iterable[KeyConstraint]) -> list[KeyConstraint]:
    """Those of the same columns as one before them: of two in one CREATE TABLE the server makes one only."""
    seen: set[tuple[object, ...]] = set()
    found = []
    for key in keys:
        if _definition(key) in seen:
            found.append(key)
        seen.add(_definition(key))
    return found


def attached_alike(table: Table) -> list[KeyConstraint]:
    """A partition's keys that belong to several keys of its parent of the same columns: which one a key that is there
    already becomes, the server chooses.
    """
    attached = [key for key in (table.primary_key, *table.uniques) if key is not None and key.parent is not None]
    counts = Counter(_definition(key) for key in attached)
    return [key for key in attached if counts[_definition(key)] > 1]


def _definition(item: Index | KeyConstraint) -> tuple[object, ...]:
    """What the server compares."""
    parts = item.columns if isinstance(item, KeyConstraint) else item.parts
    columns = tuple((part.column, part.expression) for part in parts)
    if isinstance(item, KeyConstraint):
        return True, "btree", columns, item.include, None, item.nulls_not_distinct
    return item.unique, item.method, columns, item.include, item.where, item.nulls_not_distinct
