"""The differences between two versions of one table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from bootstrap.catalog.changes import (
    AddColumn,
    AddConstraint,
    Alter,
    AlterColumn,
    AlterConstraint,
    AlterIndex,
    Change,
    CreateIndex,
    DropColumn,
    DropConstraint,
    DropIndex,
)
from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import Constraint
from bootstrap.catalog.indexes import Index
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table

_GENERATED_KEY = "my_row_id"
_Named = TypeVar("_Named", Constraint, Index)


@dataclass(frozen=True, slots=True)
class MemberDifference:
    """Changes of a table's members, and members that were never declared."""

    changes: list[Change]
    unmanaged: list[Ref]


def bare(table: Table) -> Table:
    """The table's own properties, without its members."""
    return replace(
        table, columns=(), primary_key=None, uniques=(), foreign_keys=(), checks=(), exclusions=(), indexes=()
    )


def table_contents(table: Table, *, inline_indexes: bool) -> Iterator[Change]:
    """What follows the CREATE TABLE: indexes, where they are statements of their own, and foreign keys."""
    if not inline_indexes:
        yield from (CreateIndex(table.ref, index) for index in table.indexes)
    yield from (AddConstraint(table, key) for key in table.foreign_keys)


def diff_table(before: Table, after: Table, managed: Callable[[Ref], bool]) -> MemberDifference:
    """Compare all parts of one table."""
    found = MemberDifference([], [])
    if bare(before) != bare(after):
        found.changes.append(Alter(before, after))
    parts = (
        _diff_columns(before, after, managed),
        _diff_constraints(before, after, managed),
        diff_indexes(after.ref, before.indexes, after.indexes, managed),
    )
    for part in parts:
        found.changes.extend(part.changes)
        found.unmanaged.extend(part.unmanaged)
    return found


def _diff_columns(before: Table, after: Table, managed: Callable[[Ref], bool]) -> MemberDifference:
    found = MemberDifference([], [])
    previous = ""
    for column in after.columns:
        old = before.column(column.name)
        if old is None:
            found.changes.append(AddColumn(after, column, previous))
        elif old != column:
            found.changes.append(AlterColumn(after, old, column))
        previous = column.name
    for column in before.columns:
        if after.column(column.name) is not None:
            continue
        ref = before.ref.child(Kind.COLUMN, column.name)
        if managed(ref) or _is_generated_key(column, before, after):
            found.changes.append(DropColumn(before, column))
        else:
            found.unmanaged.append(ref)
    return found


def _is_generated_key(column: Column, before: Table, after: Table) -> bool:
    """Whether it is the server's own primary key (MySQL: my_row_id) of a table that gets another one: the
    server lets neither stay without the other.
    """
    key = before.primary_key
    if key is None or after.primary_key is None or column.name != _GENERATED_KEY:
        return False
    return column.invisible and column.auto_increment and [part.column for part in key.columns] == [column.name]


def _diff_constraints(before: Table, after: Table, managed: Callable[[Ref], bool]) -> MemberDifference:
    found = MemberDifference([], [])
    pairs = pair_members(list(before.constraints), list(after.constraints))
    for old, new in pairs:
        if old is None and new is not None:
            found.changes.append(AddConstraint(after, new))
        elif new is None and old is not None:
            ref = before.ref.child(old.kind, old.name)
            if managed(ref):
                found.changes.append(DropConstraint(before, old))
            else:
                found.unmanaged.append(ref)
        elif old is not None and new is not None and old != new:
            found.changes.append(AlterConstraint(after, old, new))
    return found


def diff_indexes(
    owner: Ref, before: Iterable[Index], after: Iterable[Index], managed: Callable[[Ref], bool]
) -> MemberDifference:
    """Compare the indexes of a table or materialized view."""
    found = MemberDifference([], [])
    for old, new in pair_members(list(before), list(after)):
        if old is None and new is not None:
            found.changes.append(CreateIndex(owner, new))
        elif new is None and old is not None:
            ref = owner.child(Kind.INDEX, old.name)
            if managed(ref):
                found.changes.append(DropIndex(owner, old))
            else:
                found.unmanaged.append(ref)
        elif old is not None and new is not None and old != new:
            found.changes.append(AlterIndex(owner, old, new))
    return found


def pair_members(before: list[_Named], after: list[_Named]) -> Iterator[tuple[_Named | None, _Named | None]]:
    """Pair members of the same kind: by name, else by a declared rename, else by being equal in all but the name."""
    old = {(item.kind, item.name): item for item in before}
    new = {(item.kind, item.name): item for item in after}
    for key in [key for key in new if key in old]:
        yield old.pop(key), new.pop(key)
    for key, item in list(new.items()):
        partner = _partner(item, old)
        if partner is not None:
            yield old.pop(partner), new.pop(key)
    yield from ((item, None) for item in old.values())
    yield from ((None, item) for item in new.values())


def _partner(item: _Named, candidates: dict[tuple[Kind, str], _Named]) -> tuple[Kind, str] | None:
    if item.renamed_from and (item.kind, item.renamed_from) in candidates:
        return item.kind, item.renamed_from
    for key, other in candidates.items():
        if item.kind is other.kind and (
            item.kind is Kind.PRIMARY_KEY or replace(other, name=item.name) == item  # there is only one primary key
        ):
            return key
    return None


def order_notes(before: Table, after: Table) -> list[str]:
    """Say where the order of the columns that both have differs: reported, never acted upon by itself.

    Partitions follow the table above, which is named.
    """
    if after.partition_of is not None:
        return []
    mine = [column.name for column in before.columns if after.column(column.name)]
    theirs = [column.name for column in after.columns if before.column(column.name)]
    if mine == theirs:
        return []
    return [f"{after.ref}: columns are in the order {', '.join(mine)}; declared: {', '.join(theirs)}"]
