"""From a server's refusal to the file and line of the seed row that it is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import islice

from bootstrap.declaration.model import Seed, SeedRow

# Above this, loading parts again takes too long: then only the server's words tell.
_MOST_ROWS = 20_000
# PostgreSQL's detail of a foreign key or unique constraint; ours of a circle of references on MySQL.
_KEY_DETAIL = re.compile(r"Key \((?P<columns>[^)]*)\)=\((?P<values>.*?)\) (?:is not present|already exists)")
# invalid input syntax for type integer: "abc"  ·  Incorrect integer value: 'abc' for column  ·  Duplicate entry 'abc'
_VALUE = re.compile(r"""(?::|value|entry) ["'](?P<value>.*?)["'](?: for|;|$)""")


def first_refused(seed: Seed, refused: Callable[[Sequence[SeedRow]], bool]) -> str | None:
    """The row that the server refuses, as "file:line", found by loading fewer and fewer rows.

    Args:
        seed: whose rows were refused as a whole.
        refused: whether the server refuses these rows; changes nothing.

    Returns:
        None where there are too many rows, or the server takes them after all.
    """
    rows = list(islice(seed.rows(), _MOST_ROWS + 1))
    if not rows or len(rows) > _MOST_ROWS or not refused(rows):
        return None
    taken, failing = 0, len(rows)  # so many first rows are taken, so many are refused
    while failing - taken > 1:
        middle = (taken + failing) // 2
        if refused(rows[:middle]):
            failing = middle
        else:
            taken = middle
    return str(rows[failing - 1].position)


def row_in_words(seed: Seed, words: str) -> str | None:
    """The row that the server's words are about, as "file:line"; None where they do not say."""
    if found := _KEY_DETAIL.search(words):
        columns = [name.strip().strip('"') for name in found["columns"].split(",")]
        return _row_with(seed, columns, found["values"].split(", "))
    if found := _VALUE.search(words):
        return next((str(row.position) for row in seed.rows() if found["value"] in row.values), None)
    return None


def _row_with(seed: Seed, columns: list[str], values: list[str]) -> str | None:
    """The first row with these values in these columns."""
    if not set(columns) <= set(seed.columns):
        return None
    places = [seed.columns.index(name) for name in columns]
    return next((str(row.position) for row in seed.rows() if [row.values[place] for place in places] == values), None)
