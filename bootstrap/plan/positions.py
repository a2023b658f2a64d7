"""Where new columns stand: each behind one that is there when it is added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.changes import AddColumn, Change
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.plan.needs import needs_of


def with_positions(changes: Sequence[Change], desired: Catalog) -> list[Change]:
    """Let no new column wait for one that itself waits for it.

    A generated column may stand before a new column that it reads. Then that one is added first, behind the nearest
    column that is there by then, and the generated one finds its place when its turn comes.
    """
    added: dict[Ref, list[AddColumn]] = {}
    for change in changes:
        if isinstance(change, AddColumn):
            added.setdefault(change.table.ref, []).append(change)
    needs = needs_of(desired) if any(len(group) > 1 for group in added.values()) else {}
    placed = {change.ref: change for group in added.values() for change in _placed(group, needs)}
    return [placed[change.ref] if isinstance(change, AddColumn) else change for change in changes]


def _placed(group: list[AddColumn], needs: Mapping[Ref, Iterable[Ref]]) -> Iterator[AddColumn]:
    """The new columns of one table."""
    names = [column.name for column in group[0].table.columns]
    waiting = {change.after.name: change for change in sorted(group, key=lambda change: names.index(change.after.name))}
    while waiting:
        name = next((name for name in waiting if not _reads(waiting[name], waiting, needs)), next(iter(waiting)))
        change = waiting.pop(name)
        there = [earlier for earlier in names[: names.index(name)] if earlier not in waiting]
        yield replace(change, previous=there[-1] if there else "")


def _reads(change: AddColumn, others: Iterable[str], needs: Mapping[Ref, Iterable[Ref]]) -> bool:
    """Whether the column needs another that is not there yet."""
    missing = {change.table.ref.child(Kind.COLUMN, name) for name in others} - {change.ref}
    return not missing.isdisjoint(needs.get(change.ref, ()))
