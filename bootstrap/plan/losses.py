"""Which values a plan loses, found from its hazards alone, and how they can be kept. Pure.

A data_loss hazard names what it takes: a column, a table, or a type whose columns change. Whatever else it names is
reported as a loss that cannot be kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.origins import Renames, renamed, reverted
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.hazards import HazardKind
from bootstrap.plan.statement import Hazard

_TYPES = frozenset({Kind.ENUM, Kind.COMPOSITE, Kind.RANGE, Kind.DOMAIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Values to copy before they are lost.

    Attributes:
        table: where they are, by its name before the plan.
        columns: the columns whose values are lost; of a ``whole`` table all that are not generated.
        key: the columns that tell rows apart, which the plan leaves as they are; empty for a whole table without one.
        whole: rows are lost, not only values of some columns.
    """

    table: Ref
    columns: tuple[str, ...]
    key: tuple[str, ...]
    whole: bool

    @property
    def copied(self) -> tuple[str, ...]:
        """The columns of the copy: the key first."""
        return tuple(dict.fromkeys((*self.key, *self.columns)))

    def __str__(self) -> str:
        if self.whole:
            return str(self.table)
        names = ", ".join(self.table.child(Kind.COLUMN, name).path for name in self.columns)
        return f"column{'s' if len(self.columns) > 1 else ''} {names}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unkept:
    """A loss that no table can keep, and why."""

    hazard: Hazard
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """What is lost: what can be kept, and what cannot."""

    kept: tuple[Kept, ...] = ()
    unkept: tuple[Unkept, ...] = ()


def find_losses(hazards: Iterable[Hazard], current: Catalog, desired: Catalog, renames: Renames) -> Losses:
    """Return what the data_loss hazards of a plan take.

    Args:
        hazards: of the plan; they name objects as they are named after its renames.
        current: the live catalog.
        desired: what the plan leads to.
        renames: those of the plan.
    """
    rows: dict[Ref, Hazard] = {}
    values: dict[Ref, dict[str, Hazard]] = {}
    unkept: list[Unkept] = []
    for hazard in hazards:
        if hazard.kind is not HazardKind.DATA_LOSS:
            continue
        live = renamed(hazard.subject, reverted(renames))
        if isinstance(current.objects.get(live), Table):
            rows.setdefault(live, hazard)
        elif live.kind is Kind.COLUMN or live.kind in _TYPES:
            for table, column in _columns(live, current):
                values.setdefault(table.ref, {})[column] = hazard
        else:
            unkept.append(Unkept(hazard=hazard, reason=f"the value of a {live.kind} is in no table"))
    found = _Finder(current, desired, renames, frozenset(rows), unkept)
    kept = [*found.tables(rows), *found.columns(values)]
    return Losses(kept=tuple(kept), unkept=tuple(unkept))


@dataclass(frozen=True, slots=True)
class _Finder:
    current: Catalog
    desired: Catalog
    renames: Renames
    whole: frozenset[Ref]
    unkept: list[Unkept]

    def tables(self, rows: dict[Ref, Hazard]) -> Iterator[Kept]:
        """The tables that lose rows. A partitioned table has none beside those of its partitions."""
        for ref, hazard in rows.items():
            table = self.current.table(ref)
            if self._is_in_parts(table):
                continue
            if table.system_versioned:
                self.unkept.append(Unkept(hazard=hazard, reason="former versions of rows are not copied"))
            names = tuple(column.name for column in table.columns if not column.generated)
            yield Kept(table=ref, columns=names, key=self._key(table, frozenset()), whole=True)

    def _is_in_parts(self, table: Table) -> bool:
        """Whether all rows are in partitions that are kept each by itself: a row comes back to its partition."""
        parts = [
            part.ref
            for part in self.current.of(Table)
            if part.partition_of and (part.partition_of.schema, part.partition_of.table) == (table.schema, table.name)
        ]
        return bool(parts) and self.whole.issuperset(parts)

    def columns(self, values: dict[Ref, dict[str, Hazard]]) -> Iterator[Kept]:
        """The tables that lose values of some columns."""
        for ref, lost in values.items():
            if ref in self.whole:
                continue
            key = self._key(self.current.table(ref), frozenset(lost))
            if key:
                yield Kept(table=ref, columns=tuple(lost), key=key, whole=False)
                continue
            reason = f"{ref} keeps no primary key or unique key without NULL by which values find their rows again"
            self.unkept.extend(Unkept(hazard=hazard, reason=reason) for hazard in dict.fromkeys(lost.values()))

    def _key(self, table: Table, lost: frozenset[str]) -> tuple[str, ...]:
        """The columns of a key that is there before and after."""
        filled = {column.name for column in table.columns if not column.nullable}
        for key in (table.primary_key, *table.uniques):
            names = tuple("" if part.length else part.column or "" for part in key.columns) if key else ()
            usable = bool(names) and filled.issuperset(names) and not lost & set(names)
            if usable and (table.ref in self.whole or all(self._stays(table.ref, name) for name in names)):
                return names
        return ()

    def _stays(self, table: Ref, column: str) -> bool:
        later = renamed(table.child(Kind.COLUMN, column), self.renames)
        owner = self.desired.objects.get(later.owner) if later.owner else None
        return isinstance(owner, Table) and owner.column(later.name) is not None


def _columns(lost: Ref, current: Catalog) -> Iterator[tuple[Table, str]]:
    """The columns that a hazard about a column or a type is about, those of inheritance children among them."""
    if lost.kind is not Kind.COLUMN:
        yield from _columns_of_type(lost.name, current)
        return
    owner = current.objects.get(lost.owner) if lost.owner else None
    if isinstance(owner, Table) and owner.column(lost.name) is not None:
        yield owner, lost.name
        for child in current.of(Table):
            if f"{owner.schema}.{owner.name}" in {name.replace('"', "") for name in child.inherits}:
                yield from _columns(child.ref.child(Kind.COLUMN, lost.name), current)


def _columns_of_type(name: str, current: Catalog) -> Iterator[tuple[Table, str]]:
    word = re.compile(rf'(?<![\w"]){re.escape(name)}(?![\w"])|"{re.escape(name)}"')
    for table in current.of(Table):
        if table.partition_of is None:
            yield from ((table, column.name) for column in table.columns if word.search(column.type))
