"""Reading SHOW CREATE TABLE: the one text that holds everything about a table, also what no view of information_schema
shows (FULLTEXT parsers, partitions' options, periods). What is not understood is refused by name, never left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bootstrap.catalog.columns import Column, Generated, GeneratedKind
from bootstrap.catalog.constraints import Check, ForeignKey, KeyConstraint
from bootstrap.catalog.indexes import Index, IndexPart
from bootstrap.catalog.ref import Kind
from bootstrap.catalog.tables import Table
from bootstrap.dialects.mysql.introspect.lexer import Reader, TokenKind, UnknownSyntaxError, without_database
from bootstrap.dialects.mysql.introspect.partitions import read_partitioning

_TYPE_MODIFIERS = ("UNSIGNED", "ZEROFILL", "COMPRESSED")
_JSON_CHECK = re.compile(r"json_valid\(`((?:[^`]|``)+)`\)")
_ACTIONS = ("NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Collations:
    """What the text leaves unsaid: the default collation of each character set, and the table's own."""

    defaults: Mapping[str, str]  # character set → default collation
    table: str

    def charset(self, collation: str) -> str:
        """The character set of a collation: the part before the first underscore."""
        return collation.split("_", 1)[0]


@dataclass(slots=True)
class _Parts:
    """A table while it is being read."""

    columns: list[Column] = field(default_factory=list)
    primary_key: KeyConstraint | None = None
    uniques: list[KeyConstraint] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)


def read_table(text: str, *, database: str, collations: Collations) -> Table:
    """The table that a SHOW CREATE TABLE text describes. Raises UnknownSyntaxError."""
    return _TableReader(Reader(text), database, collations).read()


