"""Foreign keys between new tables, made by CREATE TABLE itself where the server keeps what it takes to add one later.

MySQL and MariaDB copy a table to add a foreign key to it, also an empty one: three times as long as making the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import TypeGuard

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.changes import AddConstraint, Change, Create, Drop, DropConstraint, Rename
from bootstrap.catalog.constraints import ForeignKey
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table

# What frees a name, which a key that comes after it may have waited for.
_FREEING = (Drop, DropConstraint, Rename)


def with_inline_keys(changes: Sequence[Change], current: Catalog) -> list[Change]:
    """The same changes in an order in which most foreign keys of new tables can be part of their CREATE TABLE.

    Only keys between tables that this very plan makes: what exists already may hold rows, and has sessions to wait for.

    Args:
        changes: of a plan, in their order.
        current: what there is before.
    """
    ordered = _referenced_before(changes, current)
    places = {change.ref: place for place, change in enumerate(ordered) if _is_new(change, current)}
    freed = list(accumulate((isinstance(change, _FREEING) for change in ordered), initial=0))
    inline: dict[Ref, list[ForeignKey]] = {}
    rest: list[Change] = []
    for place, change in enumerate(ordered):
        if isinstance(change, AddConstraint) and isinstance(change.after, ForeignKey):
            made, target = places.get(change.table.ref), places.get(target_of(change.after))
            if made is not None and target is not None and target <= made and freed[made] == freed[place]:
                inline.setdefault(change.table.ref, []).append(change.after)
                continue
        rest.append(change)
    return [
        replace(change, inline_keys=tuple(inline[change.ref]))
        if isinstance(change, Create) and change.ref in inline
        else change
        for change in rest
    ]


def target_of(key: ForeignKey) -> Ref:
    """The table that a foreign key references."""
    return Ref(Kind.TABLE, key.ref_schema, key.ref_table)


def referenced_first(tables: Iterable[Table]) -> list[Table]:
    """The tables, each behind those that it references as far as there is no circle; else in the order given."""
    known = {table.ref: table for table in tables}
    placed: dict[Ref, Table] = {}
    for ref in known:
        waiting = [] if ref in placed else [ref]
        while waiting:
            table = known[waiting[-1]]
            targets = (target_of(key) for key in table.foreign_keys)
            missing = (ref for ref in targets if ref in known and ref not in placed and ref not in waiting)
            following = next(missing, None)
            if following is not None:
                waiting.append(following)
            else:
                placed[waiting.pop()] = table
    return list(placed.values())


def _referenced_before(changes: Sequence[Change], current: Catalog) -> list[Change]:
    """New tables that are made one right after the other do not depend on each other: their order is free."""
    result: list[Change] = []
    run: dict[Ref, Create] = {}
    for change in changes:
        if _is_new(change, current):
            run[change.ref] = change
            continue
        result += _sorted_run(run)
        run.clear()
        result.append(change)
    return result + _sorted_run(run)


def _sorted_run(run: dict[Ref, Create]) -> list[Change]:
    tables = [change.after for change in run.values() if isinstance(change.after, Table)]
    return [run[table.ref] for table in referenced_first(tables)]


def _is_new(change: Change, current: Catalog) -> TypeGuard[Create]:
    return isinstance(change, Create) and isinstance(change.after, Table) and change.ref not in current.objects
