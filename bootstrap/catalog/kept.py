"""What a declaration declared before and does not any more, where it is to stay: the desired catalog has it too.

So nothing drops it, and a rebuild carries it along. What only acts on the rows of a declared table (constraints,
indexes, triggers, policies …) holds no data and may refuse what the declared application writes: that is not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeAlias, TypeVar

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import ForeignKey, KeyConstraint
from bootstrap.catalog.indexes import Index
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table

Keeps: TypeAlias = Callable[[Ref], bool]

_ACTING = frozenset({Kind.TRIGGER, Kind.RULE, Kind.POLICY, Kind.PUBLISHED_TABLE, Kind.EVENT, Kind.EVENT_TRIGGER})
_RELATIONS = (Kind.TABLE, Kind.VIEW, Kind.MATERIALIZED_VIEW)
_REFUSING = frozenset({"NO ACTION", "RESTRICT"})
_Key = TypeVar("_Key", KeyConstraint, Index)


def nothing_kept(_: Ref) -> bool:
    """Keep nothing."""
    return False


def with_kept(desired: Catalog, current: Catalog, keeps: Keeps) -> Catalog:
    """Return the desired catalog with the objects and columns of the current one that are to stay.

    Args:
        desired: what is declared.
        current: what there is, once the declared renames are done.
        keeps: whether an earlier run declared an object, so that it stays.
    """
    kept = {ref: item for ref, item in current.objects.items() if ref not in desired.objects and keeps(ref)}
    objects = dict(desired.objects)
    for ref, item in kept.items():
        if not _acts_on_declared(ref, desired):
            objects[ref] = _without_refusing_keys(item, desired) if isinstance(item, Table) else item
    for table in desired.of(Table):
        live = current.objects.get(table.ref)
        if isinstance(live, Table):
            objects[table.ref] = _with_kept_columns(table, live, keeps)
    wider = replace(desired, objects=objects)
    added = wider.members - desired.members
    needs = {ref: current.dependencies[ref] for ref in added if ref in current.dependencies}
    return replace(wider, dependencies={**desired.dependencies, **needs}) if added else desired


def _acts_on_declared(ref: Ref, desired: Catalog) -> bool:
    """Whether an object changes what a declared relation does, or does something by itself."""
    if ref.kind not in _ACTING:
        return False
    return not ref.table or any(Ref(kind, ref.schema, ref.table) in desired.objects for kind in _RELATIONS)


def _without_refusing_keys(table: Table, desired: Catalog) -> Table:
    """A kept table without the foreign keys that would refuse to delete or change the rows of a declared one."""
    keys = tuple(key for key in table.foreign_keys if not _refuses(key, desired))
    return replace(table, foreign_keys=keys)


def _refuses(key: ForeignKey, desired: Catalog) -> bool:
    declared = Ref(Kind.TABLE, key.ref_schema, key.ref_table) in desired.objects
    return declared and bool(_REFUSING & {key.on_delete, key.on_update})


def _with_kept_columns(table: Table, live: Table, keeps: Keeps) -> Table:
    """A declared table with the kept columns in the places that they have."""
    columns = list(table.columns)
    kept: set[str] = set()
    previous = ""
    for column in live.columns:
        if table.column(column.name) is None and keeps(live.ref.child(Kind.COLUMN, column.name)):
            names = [item.name for item in columns]
            place = names.index(previous) + 1 if previous in names else len(names) if previous else 0
            columns.insert(place, _insertable(column))
            kept.add(column.name)
        previous = column.name
    if not kept:
        return table
    return _with_counting_keys(replace(table, columns=tuple(columns)), live, kept)


def _insertable(column: Column) -> Column:
    """The column as rows can be inserted that do not name it: NULL is its value where nothing else gives one."""
    filled = column.default is not None or column.generated or column.identity or column.serial
    if column.nullable or filled or column.auto_increment:
        return column
    return replace(column, nullable=True, not_null_name=None)


def _with_counting_keys(table: Table, live: Table, kept: set[str]) -> Table:
    """MySQL has no AUTO_INCREMENT column without a key: a kept one keeps the keys that are of it alone."""
    counting = {column.name for column in live.columns if column.auto_increment and column.name in kept}
    if not counting:
        return table
    primary = next(iter(_keys_of([live.primary_key] if live.primary_key else [], counting)), None)
    return replace(
        table,
        primary_key=table.primary_key or primary,
        uniques=(*table.uniques, *_keys_of(live.uniques, counting)),
        indexes=(*table.indexes, *_keys_of(live.indexes, counting)),
    )


def _keys_of(keys: list[_Key] | tuple[_Key, ...], names: set[str]) -> Iterator[_Key]:
    for key in keys:
        parts = key.columns if isinstance(key, KeyConstraint) else key.parts
        if {part.column for part in parts} <= names:
            yield key
