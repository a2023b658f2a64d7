"""Columns of tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class GeneratedKind(StrEnum):
    """Whether a generated column's value is kept in the row."""

    STORED = "stored"
    VIRTUAL = "virtual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """``GENERATED ALWAYS AS (expression)``."""

    expression: str
    kind: GeneratedKind = GeneratedKind.STORED


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceOptions:
    """What CREATE SEQUENCE takes; None is the server's default for the data type."""

    data_type: str | None = None
    start: int | None = None
    increment: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    cache: int | None = None
    cycle: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """``GENERATED {ALWAYS | BY DEFAULT} AS IDENTITY`` of PostgreSQL. ``sequence_name`` is kept only where it differs
    from the server's own choice.
    """

    always: bool = False
    options: SequenceOptions = field(default_factory=SequenceOptions)
    sequence_name: str | None = None
    comment: str | None = None  # of the sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. ``type`` and the expressions are SQL text: as declared, or as the server prints them.

    ``default`` is always an SQL expression (a string literal carries its quotes); None means that there is none.
    Serial columns are declared with the type ``serial``; what the server makes of it is an integer column, a
    default and an owned sequence, and ``serial`` says that the three belong together.
    """

    name: str
    type: str
    nullable: bool = True
    default: str | None = None
    generated: Generated | None = None
    comment: str | None = None
    collation: str | None = None
    # PostgreSQL
    identity: Identity | None = None
    serial: bool = False
    storage: str | None = None
    compression: str | None = None
    statistics: int | None = None
    options: tuple[tuple[str, str], ...] = ()  # MySQL: column_format, storage; default=none after DROP DEFAULT
    not_null_name: str | None = None  # of the NOT NULL constraint (18), where it is not the server's own choice
    inherited: bool = False  # comes from a parent or partitioned table; never created on its own
    # MySQL, MariaDB
    auto_increment: bool = False
    on_update: str | None = None
    charset: str | None = None
    invisible: bool = False
    srid: int | None = None
    without_system_versioning: bool = False
    check: str | None = (
        None  # MariaDB: a CHECK written at the column is a part of it, and not a constraint of the table
    )

    renamed_from: str | None = field(default=None, compare=False)
    # How rows that exist get their values on the way here; nothing of it stays in the database.
    backfill: str | None = field(default=None, compare=False)
    using: str | None = field(default=None, compare=False)
