"""The partitions of a MySQL table are its own property: they change last, and go first where they are in the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.changes import AddConstraint, Alter, Change, Leave, Repartition
from bootstrap.catalog.constraints import ForeignKey
from bootstrap.catalog.ref import Ref
from bootstrap.catalog.table_diff import bare
from bootstrap.catalog.tables import Table
from bootstrap.plan.effects import Effect
from bootstrap.plan.parents import Precedence
from bootstrap.plan.rules import Rules


def with_repartitions(changes: Sequence[Change], current: Catalog, desired: Catalog, rules: Rules) -> Iterator[Change]:
    """The changes, with what happens to the partitions of each table in changes of their own."""
    apart: dict[Ref | None, list[Leave | Repartition]] = {}
    for before in current.of(Table):
        after = desired.objects.get(before.ref)
        if isinstance(after, Table):
            apart[before.ref] = list(_steps(before, after, rules))
            yield from apart[before.ref]
    for change in changes:
        if apart.get(change.ref if isinstance(change, Alter) else None):
            yield from _without_partitions(change)
        else:
            yield change


def _steps(before: Table, after: Table, rules: Rules) -> Iterator[Leave | Repartition]:
    """What happens to the partitions of one table."""
    left = before
    if before.partitioning is not None and rules.lets_go_of_partitions(before, after):
        yield Leave(before)
        left = replace(before, partitioning=None)
    if left.partitioning != after.partitioning:
        yield Repartition(left, after)


def _without_partitions(change: Change) -> Iterator[Alter]:
    """What else differs of a table, if anything does."""
    match change:
        case Alter(before=Table() as before, after=Table() as after):
            old, new = replace(before, partitioning=None), replace(after, partitioning=None)
            if bare(old) != bare(new):
                yield Alter(old, new)


def partitions_last(changes: Sequence[Change], effects: Sequence[Effect]) -> Iterator[Precedence]:
    """A table is partitioned when its columns and keys are as declared; foreign keys may follow."""
    places = {change.ref: place for place, change in enumerate(changes) if isinstance(change, Repartition)}
    firsts: dict[Ref, set[int]] = defaultdict(set)
    for place, (change, effect) in enumerate(zip(changes, effects, strict=True)):
        if isinstance(change, AddConstraint) and isinstance(change.after, ForeignKey):
            continue
        for ref in effect.makes | effect.takes | effect.alters:
            for table in (ref, ref.owner):
                if table in places and places[table] != place:
                    firsts[table].add(place)
    yield from ((found, places[table]) for table, found in firsts.items())
