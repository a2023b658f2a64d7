"""Constraints of tables. A name of "" in a declaration lets the server choose, as it does in SQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from bootstrap.catalog.indexes import IndexPart
from bootstrap.catalog.ref import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyConstraint:
    """Primary key or unique constraint."""

    kind: Kind  # PRIMARY_KEY or UNIQUE
    name: str = ""
    columns: tuple[IndexPart, ...]
    include: tuple[str, ...] = ()
    nulls_not_distinct: bool = False
    deferrable: bool = False
    initially_deferred: bool = False
    options: tuple[tuple[str, str], ...] = ()
    tablespace: str | None = None
    comment: str | None = None
    index_type: str | None = None  # MySQL: btree, hash
    index_comment: str | None = None  # of the index behind the constraint
    visible: bool = True  # MySQL INVISIBLE, MariaDB IGNORED
    without_overlaps: bool = False  # MariaDB: the last column is the table's period, in which no two rows meet
    clustered: bool = False  # PostgreSQL: CLUSTER ON
    replica_identity: bool = False
    parent: str | None = None  # PostgreSQL: schema.name of the partitioned table's index that this one is attached to
    renamed_from: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """``FOREIGN KEY (columns) REFERENCES ref_table (ref_columns)``; empty ``ref_columns`` means its primary key."""

    name: str = ""
    columns: tuple[str, ...]
    ref_schema: str
    ref_table: str
    ref_columns: tuple[str, ...] = ()
    on_update: str = "NO ACTION"
    on_delete: str = "NO ACTION"
    on_delete_columns: tuple[str, ...] = ()  # PostgreSQL 15: SET NULL (a, b)
    explicit_actions: tuple[str, ...] = ()  # MariaDB prints a NO ACTION that was said: on_delete, on_update
    match: str = "SIMPLE"
    deferrable: bool = False
    initially_deferred: bool = False
    validated: bool = True
    enforced: bool = True
    comment: str | None = None
    renamed_from: str | None = field(default=None, compare=False)

    @property
    def kind(self) -> Kind:
        """The kind of this constraint."""
        return Kind.FOREIGN_KEY


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """``CHECK (expression)``, of a table or of a domain."""

    name: str = ""
    expression: str
    validated: bool = True
    no_inherit: bool = False
    enforced: bool = True
    inherited: bool = False
    comment: str | None = None
    renamed_from: str | None = field(default=None, compare=False)

    @property
    def kind(self) -> Kind:
        """The kind of this constraint."""
        return Kind.CHECK


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """``EXCLUDE USING method (element WITH operator, …) WHERE (predicate)`` of PostgreSQL."""

    name: str = ""
    method: str = "gist"
    elements: tuple[tuple[IndexPart, str], ...]
    include: tuple[str, ...] = ()
    where: str | None = None
    deferrable: bool = False
    initially_deferred: bool = False
    options: tuple[tuple[str, str], ...] = ()
    tablespace: str | None = None
    comment: str | None = None
    index_comment: str | None = None  # of the index behind the constraint
    renamed_from: str | None = field(default=None, compare=False)

    @property
    def kind(self) -> Kind:
        """The kind of this constraint."""
        return Kind.EXCLUSION


Constraint: TypeAlias = KeyConstraint | ForeignKey | Check | Exclusion
