"""What a table becomes, action by action."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any, TypeVar

from bootstrap.catalog.changes import (
    AddColumn,
    AddConstraint,
    Alter,
    AlterColumn,
    AlterConstraint,
    AlterIndex,
    CreateIndex,
    DropColumn,
    DropConstraint,
    DropIndex,
    Leave,
    RenameColumn,
    Repartition,
)
from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import Constraint
from bootstrap.catalog.indexes import Index
from bootstrap.catalog.ref import Kind
from bootstrap.catalog.tables import Table
from bootstrap.plan.operations import TableAction

_Named = TypeVar("_Named", bound=Constraint | Index)
_MEMBERS = ("columns", "primary_key", "uniques", "foreign_keys", "checks", "exclusions", "indexes")
_COLLECTION = {
    Kind.UNIQUE: "uniques",
    Kind.FOREIGN_KEY: "foreign_keys",
    Kind.CHECK: "checks",
    Kind.EXCLUSION: "exclusions",
}


def after_actions(table: Table, actions: Iterable[TableAction]) -> Table:
    """Return the table as it is when the actions are done."""
    for action in actions:
        table = _after(table, action)
    return table


def _after(table: Table, action: TableAction) -> Table:
    match action:
        case Alter() | Leave() | Repartition():
            return _with_properties(table, action)
        case AddColumn() | DropColumn() | AlterColumn() | RenameColumn():
            return replace(table, columns=_with_column(table.columns, action))
        case AddConstraint(after=constraint):
            return _with_constraint(table, None, constraint)
        case DropConstraint(before=old):
            return _with_constraint(table, old, None)
        case AlterConstraint(before=old, after=constraint):
            return _with_constraint(table, old, constraint)
        case CreateIndex(after=index):
            return replace(table, indexes=_changed(table.indexes, None, index))
        case DropIndex(before=old_index):
            return replace(table, indexes=_changed(table.indexes, old_index, None))
        case AlterIndex(before=old_index, after=index):
            return replace(table, indexes=_changed(table.indexes, old_index, index))


def _with_properties(table: Table, action: Alter | Leave | Repartition) -> Table:
    """The table's own properties; its partitions are a change of their own."""
    match action:
        case Leave():
            return replace(table, partitioning=None)
        case Repartition(after=new):
            return replace(table, partitioning=new.partitioning)
    differing: dict[str, Any] = {
        field.name: getattr(action.after, field.name)
        for field in fields(Table)
        if field.name not in _MEMBERS and getattr(action.before, field.name) != getattr(action.after, field.name)
    }
    return replace(table, **differing)


def _with_column(
    columns: tuple[Column, ...], action: AddColumn | DropColumn | AlterColumn | RenameColumn
) -> tuple[Column, ...]:
    match action:
        case AddColumn(after=column, previous=previous):
            return _inserted(columns, column, previous)
        case DropColumn(before=column):
            return tuple(item for item in columns if item.name != column.name)
        case AlterColumn() | RenameColumn():
            return tuple(action.after if item.name == action.before.name else item for item in columns)


def _inserted(columns: tuple[Column, ...], column: Column, previous: str) -> tuple[Column, ...]:
    names = [item.name for item in columns]
    if previous and previous not in names:
        return (*columns, column)
    place = names.index(previous) + 1 if previous else 0
    return (*columns[:place], column, *columns[place:])


def _with_constraint(table: Table, old: Constraint | None, new: Constraint | None) -> Table:
    kind = (old or new).kind  # type: ignore[union-attr]  # one of them is there
    if kind is Kind.PRIMARY_KEY:
        return replace(table, primary_key=new)  # type: ignore[arg-type]  # of that kind
    name = _COLLECTION[kind]
    changed: dict[str, Any] = {name: _changed(getattr(table, name), old, new)}
    return replace(table, **changed)


def _changed(items: tuple[_Named, ...], old: _Named | None, new: _Named | None) -> tuple[_Named, ...]:
    """The members without the old one, with the new one, sorted by name as everywhere."""
    found: list[_Named] = [item for item in items if old is None or item.name != old.name]
    if new is not None:
        found.append(new)
    return tuple(sorted(found, key=lambda item: item.name))
