"""From a server's refusal to the file and line of the seed row that it is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.constraints import ForeignKey
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.declaration.model import Seed
from bootstrap.dialects.base import Dialect, ServerError, Session

# COPY's context: 'COPY seed, line 3, column id: "abc"'. A foreign key's detail: 'Key (a)=(1) is not present in …'.
_COPY_LINE = re.compile(r"COPY \S+, line (\d+)")
_KEY_DETAIL = re.compile(r"Key \((?P<columns>[^)]*)\)=\((?P<values>.*?)\) (?:is not present|already exists)")
_DUPLICATE = re.compile(r"Duplicate entry '(?P<values>.*)' for key")
_MOST_KEYS = 100_000  # of a referenced table, to look for the row that refers to none


def find_row(
    error: ServerError, seeds: Sequence[Seed], session: Session, dialect: Dialect, catalog: Catalog
) -> str | None:
    """The place of the row that the server refused as "file:line", None where that cannot be told."""
    words = str(error)
    if (found := _COPY_LINE.search(words)) and len(seeds) == 1:
        row = next(islice(seeds[0].rows(), int(found[1]) - 1, None), None)
        return str(row.position) if row else None
    if found := _KEY_DETAIL.search(words):
        columns = [name.strip().strip('"') for name in found["columns"].split(",")]
        return _row_with(seeds, columns, found["values"].split(", "))
    if "foreign key constraint fails" in words:
        return _row_without_parent(seeds, session, dialect, catalog)
    if found := _DUPLICATE.search(words):
        return _row_with_text(seeds, found["values"])
    return None


def _row_with(seeds: Sequence[Seed], columns: list[str], values: list[str]) -> str | None:
    """The first row with these values in these columns."""
    for seed in seeds:
        if set(columns) <= set(seed.columns):
            places = [seed.columns.index(name) for name in columns]
            for row in seed.rows():
                if [row.values[place] for place in places] == values:
                    return str(row.position)
    return None


def _row_with_text(seeds: Sequence[Seed], text: str) -> str | None:
    """The last row one of whose values is the text: MySQL names no column, and it is the later row that is one too
    many.
    """
    found = None
    for seed in seeds:
        for row in seed.rows():
            if text in row.values:
                found = str(row.position)
    return found


def _row_without_parent(seeds: Sequence[Seed], session: Session, dialect: Dialect, catalog: Catalog) -> str | None:
    """The first row whose foreign key finds no row; asked of the database, because MySQL names no value."""
    for seed in seeds:
        table = catalog.objects.get(seed.table)
        for key in table.foreign_keys if isinstance(table, Table) else ():
            if set(key.columns) <= set(seed.columns) - seed.expressions and key.ref_columns:
                place = _orphan(seed, key, _keys(key, session, dialect, seed.table))
                if place:
                    return place
    return None


def _keys(key: ForeignKey, session: Session, dialect: Dialect, table: Ref) -> set[tuple[str, ...]] | None:
    columns = ", ".join(dialect.quote(name) for name in key.ref_columns)
    parent = Ref(Kind.TABLE, key.ref_schema, key.ref_table)
    if parent == table:
        return None  # its rows were rolled back with the failure
    name = ".".join(dialect.quote(part) for part in (parent.schema, parent.name) if part)
    try:
        rows = session.query(f"SELECT DISTINCT {columns} FROM {name} LIMIT {_MOST_KEYS + 1}")
    except ServerError:
        return None
    return None if len(rows) > _MOST_KEYS else {tuple(str(value) for value in row) for row in rows}


def _orphan(seed: Seed, key: ForeignKey, known: set[tuple[str, ...]] | None) -> str | None:
    if known is None:
        return None
    places = [seed.columns.index(name) for name in key.columns]
    for row in seed.rows():
        values = [row.values[place] for place in places]
        if None not in values and tuple(str(value) for value in values) not in known:
            return str(row.position)
    return None
