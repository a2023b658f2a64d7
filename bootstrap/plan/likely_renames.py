"""What looks like a rename that nobody declared: something goes, and something just like it comes.

A plan cannot know; it asks, where the loss is announced.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from bootstrap.catalog.changes import AddColumn, Change, Create, Drop, DropColumn
from bootstrap.catalog.ref import Ref
from bootstrap.catalog.tables import Table
from bootstrap.hazards import HazardKind
from bootstrap.plan.statement import Hazard


def likely_renames(changes: Iterable[Change]) -> Mapping[Ref, Ref]:
    """What goes → what it may be called from now on."""
    dropped: dict[Ref, list[DropColumn]] = defaultdict(list)
    added: dict[Ref, list[AddColumn]] = defaultdict(list)
    gone: list[Table] = []
    new: list[Table] = []
    for change in changes:
        match change:
            case DropColumn():
                dropped[change.table.ref].append(change)
            case AddColumn():
                added[change.table.ref].append(change)
            case Drop(before=Table() as table):
                gone.append(table)
            case Create(after=Table() as table):
                new.append(table)
            case _:
                pass
    pairs = [pair for table, drops in dropped.items() for pair in _columns(drops, added[table])]
    return dict([*pairs, *_tables(gone, new)])


def asking(hazard: Hazard, renames: Mapping[Ref, Ref]) -> Hazard:
    """The hazard, which asks about a rename where its object may have been renamed."""
    now = renames.get(hazard.subject)
    if now is None or hazard.kind is not HazardKind.DATA_LOSS:
        return hazard
    question = f"renamed? then say renamed_from: {hazard.subject.name} for {now.kind} {now.path}"
    return replace(hazard, advice=f"{question}; else {hazard.advice}" if hazard.advice else question)


def _columns(drops: list[DropColumn], adds: list[AddColumn]) -> Iterator[tuple[Ref, Ref]]:
    """Columns of the same type, in the same place or the only ones of that type."""
    for drop in drops:
        alike = [add for add in adds if add.after.type == drop.before.type]
        rivals = [other for other in drops if other.before.type == drop.before.type]
        place = drop.table.columns.index(drop.before) if drop.before in drop.table.columns else None
        same = [add for add in alike if add.after in add.table.columns and add.table.columns.index(add.after) == place]
        found = same or (alike if len(alike) == len(rivals) == 1 else [])
        if found:
            yield drop.ref, found[0].ref


def _tables(gone: list[Table], new: list[Table]) -> Iterator[tuple[Ref, Ref]]:
    """Tables with the same columns."""
    for table in gone:
        alike = [other for other in new if _shape(other) == _shape(table)]
        if len(alike) == 1:
            yield table.ref, alike[0].ref


def _shape(table: Table) -> list[tuple[str, str]]:
    return [(column.name, column.type) for column in table.columns]
