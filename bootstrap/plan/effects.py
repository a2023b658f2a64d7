"""What each change makes, takes away and alters, as identities: the vocabulary of the ordering rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bootstrap.catalog.catalog import table_members
from bootstrap.catalog.changes import (
    AddColumn,
    AddConstraint,
    Alter,
    AlterColumn,
    AlterConstraint,
    AlterIndex,
    Change,
    Create,
    CreateIndex,
    Drop,
    DropColumn,
    DropConstraint,
    DropIndex,
    Rename,
    RenameColumn,
    Repartition,
)
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table

_NONE: frozenset[Ref] = frozenset()


@dataclass(frozen=True, slots=True)
class Effect:
    """Identities that exist only after, only before, and on both sides of a change."""

    makes: frozenset[Ref] = _NONE
    takes: frozenset[Ref] = _NONE
    alters: frozenset[Ref] = _NONE


def effect_of(change: Change) -> Effect:
    """What a change makes, takes and alters; privileges do none of these."""
    match change:
        case Create(after=Table() as table):
            later = {table.ref.child(Kind.FOREIGN_KEY, key.name) for key in table.foreign_keys}
            later |= {table.ref.child(Kind.INDEX, index.name) for index in table.indexes}
            return Effect(makes=frozenset({table.ref, *table_members(table)} - later))
        case AddColumn() if change.after.auto_increment:
            return Effect(makes=frozenset({change.ref, *_keys_beginning_with(change.table, change.after.name)}))
        case Create() | AddColumn() | AddConstraint() | CreateIndex():
            return Effect(makes=frozenset({change.ref}))
        case Drop(before=Table() as table):
            return Effect(takes=frozenset({table.ref, *table_members(table)}))
        case Drop() | DropColumn() | DropConstraint() | DropIndex():
            return Effect(takes=frozenset({change.ref}))
        case Alter() | AlterColumn() | Repartition():
            return Effect(alters=frozenset({change.ref}))
        case Rename():
            return Effect(makes=frozenset({change.ref}), takes=frozenset({change.before.ref}))
        case RenameColumn():
            old = change.table.ref.child(Kind.COLUMN, change.before.name)
            return Effect(makes=frozenset({change.ref}), takes=frozenset({old}))
        case AlterConstraint() | AlterIndex():
            return _renaming(change)
        case _:
            return Effect()


def _keys_beginning_with(table: Table, column: str) -> Iterator[Ref]:
    """The keys that a column which counts by itself may bring along: MySQL wants one from the beginning."""
    for key in (table.primary_key, *table.uniques):
        if key is not None and key.columns[0].column == column:
            yield table.ref.child(key.kind, key.name)
    for index in table.indexes:
        if index.parts[0].column == column:
            yield table.ref.child(Kind.INDEX, index.name)


def _renaming(change: AlterConstraint | AlterIndex) -> Effect:
    if change.before.name == change.after.name:
        return Effect(alters=frozenset({change.ref}))
    old = Ref(change.ref.kind, change.ref.schema, change.before.name, change.ref.table)
    return Effect(makes=frozenset({change.ref}), takes=frozenset({old}), alters=frozenset({change.ref}))
