"""In which order tables are filled, so that each row finds the rows that it refers to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.constraints import ForeignKey
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table


@dataclass(frozen=True, slots=True)
class LoadGroup:
    """Tables that are filled in one transaction: one, or several that refer to each other in a circle.

    ``circular`` are the foreign keys within the group, also of a table to itself: their rows cannot be put in order.
    """

    tables: tuple[Ref, ...]
    circular: tuple[tuple[Ref, ForeignKey], ...] = ()


def load_groups(tables: Iterable[Ref], catalog: Catalog) -> list[LoadGroup]:
    """The tables, each after those that it refers to.

    Args:
        tables: those with seeds.
        catalog: the desired structure with all foreign keys.
    """
    waiting = sorted(set(tables))
    needs = {table: referenced_tables(table, catalog) & set(waiting) - {table} for table in waiting}
    groups: list[LoadGroup] = []
    done: set[Ref] = set()
    while waiting:
        free = [table for table in waiting if needs[table] <= done]
        members = [[table] for table in free] or [_circle(waiting, needs, done)]
        for group in members:
            placed = _required_first(group, catalog)
            groups.append(LoadGroup(tuple(placed), tuple(_within(placed, catalog))))
            done.update(group)
        waiting = [table for table in waiting if table not in done]
    return groups


def _circle(waiting: list[Ref], needs: Mapping[Ref, set[Ref]], done: set[Ref]) -> list[Ref]:
    """The first circle that needs nothing but itself and what is done."""
    reach = {table: _reach(table, needs) - done for table in waiting}
    return next(
        sorted(reach[table])
        for table in waiting
        if table in reach[table] and all(table in reach[other] for other in reach[table])
    )


def _required_first(group: list[Ref], catalog: Catalog) -> list[Ref]:
    """The tables of a circle, each after those that it refers to by keys that cannot be NULL, as far as possible."""
    placed: list[Ref] = []
    left = list(group)
    while left:
        needs = {
            table: {_target(key) for key in _keys(table, catalog) if _required(table, key, catalog)} for table in left
        }
        table = next((item for item in left if not needs[item] & set(left) - {item}), left[0])
        placed.append(table)
        left.remove(table)
    return placed


def _required(table: Ref, key: ForeignKey, catalog: Catalog) -> bool:
    found = catalog.objects[table]
    required = {column.name for column in found.columns if not column.nullable} if isinstance(found, Table) else set()
    return required.issuperset(key.columns)


def _reach(start: Ref, needs: Mapping[Ref, set[Ref]]) -> set[Ref]:
    """Everything that a table needs, directly or not; itself where it stands in a circle."""
    found: set[Ref] = set()
    pending = list(needs[start])
    while pending:
        table = pending.pop()
        if table not in found:
            found.add(table)
            pending += needs[table]
    return found


def referenced_tables(table: Ref, catalog: Catalog) -> set[Ref]:
    """The tables that a table's foreign keys refer to."""
    return {_target(key) for key in _keys(table, catalog)}


def _within(group: list[Ref], catalog: Catalog) -> list[tuple[Ref, ForeignKey]]:
    return [(table, key) for table in group for key in _keys(table, catalog) if _target(key) in group]


def _keys(table: Ref, catalog: Catalog) -> tuple[ForeignKey, ...]:
    found = catalog.objects.get(table)
    return found.foreign_keys if isinstance(found, Table) else ()


def _target(key: ForeignKey) -> Ref:
    return Ref(Kind.TABLE, key.ref_schema, key.ref_table)
