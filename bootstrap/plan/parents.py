"""Partitions and inheriting tables: in which order they come, go, and change beside their parents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.changes import AddConstraint, Alter, Change, Create, CreateIndex, Drop, Leave
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.plan.effects import Effect

Precedence: TypeAlias = tuple[set[int], int]
"""Places of changes in their list, and the place of one that comes after them."""
_Needs: TypeAlias = Mapping[Ref, frozenset[Ref] | set[Ref]]


def freed(before: Table, after: Table) -> Table:
    """A table without the parents and the type that it must be detached from before it can become what is declared."""
    parents = tuple(name for name in before.inherits if name in after.inherits)
    part = before.partition_of if _parent(before) == _parent(after) else None
    typed = before.of_type == after.of_type and _shape(before) == _shape(after)
    return replace(before, inherits=parents, partition_of=part, of_type=before.of_type if typed else None)


def is_let_go(before: Table, after: Table) -> bool:
    """Whether a table had a parent or a type, and has none, or not yet the one that is declared."""
    return _belongs(before) and not _belongs(freed(before, after))


def joins(before: Table, after: Table) -> bool:
    """Whether a table gets a parent or a type where it has none, or has none any more."""
    return _belongs(after) and not _belongs(freed(before, after))


def with_leaving(changes: Sequence[Change], current: Catalog, desired: Catalog) -> Iterator[Change]:
    """The changes, with that of each table that must be detached first in two: detach, then attach."""
    left = {}
    for before in current.of(Table):
        after = desired.objects.get(before.ref)
        if isinstance(after, Table) and freed(before, after) != before:
            yield Leave(before)
            left[before.ref] = Alter(freed(before, after), after)
    yield from (change for change in changes if not (isinstance(change, Alter) and change.ref in left))
    yield from left.values()


def _parent(table: Table) -> tuple[str, str] | None:
    return (table.partition_of.schema, table.partition_of.table) if table.partition_of else None


def _shape(table: Table) -> list[tuple[str, str, str | None]]:
    """What a type says of a table that is of it."""
    return [(column.name, column.type, column.collation) for column in table.columns]


def _joins(change: Change) -> bool:
    if not isinstance(change, Alter) or not isinstance(change.before, Table) or not isinstance(change.after, Table):
        return False
    return joins(change.before, change.after)


def partitioned_by(item: DatabaseObject) -> Ref | None:
    """The partitioned table that an object is a partition of."""
    part = item.partition_of if isinstance(item, Table) else None
    return Ref(Kind.TABLE, part.schema, part.table) if part else None


def parenthood(changes: Sequence[Change], effects: Sequence[Effect], needs: _Needs) -> Iterator[Precedence]:
    """What must come before what because one table is another's parent.

    Args:
        changes: in any order.
        effects: of each of them.
        needs: what each object of the wanted structure needs.
    """
    touching: dict[Ref, set[int]] = defaultdict(set)
    for index, effect in enumerate(effects):
        for ref in effect.makes | effect.takes | effect.alters:
            if ref.owner:
                touching[ref.owner].add(index)
    yield from _leaving_first(changes, touching)
    yield from _joined_last(changes, effects, needs, touching)
    yield from _partitions_make_room(changes)
    yield from _dropped_before_keys(changes, touching)


def _dropped_before_keys(changes: Sequence[Change], touching: Mapping[Ref, set[int]]) -> Iterator[Precedence]:
    """A new index of the parent is valid when all its partitions have it: those that go are gone by then, also those
    that are recreated elsewhere.
    """
    created = {
        change.ref: (index, partitioned_by(change.after))
        for index, change in enumerate(changes)
        if isinstance(change, Create)
    }
    for index, change in enumerate(changes):
        parent = partitioned_by(change.before) if isinstance(change, Drop) else None
        if isinstance(change, Drop) and parent:
            again, later = created.get(change.ref, (index, parent))
            gone, around = {index} if later == parent else {index, again}, touching.get(parent, ())
            yield from ((gone, then) for then in around if isinstance(changes[then], AddConstraint | CreateIndex))


def _leaving_first(changes: Sequence[Change], touching: Mapping[Ref, set[int]]) -> Iterator[Precedence]:
    """A table lets go of its parent first: only then can its members change, and what goes of the parent's takes
    nothing of it along.
    """
    for index, change in enumerate(changes):
        if isinstance(change, Leave):
            parent = partitioned_by(change.before)
            yield from (({index}, then) for then in touching.get(change.ref, ()))
            yield from (({index}, then) for then in touching.get(parent or change.ref, ()))


def _joined_last(
    changes: Sequence[Change], effects: Sequence[Effect], needs: _Needs, touching: Mapping[Ref, set[int]]
) -> Iterator[Precedence]:
    """A table joins its parent when both have become alike; new keys of the parent take in those of the table."""
    shapes = {index for index, change in enumerate(changes) if _changes_shape(change, effects[index])}
    for index, change in enumerate(changes):
        if not isinstance(change, Create | Alter) or not isinstance(change.after, Table):
            continue
        if not _belongs(change.after):
            continue
        parents = {ref for ref in needs.get(change.ref, ()) if ref.kind is Kind.TABLE}
        around = {other for parent in parents for other in touching.get(parent, ())}
        if isinstance(change, Create):
            yield around & shapes, index
        elif _joins(change):
            own = touching.get(change.ref, set())
            keys = {i for i in around - own - shapes if isinstance(changes[i], AddConstraint | CreateIndex)}
            yield own | (around - keys), index
            yield from (({index}, key) for key in keys)


def _changes_shape(change: Change, effect: Effect) -> bool:
    """Whether a change is one of columns or checks of a table that stays, which partitions and children share."""
    refs = effect.makes | effect.takes | effect.alters
    shared = any(ref.kind in (Kind.COLUMN, Kind.CHECK) for ref in refs)
    return shared and not isinstance(change, Create | Drop)


def _partitions_make_room(changes: Sequence[Change]) -> Iterator[Precedence]:
    """Partitions go, then change their bounds, then come: so that no two hold the same values at a time. What comes for
    all that belongs to no other comes last.
    """
    steps: dict[Ref, tuple[set[int], set[int], set[int], set[int]]] = defaultdict(lambda: (set(), set(), set(), set()))
    for index, change in enumerate(changes):
        old = partitioned_by(change.before) if isinstance(change, Drop | Alter | Leave) else None
        new = partitioned_by(change.after) if isinstance(change, Create | Alter) else None
        if old == new and old is not None:
            steps[old][1].add(index)
        elif old is not None:
            steps[old][0].add(index)
        if new is not None and new != old:
            steps[new][3 if _is_default(change) else 2].add(index)
    for gone, changed, come, default in steps.values():
        yield from ((gone, index) for index in changed)
        yield from ((gone | changed, index) for index in come)
        yield from ((gone | changed | come, index) for index in default)


def _is_default(change: Change) -> bool:
    part = change.after.partition_of if isinstance(change, Create | Alter) and isinstance(change.after, Table) else None
    return part is not None and part.bound == "DEFAULT"


def _belongs(table: Table) -> bool:
    """Whether a table shares its columns with a parent or a type."""
    return table.partition_of is not None or bool(table.inherits) or table.of_type is not None
