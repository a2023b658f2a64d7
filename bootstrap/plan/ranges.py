"""A statement that changes many rows in ranges of a key: which key, and how many rows at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bootstrap.catalog.tables import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """The key as SQL writes it, rows of one range, and the pause between two ranges."""

    key: str
    rows: int
    pause_ms: int = 0


def key_of_ranges(before: Table, after: Table, is_ordered: Callable[[str], bool]) -> str | None:
    """Return the column by whose ranges the rows of a table can be changed; None where one statement has to do.

    Estimates of rows lag behind what was loaded a moment ago, so that a table with few rows has ranges too.

    Args:
        before: the table as it is when the statement runs.
        after: the table that is planned: the key must still be there.
        is_ordered: whether the server orders and compares a type in one and the same way.
    """
    for key in filter(None, (before.primary_key, *before.uniques)):
        name = key.columns[0].column if len(key.columns) == 1 and key.columns[0].length is None else None
        column = before.column(name) if name else None
        later = after.column(name) if name else None
        if column is None or later is None or column.nullable or column.type != later.type:
            continue
        if is_ordered(column.type):
            return column.name
    return None
