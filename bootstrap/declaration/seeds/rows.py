"""Rows of one seed as they are written, whatever the format: YAML in memory, CSV and JSON Lines streamed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple, Protocol

from bootstrap.catalog.columns import Column
from bootstrap.declaration.model import Position, SeedRow, SqlExpression
from bootstrap.declaration.seeds.csv_rows import CsvRow, read_csv
from bootstrap.declaration.seeds.json_rows import read_json_lines
from bootstrap.declaration.seeds.values import Form, Given, Value, ValueProblem, to_value
from bootstrap.declaration.store import Store

_NONE: frozenset[str] = frozenset()


class WrittenRow(NamedTuple):
    """One row as written: values by column, and the line. ``header`` is that of the columns, where it is another."""

    values: Mapping[str, Given]
    line: int
    header: int | None = None


@dataclass(slots=True)
class Signature:
    """What rows have in common that are loaded together: their columns. Also which values are SQL expressions."""

    columns: tuple[str, ...]
    expressions: frozenset[str] = _NONE  # columns in which a value is one
    texts: frozenset[str] = _NONE  # columns in which a value is none

    def note(self, expressions: frozenset[str]) -> None:
        """Take one more row into account."""
        if expressions != self.expressions or not self.texts:
            self.expressions |= expressions
            self.texts |= frozenset(self.columns) - expressions

    @property
    def computed(self) -> frozenset[str]:
        """Columns in which every value is an expression."""
        return self.expressions - self.texts


class RowSource(Protocol):
    """Where the rows of one seed come from."""

    @property
    def file(self) -> str:
        """Where they are written."""

    @property
    def form(self) -> Form:
        """How they are written."""

    def rows(self) -> Iterator[WrittenRow]:
        """The rows, read again. Raises CsvError."""

    def digest(self) -> str:
        """Digest of the rows."""


@dataclass(frozen=True, slots=True)
class ListedRows:
    """Rows that stand in a YAML file."""

    file: str
    items: tuple[WrittenRow, ...]

    @property
    def form(self) -> Form:
        """In YAML."""
        return Form.LISTED

    def rows(self) -> Iterator[WrittenRow]:
        """The rows."""
        return iter(self.items)

    def digest(self) -> str:
        """Digest of the rows."""
        return hashlib.sha256(repr([sorted(row.values.items()) for row in self.items]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class FileRows:
    """Rows of a CSV or JSON Lines file."""

    store: Store
    file: str
    delimiter: str = ","
    null: str = ""

    @property
    def form(self) -> Form:
        """As the file's ending says."""
        return Form.CSV if self.file.endswith(".csv") else Form.JSON_LINES

    def rows(self) -> Iterator[WrittenRow]:
        """The rows, streamed."""
        if self.form is Form.JSON_LINES:
            for values, line in read_json_lines(self._open):
                yield WrittenRow(values, line)
            return
        header, records = self.records()
        for record in records:
            yield WrittenRow(dict(zip(header, record.cells, strict=True)), record.line, header=1)

    def records(self) -> tuple[tuple[str, ...], Iterator[CsvRow]]:
        """The header and the records of a CSV file, streamed: much faster than rows, of which there may be millions."""
        return read_csv(self._open, self.delimiter, self.null)

    def digest(self) -> str:
        """Digest of the file's bytes and of how they are read."""
        total = hashlib.sha256(f"{self.delimiter}\0{self.null}\0".encode())
        with self.store.open(self.file) as stream:
            while block := stream.read(1 << 20):
                total.update(block)
        return total.hexdigest()

    def _open(self) -> BinaryIO:
        return self.store.open(self.file)


@dataclass(frozen=True, slots=True)
class Converter:
    """Turns written rows into rows for the server."""

    columns: Mapping[str, Column]
    engine: str
    form: Form

    def values(self, row: WrittenRow) -> dict[str, Value]:
        """The values of a row. Raises ValueProblem with the column's name in front."""
        result = {}
        for name, given in row.values.items():
            try:
                result[name] = to_value(given, self.columns.get(name), self.engine, self.form)
            except ValueProblem as problem:
                raise ValueProblem(f"column {name}: {problem}", problem.remedy) from None
        return result

    def expressions(self, values: Mapping[str, Value]) -> frozenset[str]:
        """The columns of a row whose values are expressions."""
        return frozenset(name for name, value in values.items() if value.expression)

    def stream(self, sources: tuple[RowSource, ...], signature: Signature) -> Iterator[SeedRow]:
        """The rows of a signature from all sources, in order."""
        columns, expressions = signature.columns, signature.expressions
        wanted = frozenset(columns)
        for source in sources:
            if isinstance(source, FileRows) and source.form is Form.CSV:
                yield from _records_of(source, columns)
                continue
            for row in source.rows():
                if row.values.keys() == wanted:
                    values = self.values(row)
                    texts = [_sent(values[name]) if name in expressions else values[name].text for name in columns]
                    yield SeedRow(tuple(texts), Position(source.file, row.line))


def _records_of(source: FileRows, columns: tuple[str, ...]) -> Iterator[SeedRow]:
    """The records of a CSV file that has these columns, in the order of the columns."""
    header, records = source.records()
    if frozenset(header) != frozenset(columns):
        return
    places = [header.index(name) for name in columns]
    file, ordered = source.file, header == columns
    for cells, line in records:
        yield SeedRow(cells if ordered else tuple([cells[place] for place in places]), Position(file, line))


def _sent(value: Value) -> str | None:
    return SqlExpression(value.text) if value.expression else value.text