class _TableReader:
    """Reads one text from front to end."""

    def __init__(self, reader: Reader, database: str, collations: Collations) -> None:
        self.reader = reader
        self.database = database
        self.collations = collations
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
        )

    def _element(self) -> None:
        reader = self.reader
        if reader.token.kind is TokenKind.NAME:
            self.parts.columns.append(self._column())
        elif reader.accept("PRIMARY", "KEY"):
            key = self._key("PRIMARY")
            self.parts.primary_key = _as_constraint(key, Kind.PRIMARY_KEY)
        elif reader.accept("UNIQUE", "KEY"):
            self._unique()
        elif reader.accept("FULLTEXT", "KEY"):
            self.parts.indexes.append(replace(self._key(), method="fulltext"))
        elif reader.accept("SPATIAL", "KEY"):
            self.parts.indexes.append(replace(self._key(), method="spatial"))
        elif reader.accept("KEY"):
            self.parts.indexes.append(self._key())
        elif reader.accept("CONSTRAINT"):
            self._constraint()
        elif reader.accept("PERIOD", "FOR", "SYSTEM_TIME"):
            reader.names()  # follows from the columns that are ROW START and ROW END
        else:
            raise UnknownSyntaxError(f"unknown part of a table at: {reader.rest()[:60]}")

    # columns

    def _column(self) -> Column:
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

    # keys

    def _key(self, name: str | None = None) -> Index:
        reader = self.reader
        index = Index(name=reader.name() if name is None else name, parts=self._key_parts())
        while not (reader.at(",") or reader.at(")")):
            index = self._key_option(index)
        return index

    def _key_parts(self) -> tuple[IndexPart, ...]:
        self.reader.expect("(")
        parts = [self._key_part()]
        while self.reader.accept(","):
            parts.append(self._key_part())
        self.reader.expect(")")
        return tuple(parts)

    def _key_part(self) -> IndexPart:
        reader = self.reader
        if reader.at("("):
            part = IndexPart(expression=reader.parenthesised())
        else:
            part = IndexPart(column=reader.name())
            if reader.at("("):
                part = replace(part, length=int(reader.parenthesised()))
        if reader.accept("DESC"):
            part = replace(part, descending=True)
        reader.accept("ASC")
        if reader.at("WITHOUT", "OVERLAPS"):
            raise UnknownSyntaxError("WITHOUT OVERLAPS, of a key over an application-time period")
        return part

    def _key_option(self, index: Index) -> Index:
        reader = self.reader
        if reader.accept("USING"):
            method = reader.name().lower()
            if method == "btree":  # said explicitly: printed again by the server, and by nothing else
                return replace(index, options=_sorted((*index.options, ("using", "btree"))))
            return replace(index, method=method)
        if reader.accept("COMMENT"):
            return replace(index, comment=reader.string())
        if reader.accept("WITH", "PARSER"):
            return replace(index, parser=reader.name())
        if reader.accept("INVISIBLE") or reader.accept("IGNORED"):
            return replace(index, visible=False)
        if reader.accept("KEY_BLOCK_SIZE"):
            reader.expect("=")
            return replace(index, options=_sorted((*index.options, ("key_block_size", reader.name()))))
        raise UnknownSyntaxError(f"key {index.name}: unknown option at: {reader.rest()[:60]}")

    def _unique(self) -> None:
        index = self._key()
        constraint = _as_constraint(index, Kind.UNIQUE)
        if constraint is None:
            self.parts.indexes.append(replace(index, unique=True))
        else:
            self.parts.uniques.append(constraint)

    # constraints

    def _constraint(self) -> None:
        reader = self.reader
        name = reader.name()
        if reader.accept("FOREIGN", "KEY"):
            self.parts.foreign_keys.append(self._foreign_key(name))
        elif reader.accept("CHECK"):
            expression = reader.parenthesised()
            enforced = not reader.accept("NOT", "ENFORCED")
            self.parts.checks.append(Check(name=name, expression=expression, enforced=enforced))
        else:
            raise UnknownSyntaxError(f"constraint {name}: unknown kind at: {reader.rest()[:60]}")

    def _foreign_key(self, name: str) -> ForeignKey:
        reader = self.reader
        columns = reader.names()
        reader.expect("REFERENCES")
        schema, table = "", reader.name()
        if reader.accept("."):
            schema, table = table, reader.name()
        key = ForeignKey(
            name=name, columns=columns, ref_schema="" if schema == self.database else schema, ref_table=table,
            ref_columns=reader.names(),
        )  # fmt: skip
        while not (reader.at(",") or reader.at(")")):
            key = self._foreign_key_option(key)
        return key

    def _foreign_key_option(self, key: ForeignKey) -> ForeignKey:
        reader = self.reader
        if reader.accept("MATCH"):
            return replace(key, match=reader.name().upper())
        reader.expect("ON")
        event = reader.name().upper()
        action = next((action for action in _ACTIONS if reader.accept(*action.split())), None)
        if action is None or event not in ("DELETE", "UPDATE"):
            raise UnknownSyntaxError(f"foreign key {key.name}: unknown action at: {reader.rest()[:60]}")
        key = replace(key, on_delete=action) if event == "DELETE" else replace(key, on_update=action)
        if action == "NO ACTION":
            said = sorted((*key.explicit_actions, f"on_{event.lower()}"))
            return replace(key, explicit_actions=tuple(said))
        return key

    # options

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
        return _sorted(options.items()), engine, comment, versioned

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


def _as_constraint(index: Index, kind: Kind) -> KeyConstraint | None:
    """A key as a constraint, or None where only an index can say what it is."""
    if any(part.expression for part in index.parts):
        return None
    options = dict(index.options)
    using = options.pop("using", None) or (index.method if index.method != "btree" else None)
    return KeyConstraint(
        kind=kind, name=index.name, columns=index.parts, index_type=using, index_comment=index.comment,
        options=_sorted(options.items()), visible=index.visible,
    )  # fmt: skip


def _with_option(column: Column, name: str, value: str) -> Column:
    return replace(column, options=_sorted((*column.options, (name, value))))


def _sorted(options: object) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(dict(options).items()))  # type: ignore[call-overload]  # pairs of strings, whatever holds them


_TEXT = re.compile(r"(char|varchar|tinytext|text|mediumtext|longtext|enum|set|nchar|nvarchar)\b")


def is_text(column_type: str) -> bool:
    """Whether a column of this type has a character set."""
    return _TEXT.match(column_type) is not None


_WITHOUT_NULL = re.compile(r"(tiny|medium|long)?(text|blob)\b|json\b|geom|point|linestring|polygon|multi|vector")


def _never_prints_default(column_type: str) -> bool:
    """MySQL prints no DEFAULT NULL for types that could have no default in earlier versions."""
    return _WITHOUT_NULL.match(column_type) is not None
