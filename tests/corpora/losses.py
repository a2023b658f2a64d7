"""What a run lost: values that are gone or different, and whether a hazard announced each of them.

A hazard announces a loss when it is one of data, and names the object, one above it (a table of its column, a
partitioned table of its partition, a parent of its child), or the type of the column.
"""

from __future__ import annotations

import datetime
import decimal
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bootstrap.hazards import HazardKind
from tests.corpora.picture import Picture, Row
from tests.corpora.picture import Table as Taken
from tests.corpora.rows import Name


@dataclass(frozen=True)
class Loss:
    """One value, column, counter or table that is not what it was, and the names under which it can be announced."""

    what: str
    names: frozenset[str]

    def announced(self, permissions: Collection[str]) -> bool:
        """Whether one of the hazards that were allowed is about it."""
        return any(f"{HazardKind.DATA_LOSS}:{name}" in permissions for name in self.names)


def unannounced(before: Picture, after: Picture, permissions: Collection[str]) -> list[str]:
    """What was lost in silence."""
    return [loss.what for loss in losses(before, after) if not loss.announced(permissions)]


def losses(before: Picture, after: Picture) -> Iterator[Loss]:
    """Everything that is gone or different."""
    for group in _groups(before, after):
        yield from _of_group(group, before, after)
    yield from _of_counters(before, after)


def _groups(before: Picture, after: Picture) -> Iterator[list[Name]]:
    """Tables, each with those that rows may have moved to: of partitions that are or were of one table."""
    near: dict[Name, set[Name]] = {}
    for picture in (before, after):
        for name, table in picture.tables.items():
            near.setdefault(name, set())
            for parent in table.parents if table.partition else ():
                near[name].add(parent)
                near.setdefault(parent, set()).add(name)
    seen: set[Name] = set()
    for name in sorted(near):
        group: list[Name] = []
        waiting = [name]
        while waiting:
            found = waiting.pop()
            if found not in seen:
                seen.add(found)
                group.append(found)
                waiting += near[found]
        if group:
            yield group


def _of_group(group: list[Name], before: Picture, after: Picture) -> Iterator[Loss]:
    there = {name: list(after.tables[name].rows) for name in group if name in after.tables}
    sought = {name: before.tables[name].rows for name in group if name in before.tables}
    for name in sought.keys() & there.keys():
        # Most tables are as they were: nothing has to be found out about their rows.
        alike = before.tables[name].columns == after.tables[name].columns
        if alike and sorted(sought[name], key=str) == sorted(there[name], key=str):
            sought[name], there[name] = [], []
    left = [(after.tables[name], rows) for name, rows in there.items()]
    for name, rows in sought.items():
        for row in rows:
            yield from _of_row(row, name, before, left)


def _of_row(row: Row, name: Name, before: Picture, left: list[tuple[Taken, list[Row]]]) -> Iterator[Loss]:
    was = before.tables[name]
    old = dict(zip(was.columns, row, strict=True))
    found = _nearest(old, was, left)
    if found is None:
        yield Loss(f"{_path(name)}: the row {old} is gone", _names(name, before))
        return
    now, new = found
    for column, value in old.items():
        if value is not None and not _is_kept(column, value, was, now, new):
            became = f"became {new[column]!r}" if column in new else "is gone"
            names = _names(name, before, column, was.columns[column])
            yield Loss(f"{_path(name)}.{column}: {value!r} {became}", names)


def _nearest(
    old: dict[str, str | None], was: Taken, left: list[tuple[Taken, list[Row]]]
) -> tuple[Taken, dict[str, str | None]] | None:
    """The row that has most values of this one, which is then taken."""
    best: tuple[int, list[Row], int, Taken] | None = None
    for table, rows in left:
        for place, row in enumerate(rows):
            new = dict(zip(table.columns, row, strict=True))
            alike = sum(_is_kept(column, value, was, table, new) for column, value in old.items())
            if best is None or alike > best[0]:
                best = (alike, rows, place, table)
    if best is None:
        return None
    _, rows, place, table = best
    return table, dict(zip(table.columns, rows.pop(place), strict=True))


def _is_kept(column: str, value: str | None, was: Taken, now: Taken, new: dict[str, str | None]) -> bool:
    if column not in new:
        return False
    other = new[column]
    if value is None or other is None:
        return value is other
    return value == other or (was.columns[column] != now.columns[column] and _meaning(value) == _meaning(other))


def _of_counters(before: Picture, after: Picture) -> Iterator[Loss]:
    """A column that is not counted any more was declared so; one that is goes on where it was."""
    by_column = {(item.table, item.column): item for item in after.counters.values() if item.table}
    for name, was in before.counters.items():
        now = after.counters.get(name) if was.table is None else by_column.get((was.table, was.column))
        if was.table is not None and (now is None or not before.holds(was.table)):
            continue
        if now is None or now.reached < was.reached:
            state = "is gone" if now is None else f"fell to {now.reached}"
            names = _names(was.table, before, was.column) if was.table is not None else frozenset[str]()
            yield Loss(f"{_path(name)}: the counter had reached {was.reached}, and {state}", names | {_path(name)})


def _names(name: Name, before: Picture, column: str = "", type_: str = "") -> frozenset[str]:
    found = set()
    for table in before.ancestors(name):
        found |= {_path(table), f"{_path(table)}.{column}"}
    bare = type_.removesuffix("[]").replace('"', "")
    return frozenset(found | ({bare, f"public.{bare}"} if bare else set()))


def _path(name: Name) -> str:
    return ".".join(part for part in name if part)


_TRUTH = {"true": "1", "t": "1", "false": "0", "f": "0"}


def _meaning(text: str) -> object:
    """A value without the form that its type gives it."""
    text = text.rstrip(" ")
    try:
        return decimal.Decimal(_TRUTH.get(text, text)).normalize()
    except decimal.InvalidOperation:
        pass
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        pass
    else:
        return moment.replace(tzinfo=None)
    try:
        return json.dumps(json.loads(text), sort_keys=True)
    except ValueError:
        return text
