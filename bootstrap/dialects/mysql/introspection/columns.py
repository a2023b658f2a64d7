"""Reading one column of SHOW CREATE TABLE."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bootstrap.catalog.columns import Column, Generated, GeneratedKind
from bootstrap.dialects.mysql.introspection.lexer import Reader, TokenKind, UnknownSyntaxError, without_database

_TYPE_MODIFIERS = ("UNSIGNED", "ZEROFILL", "COMPRESSED")
_JSON_CHECK = re.compile(r"json_valid\(`((?:[^`]|``)+)`\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Collations:
    """What the text leaves unsaid: the default collation of each character set, and the table's own."""

    defaults: Mapping[str, str]  # character set → default collation
    table: str

    def charset(self, collation: str) -> str:
        """The character set of a collation: the part before the first underscore."""
        return collation.split("_", 1)[0]


class ColumnReader:
    """Reads columns from the place where the reader stands."""

    def __init__(self, reader: Reader, database: str, collations: Collations) -> None:
        self.reader = reader
        self.database = database
        self.collations = collations

    def read(self) -> Column:
        """One column with all its attributes. Raises UnknownSyntaxError."""
        name = self.reader.name()
        column = Column(name=name, type=self._type())
        while not (self.reader.at(",") or self.reader.at(")")):
            column = self._attribute(column)
        return self._finished(column)

    def _type(self) -> str:
        reader = self.reader
        text = reader.name().lower()
        if reader.at("("):
            text += f"({reader.parenthesised()})"
        if reader.at("PRECISION") or reader.at("VARYING"):
            text += f" {reader.name().lower()}"
        while any(reader.at(word) for word in _TYPE_MODIFIERS):
            text += f" {reader.name().lower()}"
        return text

    def _attribute(self, column: Column) -> Column:  # noqa: C901, PLR0912  # one branch per attribute that exists
        reader = self.reader
        if reader.accept("CHARACTER", "SET"):
            return replace(column, charset=reader.name())
        if reader.accept("COLLATE"):
            return replace(column, collation=reader.name())
        if reader.accept("GENERATED", "ALWAYS", "AS"):
            return replace(column, generated=self._generated())
        if reader.accept("NOT", "NULL"):
            return replace(column, nullable=False)
        if reader.accept("NULL"):
            return replace(column, nullable=True)
        if reader.accept("INVISIBLE"):
            return replace(column, invisible=True)
        if reader.accept("WITHOUT", "SYSTEM", "VERSIONING"):
            return replace(column, without_system_versioning=True)
        if reader.accept("AUTO_INCREMENT"):
            return replace(column, auto_increment=True)
        if reader.accept("COMMENT"):
            return replace(column, comment=reader.string())
        if reader.accept("SRID"):
            return replace(column, srid=int(reader.name()))
        if reader.accept("DEFAULT"):
            return self._default(column)
        if reader.accept("ON", "UPDATE"):
            return replace(column, on_update=self._value())
        if reader.accept("CHECK"):
            return replace(column, check=reader.parenthesised())
        if reader.accept("COLUMN_FORMAT"):
            return _with_option(column, "column_format", reader.name().lower())
        if reader.accept("STORAGE"):
            return _with_option(column, "storage", reader.name().lower())
        raise UnknownSyntaxError(f"column {column.name}: unknown attribute at: {reader.rest()[:60]}")

    def _generated(self) -> Generated:
        reader = self.reader
        for row in ("START", "END"):
            if reader.accept("ROW", row):
                return Generated(expression=f"ROW {row}", kind=GeneratedKind.STORED)
        expression = reader.parenthesised()
        if reader.accept("VIRTUAL"):
            return Generated(expression=expression, kind=GeneratedKind.VIRTUAL)
        if not reader.accept("PERSISTENT"):
            reader.expect("STORED")
        return Generated(expression=expression, kind=GeneratedKind.STORED)

    def _default(self, column: Column) -> Column:
        if self.reader.accept("NULL"):
            return _with_option(column, "default", "null")
        return replace(column, default=without_database(self._value(), self.database))

    def _value(self) -> str:
        """A literal, a call, or an expression in parentheses."""
        reader, start = self.reader, self.reader.token.start
        if reader.at("("):
            reader.parenthesised()
        else:
            if reader.at("-") or reader.at("+"):
                reader.take()
            first = reader.take()
            if first.kind is TokenKind.WORD and reader.token.kind is TokenKind.STRING:
                reader.take()  # b'101', _utf8mb4'x'
            while reader.at("("):
                reader.parenthesised()
        return reader.text[start : reader.tokens[reader.place - 1].end]

    def _finished(self, column: Column) -> Column:
        column = self._without_null_default(column)
        if self._is_json_alias(column):
            return replace(column, type="json", charset=None, collation=None, check=None)
        if column.collation is None and column.charset is not None:
            column = replace(column, collation=self.collations.defaults.get(column.charset))
        if column.collation is None and is_text(column.type):
            column = replace(column, collation=self.collations.table)
        if column.collation is not None:
            column = replace(column, charset=self.collations.charset(column.collation))
        return column

    @staticmethod
    def _without_null_default(column: Column) -> Column:
        """DEFAULT NULL is what a nullable column has anyway. One that lacks it was made so by DROP DEFAULT."""
        options = dict(column.options)
        null = options.pop("default", None)
        nothing = column.default is None and null is None and column.generated is None and not column.auto_increment
        if nothing and column.nullable and not _never_prints_default(column.type):
            options["default"] = "none"
        return replace(column, options=tuple(sorted(options.items())))

    @staticmethod
    def _is_json_alias(column: Column) -> bool:
        found = _JSON_CHECK.fullmatch(column.check or "")
        return (
            found is not None
            and found[1].replace("``", "`") == column.name
            and column.type == "longtext"
            and column.collation == "utf8mb4_bin"
        )


def _with_option(column: Column, name: str, value: str) -> Column:
    return replace(column, options=sorted_options((*column.options, (name, value))))


def sorted_options(options: object) -> tuple[tuple[str, str], ...]:
    """Options in the order of their names."""
    return tuple(sorted(dict(options).items()))  # type: ignore[call-overload]  # pairs of strings, whatever holds them


_TEXT = re.compile(r"(char|varchar|tinytext|text|mediumtext|longtext|enum|set|nchar|nvarchar)\b")


def is_text(column_type: str) -> bool:
    """Whether a column of this type has a character set."""
    return _TEXT.match(column_type) is not None


_WITHOUT_NULL = re.compile(r"(tiny|medium|long)?(text|blob)\b|json\b|geom|point|linestring|polygon|multi|vector")


def _never_prints_default(column_type: str) -> bool:
    """MySQL prints no DEFAULT NULL for types that could have no default in earlier versions."""
    return _WITHOUT_NULL.match(column_type) is not None
