"""Which tables share a picture: those that foreign keys connect, never more than a person can take in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table

LARGEST = 24  # tables of one picture
_OUTSIDE = 8  # tables beside them, which have a picture of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Tables of one picture. ``center`` gives it its name; ``outside`` are tables of other pictures, by name only."""

    center: Ref
    tables: tuple[Ref, ...]
    outside: tuple[Ref, ...] = ()


class References:
    """The foreign keys of a database as a graph of tables."""

    def __init__(self, tables: Iterable[Table]) -> None:
        self.tables = {table.ref: table for table in tables}
        self.parents: Mapping[Ref, tuple[Ref, ...]] = {
            ref: tuple(dict.fromkeys(parent for parent in _parents(table) if parent in self.tables))
            for ref, table in self.tables.items()
        }
        children: dict[Ref, list[Ref]] = defaultdict(list)
        for ref, parents in self.parents.items():
            for parent in parents:
                children[parent].append(ref)
        self.children: Mapping[Ref, tuple[Ref, ...]] = {ref: tuple(children[ref]) for ref in self.tables}

    def neighbours(self, ref: Ref) -> tuple[Ref, ...]:
        """The tables that a table refers to, then those that refer to it."""
        others = dict.fromkeys((*self.parents.get(ref, ()), *self.children.get(ref, ())))
        return tuple(other for other in others if other != ref)

    def edges(self, tables: Sequence[Ref]) -> list[tuple[Ref, Ref]]:
        """Pairs of a table and one that it refers to, among these."""
        shown = set(tables)
        return [(ref, parent) for ref in tables for parent in self.parents[ref] if parent in shown and parent != ref]

    def groups(self) -> list[Group]:
        """All tables with foreign keys, each in one group, the most connected groups first."""
        left = {ref for ref in self.tables if self.neighbours(ref)}
        clusters = []
        while left:
            center = min(left, key=lambda ref: (-len(self.neighbours(ref)), ref))
            clusters.append(list(self._around(center, left)))
            left -= set(clusters[-1])
        return [self._group(cluster) for cluster in _joined(clusters)]

    def around(self, ref: Ref) -> Group:
        """A table and its neighbours."""
        return Group(center=ref, tables=(ref, *self.neighbours(ref)[: LARGEST // 2 - 1]))

    def _around(self, center: Ref, among: set[Ref]) -> Iterator[Ref]:
        """A table and the nearest ones, breadth first."""
        seen, queue = {center}, [center]
        for number, ref in enumerate(queue):
            if number == LARGEST:
                return
            yield ref
            fresh = [other for other in self.neighbours(ref) if other in among and other not in seen]
            seen.update(fresh)
            queue += fresh

    def _group(self, cluster: Sequence[Ref]) -> Group:
        inside = set(cluster)
        outside = dict.fromkeys(other for ref in cluster for other in self.neighbours(ref) if other not in inside)
        return Group(center=cluster[0], tables=tuple(cluster), outside=tuple(outside)[:_OUTSIDE])


def _joined(clusters: Iterable[list[Ref]]) -> list[list[Ref]]:
    """Small clusters of one schema share a picture."""
    found: list[list[Ref]] = []
    for cluster in clusters:
        room = next(
            (other for other in found if _fits(other, cluster)),
            None,
        )
        if room is None:
            found.append(list(cluster))
        else:
            room += cluster
    return found


def _fits(cluster: Sequence[Ref], other: Sequence[Ref]) -> bool:
    return len(other) < LARGEST // 3 and len(cluster) + len(other) <= LARGEST and cluster[0].schema == other[0].schema


def _parents(table: Table) -> Iterator[Ref]:
    for key in table.foreign_keys:
        yield Ref(Kind.TABLE, key.ref_schema, key.ref_table)
