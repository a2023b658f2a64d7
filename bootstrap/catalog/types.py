"""User-defined types, sequences, schemas and extensions of PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass, field

from bootstrap.catalog.columns import SequenceOptions
from bootstrap.catalog.constraints import Check
from bootstrap.catalog.ref import Kind, Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """A namespace."""

    name: str
    comment: str | None = None
    owner: str | None = None
    renamed_from: str | None = field(default=None, compare=False)

    @property
    def ref(self) -> Ref:
        """The identity of this schema."""
        return Ref(Kind.SCHEMA, "", self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """An extension; ``version`` None takes the server's default and is never a difference."""

    name: str
    schema: str | None = None
    version: str | None = None
    comment: str | None = None

    @property
    def ref(self) -> Ref:
        """The identity of this extension."""
        return Ref(Kind.EXTENSION, "", self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnumType:
    """``CREATE TYPE … AS ENUM``. ``renamed_labels`` maps a new label to the old one it replaces."""

    schema: str
    name: str
    labels: tuple[str, ...]
    comment: str | None = None
    owner: str | None = None
    renamed_from: str | None = field(default=None, compare=False)
    renamed_labels: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    @property
    def ref(self) -> Ref:
        """The identity of this type."""
        return Ref(Kind.ENUM, self.schema, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One attribute of a composite type."""

    name: str
    type: str
    collation: str | None = None
    comment: str | None = None
    renamed_from: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositeType:
    """``CREATE TYPE … AS (…)``."""

    schema: str
    name: str
    attributes: tuple[Attribute, ...]
    comment: str | None = None
    owner: str | None = None
    renamed_from: str | None = field(default=None, compare=False)

    @property
    def ref(self) -> Ref:
        """The identity of this type."""
        return Ref(Kind.COMPOSITE, self.schema, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeType:
    """``CREATE TYPE … AS RANGE``."""

    schema: str
    name: str
    subtype: str
    options: tuple[tuple[str, str], ...] = ()
    comment: str | None = None
    owner: str | None = None
    renamed_from: str | None = field(default=None, compare=False)

    @property
    def ref(self) -> Ref:
        """The identity of this type."""
        return Ref(Kind.RANGE, self.schema, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """``CREATE DOMAIN``."""

    schema: str
    name: str
    type: str
    nullable: bool = True
    default: str | None = None
    collation: str | None = None
    checks: tuple[Check, ...] = ()
    comment: str | None = None
    owner: str | None = None
    renamed_from: str | None = field(default=None, compare=False)

    @property
    def ref(self) -> Ref:
        """The identity of this domain."""
        return Ref(Kind.DOMAIN, self.schema, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """A sequence on its own (also of MariaDB). One that a serial or identity column made belongs to the column and is
    no object of the catalog; ``owned_by`` is (schema, table, column) of a hand-made OWNED BY.
    """

    schema: str = ""
    name: str
    options: SequenceOptions = field(default_factory=SequenceOptions)
    owned_by: tuple[str, str, str] | None = None
    unlogged: bool = False
    comment: str | None = None
    owner: str | None = None
    engine: str | None = None  # of MariaDB, where it is not InnoDB
    renamed_from: str | None = field(default=None, compare=False)

    @property
    def ref(self) -> Ref:
        """The identity of this sequence."""
        return Ref(Kind.SEQUENCE, self.schema, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Collation:
    """``CREATE COLLATION``."""

    schema: str
    name: str
    options: tuple[tuple[str, str], ...]
    comment: str | None = None
    owner: str | None = None

    @property
    def ref(self) -> Ref:
        """The identity of this collation."""
        return Ref(Kind.COLLATION, self.schema, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """``CREATE OPERATOR``; ``left`` None is a prefix operator. ``options`` are commutator, negator, restrict, join,
    hashes, merges.
    """

    schema: str
    name: str
    left: str | None
    right: str
    function: str
    options: tuple[tuple[str, str], ...] = ()
    comment: str | None = None
    owner: str | None = None

    @property
    def ref(self) -> Ref:
        """The identity of this operator, with the types of its operands."""
        return Ref(Kind.OPERATOR, self.schema, f"{self.name}({self.left or 'NONE'}, {self.right})")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSearchDictionary:
    """``CREATE TEXT SEARCH DICTIONARY``; what ``options`` there are, the template says."""

    schema: str
    name: str
    template: str
    options: tuple[tuple[str, str], ...] = ()
    comment: str | None = None
    owner: str | None = None

    @property
    def ref(self) -> Ref:
        """The identity of this dictionary."""
        return Ref(Kind.DICTIONARY, self.schema, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSearchConfiguration:
    """``CREATE TEXT SEARCH CONFIGURATION``; ``mappings`` is (token type, dictionaries in order)."""

    schema: str
    name: str
    parser: str
    mappings: tuple[tuple[str, tuple[str, ...]], ...] = ()
    comment: str | None = None
    owner: str | None = None

    @property
    def ref(self) -> Ref:
        """The identity of this configuration."""
        return Ref(Kind.TEXT_SEARCH, self.schema, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """``CREATE STATISTICS``."""

    schema: str
    name: str
    table: str
    kinds: tuple[str, ...]
    expressions: tuple[str, ...]
    target: int | None = None
    table_schema: str = ""  # "" is the schema of the statistics themselves
    comment: str | None = None
    owner: str | None = None

    @property
    def ref(self) -> Ref:
        """The identity of these statistics."""
        return Ref(Kind.STATISTICS, self.schema, self.name, self.table)
