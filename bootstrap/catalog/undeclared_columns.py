"""Columns that nobody declared, where a declared table must have them all the same: in PostgreSQL's partitions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.columns import Column
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table


def with_columns_of_parents(desired: Catalog, current: Catalog, managed: Callable[[Ref], bool]) -> Catalog:
    """The partitions with the columns that somebody else added to the table above them: a partition that is made, or
    rebuilt, without them could not be attached.
    """
    wider: dict[Ref, Table] = {}
    for table in desired.of(Table):
        if table.partition_of is None:
            continue
        before = current.objects.get(table.ref)
        undeclared = [
            (before.column(column.name) if isinstance(before, Table) else None) or _plain(column)
            for parent in desired.tables_above(table)
            for column in _undeclared(parent, desired, current, managed)
            if table.column(column.name) is None
        ]
        if undeclared:
            wider[table.ref] = replace(table, columns=(*table.columns, *undeclared))
    return replace(desired, objects={**desired.objects, **wider}) if wider else desired


def _undeclared(table: Ref, desired: Catalog, current: Catalog, managed: Callable[[Ref], bool]) -> list[Column]:
    before, after = current.objects.get(table), desired.objects.get(table)
    if not isinstance(before, Table) or not isinstance(after, Table) or before.partition_of is not None:
        return []
    return [
        column
        for column in before.columns
        if after.column(column.name) is None and not managed(table.child(Kind.COLUMN, column.name))
    ]


def _plain(column: Column) -> Column:
    """What a partition must have of a column above it: rows that come through that one have its defaults already."""
    return replace(column, default=None, identity=None, serial=False, comment=None)
