"""What can be known to be wrong with rows before they reach a server."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sized
from itertools import chain

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.columns import Column
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import Domain
from bootstrap.declaration.model import Position, SeedMode
from bootstrap.declaration.report import Problems, near, shown
from bootstrap.declaration.seeds.csv_rows import CsvError
from bootstrap.declaration.seeds.identities import Identities
from bootstrap.declaration.seeds.rows import Converter, FileRows, RowSource, Signature, WrittenRow
from bootstrap.declaration.seeds.values import Form, Value, ValueProblem

# After so many problems in the rows of one table the rest would say the same.
_ENOUGH = 20
# What separates the cells of a CSV file, where it is not a comma.
_OTHER_DELIMITERS = ";\t|"


class RowChecker:
    """Checks all rows of one table that are brought in in the same way."""

    def __init__(
        self, table: Table, catalog: Catalog, mode: SeedMode, key: tuple[str, ...] | None, converter: Converter,
        identities: Identities, problems: Problems,
    ) -> None:  # fmt: skip
        self.table = table
        self.mode = mode
        self.converter = converter
        self.identities = identities
        self.problems = problems
        self.known = {column.name: column for column in table.columns}
        self.key = key if key is not None else primary_key(table)
        self._explicit = key is not None
        self._required = _required(table, catalog)
        self._never_null = [column.name for column in table.columns if not column.nullable]
        self._found, self._enough = 0, _ENOUGH

    def check(self, sources: Iterable[RowSource], position: Position) -> list[Signature]:
        """Check the key and every row; gives the signatures that occur, in order of appearance."""
        if self.mode is not SeedMode.ONCE and not self._check_key(position):
            return []
        signatures: dict[frozenset[str], Signature] = {}
        checked: set[frozenset[str]] = set()
        for source in sources:
            try:
                if isinstance(source, FileRows) and source.form is Form.CSV:
                    self._check_records(source, signatures, checked)
                else:
                    self._check_rows(source, signatures, checked)
                if self._found >= self._enough:
                    return []
            except CsvError as error:
                self.problems.add(Position(source.file, error.line), str(error), error.remedy)
                return []
        if not signatures and not self._found and self.mode is SeedMode.SYNC:
            what = f"no rows for {self.table.name}, and mode is sync: every row would be deleted"
            self._problem(position, what, "give it its rows, or empty the table by a step")
        return list(signatures.values())

    def _check_rows(
        self, source: RowSource, signatures: dict[frozenset[str], Signature], checked: set[frozenset[str]]
    ) -> None:
        for row in source.rows():
            place = Position(source.file, row.line)
            names = frozenset(row.values)
            if names not in checked:
                checked.add(names)
                self._check_columns(row, Position(source.file, row.header or row.line))
            values = self._values(row, place)
            if values is None:
                continue
            if names not in signatures:
                signatures[names] = Signature(tuple(row.values))
                self._check_alike(signatures, place)
            signatures[names].note(self.converter.expressions(values))
            if self._found >= self._enough:
                return

    def _check_records(
        self, source: FileRows, signatures: dict[frozenset[str], Signature], checked: set[frozenset[str]]
    ) -> None:
        """The same for a CSV file, whose records have all its columns and no expressions."""
        header, records = source.records()
        first = next(records, None)
        if first is None:
            return
        names = frozenset(header)
        if names not in checked:
            checked.add(names)
            row = WrittenRow(dict(zip(header, first.cells, strict=True)), first.line, header=1)
            self._check_columns(row, Position(source.file, 1))
        if names not in signatures:
            signatures[names] = Signature(header)
            self._check_alike(signatures, Position(source.file, first.line))
        signatures[names].note(frozenset())
        never_null = [(name, header.index(name)) for name in self._never_null if name in names]
        keys = [(name, header.index(name)) for name in self.identities.columns if name in names]
        compared = self.mode is not SeedMode.ONCE
        for cells, line in chain([first], records):
            if None in cells:
                self._check_nulls([name for name, at in never_null if cells[at] is None], Position(source.file, line))
            if compared and not self.identities.full:
                self._check_double({name: Value(cells[at]) for name, at in keys}, Position(source.file, line))
            if self._found >= self._enough:
                return

    def _problem(self, place: Position, what: str, remedy: str) -> None:
        self._found += 1
        self.problems.add(place, what, remedy)

    def _check_alike(self, signatures: Sized, place: Position) -> None:
        """The rows of a mode that sees the table whole have one set of columns: else the rest is not looked at."""
        if len(signatures) == 1 or self.mode not in {SeedMode.SYNC, SeedMode.ONCE}:
            return
        self._enough = 0
        self._problem(
            place,
            f"rows of {self.table.name} with different columns, in mode {self.mode}",
            "give every row the same columns: write null for what is empty",
        )

    def _check_key(self, position: Position) -> bool:
        name = self.table.name
        if not self.key:
            self._problem(position, f"seeds of {name} have no key and the table no primary key", "add key: [column]")
            return False
        unknown = [column for column in self.key if column not in self.known]
        for column in unknown:
            self._problem(
                position, f"key: {name} has no column {shown(column)}", near(column, self.known, "name its columns")
            )
        if unknown:
            return False
        if self.known and not any(unique <= frozenset(self.key) for unique in _unique_sets(self.table)):
            columns = ", ".join(self.key)
            partly = _partly_unique(self.table, frozenset(self.key))
            what = f"key: {columns} is not unique in {name}"
            what += f" (the unique index {partly} is on expressions or on some rows only)" if partly else ""
            self._problem(position, what, f"declare unique: on ({columns}), or another key")
            return False
        return True

    def _check_columns(self, row: WrittenRow, place: Position) -> None:
        table = self.table.name
        separator = self._other_delimiter(row)
        if separator:
            remedy = f'declare it in a seed file: {table}: {{file: …, delimiter: "{shown(separator)}"}}'
            self._problem(place, f'the cells seem to be separated by "{shown(separator)}", not by a comma', remedy)
            return
        for name in row.values:
            column = self.known.get(name)
            if column is None:
                self._problem(
                    place, f"{table} has no column {shown(name)}", near(name, self.known, "declare it, or remove it")
                )
            elif column.generated is not None:
                self._problem(place, f"column {name} of {table} is generated", "leave it out")
        if self.mode is not SeedMode.ONCE:
            for name in self.key:
                if name not in row.values:
                    remedy = "add it" if self._explicit else "add it, or give key: with columns of a unique constraint"
                    self._problem(place, f"the row leaves out {name}, which identifies it", remedy)
        for name in self._required - row.values.keys():
            if name not in self.key or self.mode is SeedMode.ONCE:
                self._problem(place, f"the row leaves out {name}, which is not null and has no default", "add it")

    def _other_delimiter(self, row: WrittenRow) -> str:
        """The delimiter of a CSV file that was read with a wrong one: its only column is none of the table's."""
        if row.header is None or len(row.values) != 1:
            return ""
        [name] = row.values
        return "" if name in self.known else next((char for char in _OTHER_DELIMITERS if char in name), "")

    def _values(self, row: WrittenRow, place: Position) -> dict[str, Value] | None:
        try:
            values = self.converter.values(row)
        except ValueProblem as problem:
            self._problem(place, str(problem), problem.remedy)
            return None
        self._check_nulls([name for name in self._never_null if name in values and values[name].text is None], place)
        if self.mode is not SeedMode.ONCE and not self.identities.full:
            self._check_double(values, place)
        return values

    def _check_nulls(self, names: Iterable[str], place: Position) -> None:
        for name in names:
            self._problem(place, f"column {name} of {self.table.name} is not null", "give it a value")

    def _check_double(self, values: dict[str, Value], place: Position) -> None:
        found = self.identities.second(values, place)
        if found is None:
            return
        key, first = found
        remedy = "remove one of the two rows"
        if first.file != place.file:
            remedy += ", or write replace: true where an overlay declares all rows of the table"
        self._problem(place, f"a second row of {self.table.name} with {key} (first: {first})", remedy)


