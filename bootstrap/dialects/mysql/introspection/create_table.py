"""Reading SHOW CREATE TABLE: the one text that holds everything about a table, also what no view of information_schema
shows (FULLTEXT parsers, partitions' options, periods). What is not understood is refused by name, never left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import Check, ForeignKey, KeyConstraint
from bootstrap.catalog.indexes import Index
from bootstrap.catalog.ref import Kind
from bootstrap.catalog.tables import Period, Table
from bootstrap.dialects.mysql.introspection.columns import Collations, ColumnReader, sorted_options
from bootstrap.dialects.mysql.introspection.keys import KeyReader, as_constraint
from bootstrap.dialects.mysql.introspection.lexer import Reader, TokenKind, UnknownSyntaxError
from bootstrap.dialects.mysql.introspection.partitions import read_partitioning


@dataclass(slots=True)
class _Parts:
    """A table while it is being read."""

    columns: list[Column] = field(default_factory=list)
    primary_key: KeyConstraint | None = None
    uniques: list[KeyConstraint] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    period: Period | None = None


def read_table(text: str, *, database: str, collations: Collations) -> Table:
    """The table that a SHOW CREATE TABLE text describes. Raises UnknownSyntaxError."""
    return _TableReader(Reader(text), database, collations).read()


class _TableReader:
    """Reads one text from front to end."""

    def __init__(self, reader: Reader, database: str, collations: Collations) -> None:
        self.reader = reader
        self.collations = collations
        self.columns = ColumnReader(reader, database, collations)
        self.keys = KeyReader(reader, database)
        self.parts = _Parts()

    def read(self) -> Table:
        """The whole text."""
        self.reader.expect("CREATE", "TABLE")
        name = self.reader.name()
        self.reader.expect("(")
        while True:
            self._element()
            if not self.reader.accept(","):
                break
        self.reader.expect(")")
        options, engine, comment, versioned = self._options()
        partitioning = None if self.reader.done else read_partitioning(self.reader)
        if not self.reader.done:
            raise UnknownSyntaxError(f"unknown table option at: {self.reader.rest()[:60]}")
        parts = self.parts
        return Table(
            name=name,
            columns=tuple(parts.columns),
            primary_key=parts.primary_key,
            uniques=tuple(sorted(parts.uniques, key=lambda item: item.name)),
            foreign_keys=tuple(sorted(parts.foreign_keys, key=lambda item: item.name)),
            checks=tuple(sorted(parts.checks, key=lambda item: item.name)),
            indexes=tuple(sorted(parts.indexes, key=lambda item: item.name)),
            options=options,
            comment=comment,
            engine=engine,
            charset=self.collations.charset(self.collations.table),
            collation=self.collations.table,
            partitioning=partitioning,
            system_versioned=versioned,
            period=parts.period,
        )

    def _element(self) -> None:
        reader = self.reader
        if reader.token.kind is TokenKind.NAME:
            self.parts.columns.append(self.columns.read())
        elif reader.accept("PRIMARY", "KEY"):
            key = self.keys.key("PRIMARY")
            self.parts.primary_key = as_constraint(key, Kind.PRIMARY_KEY)
        elif reader.accept("UNIQUE", "KEY"):
            self._unique()
        elif reader.accept("FULLTEXT", "KEY"):
            self.parts.indexes.append(replace(self.keys.key(), method="fulltext"))
        elif reader.accept("SPATIAL", "KEY"):
            self.parts.indexes.append(replace(self.keys.key(), method="spatial"))
        elif reader.accept("KEY"):
            self.parts.indexes.append(self.keys.key())
        elif reader.accept("CONSTRAINT"):
            found = self.keys.constraint()
            if isinstance(found, ForeignKey):
                self.parts.foreign_keys.append(found)
            else:
                self.parts.checks.append(found)
        elif reader.accept("PERIOD", "FOR"):
            self._period()
        else:
            raise UnknownSyntaxError(f"unknown part of a table at: {reader.rest()[:60]}")

    def _period(self) -> None:
        if self.reader.accept("SYSTEM_TIME"):
            self.reader.names()  # follows from the columns that are ROW START and ROW END
            return
        name, (start, end) = self.reader.name(), self.reader.names()
        self.parts.period = Period(name=name, start=start, end=end)

    def _unique(self) -> None:
        index = self.keys.key()
        constraint = as_constraint(index, Kind.UNIQUE)
        if constraint is None:
            self.parts.indexes.append(replace(index, unique=True))
        else:
            self.parts.uniques.append(constraint)

    def _options(self) -> tuple[tuple[tuple[str, str], ...], str | None, str | None, bool]:
        reader = self.reader
        engine: str | None = None
        comment: str | None = None
        versioned = False
        options: dict[str, str] = {}
        while not (reader.done or reader.at("PARTITION", "BY")):
            if reader.accept("WITH", "SYSTEM", "VERSIONING"):
                versioned = True
                continue
            reader.accept("DEFAULT")
            name = self._option_name()
            reader.accept("=")
            if name == "comment":
                comment = reader.string()
            elif name == "engine":
                engine = reader.name()
            elif name in ("auto_increment", "charset", "collate"):
                reader.name()  # counters are data; the collation was asked for, because it is not always printed
            else:
                options[name] = self._option_value()
        return sorted_options(options.items()), engine, comment, versioned

    def _option_name(self) -> str:
        name = self.reader.name().lower()
        if name in ("data", "index") and self.reader.accept("DIRECTORY"):
            return f"{name} directory"
        if name == "start" and self.reader.accept("TRANSACTION"):
            raise UnknownSyntaxError("START TRANSACTION in SHOW CREATE TABLE: the table is still being filled")
        return name

    def _option_value(self) -> str:
        reader = self.reader
        if reader.at("("):
            return f"({reader.parenthesised()})"
        token = reader.take()
        if token.kind in (TokenKind.MARK, TokenKind.END):
            raise UnknownSyntaxError(f"unknown table option at: {reader.text[token.start :][:60]}")
        return token.text