def primary_key(table: Table) -> tuple[str, ...]:
    """The columns of a table's primary key, which identify a row unless a seed gives others."""
    key = table.primary_key
    return tuple(part.column for part in key.columns if part.column) if key else ()


def _unique_sets(table: Table) -> list[frozenset[str]]:
    """Column sets that are unique in the table: keys, and unique indexes over whole columns of all rows."""
    keys = [*([table.primary_key] if table.primary_key else []), *table.uniques]
    found = [frozenset(part.column for part in key.columns if part.column) for key in keys]
    found += [
        frozenset(part.column for part in index.parts if part.column)
        for index in table.indexes
        if index.unique and index.where is None and all(part.column and part.length is None for part in index.parts)
    ]
    return found


def _partly_unique(table: Table, key: frozenset[str]) -> str | None:
    """A unique index that mentions a column of the key and yet does not make it unique."""
    for index in table.indexes:
        words = {word for part in index.parts for word in re.findall(r"\w+", part.column or part.expression or "")}
        if index.unique and words & key:
            return index.name
    return None


def _required(table: Table, catalog: Catalog) -> frozenset[str]:
    domains = {name for domain in catalog.of(Domain) for name in (domain.name, f"{domain.schema}.{domain.name}")}
    return frozenset(column.name for column in table.columns if _is_required(column, domains))


def _is_required(column: Column, domains: set[str]) -> bool:
    filled = (
        column.default is not None
        or column.generated is not None
        or column.identity is not None
        or column.serial
        or column.auto_increment
        or column.type in domains
    )
    return not column.nullable and not filled
