"""Tables with all that belongs to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import Check, Constraint, Exclusion, ForeignKey, KeyConstraint
from bootstrap.catalog.indexes import Index, IndexPart
from bootstrap.catalog.ref import Kind, Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionBy:
    """How PostgreSQL partitions a table: ``PARTITION BY strategy (keys)``."""

    strategy: str  # range, list, hash
    keys: tuple[IndexPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionOf:
    """That a PostgreSQL table is a partition, and of which rows: ``FOR VALUES …`` or ``DEFAULT``."""

    schema: str
    table: str
    bound: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MySqlSubpartition:
    """One part of a partition of a MySQL table."""

    name: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MySqlPartition:
    """One partition of a MySQL table. ``values`` is the text behind VALUES, "" for hash and key."""

    name: str
    values: str = ""
    options: tuple[tuple[str, str], ...] = ()
    subpartitions: tuple[MySqlSubpartition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MySqlPartitioning:
    """``PARTITION BY method (expression) PARTITIONS count …`` of MySQL."""

    method: str  # range, range columns, list, list columns, hash, linear hash, key, linear key, system_time
    expression: str
    count: int | None = None
    sub_method: str | None = None
    sub_expression: str | None = None
    sub_count: int | None = None
    partitions: tuple[MySqlPartition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """``PERIOD FOR name (start, end)``: the application's own time (MariaDB)."""

    name: str
    start: str
    end: str


LEFT_OPEN = frozenset({"row_security", "force_row_security", "replica_identity"})
"""Properties of a table that stay as they are where a declaration does not say them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table. Order counts only among the columns; constraints and indexes are kept sorted by name."""

    schema: str = ""
    name: str
    columns: tuple[Column, ...] = ()
    primary_key: KeyConstraint | None = None
    uniques: tuple[KeyConstraint, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    checks: tuple[Check, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    indexes: tuple[Index, ...] = ()
    options: tuple[tuple[str, str], ...] = ()  # storage parameters; MySQL create options
    comment: str | None = None
    owner: str | None = None
    # PostgreSQL
    unlogged: bool = False
    partition_by: PartitionBy | None = None
    partition_of: PartitionOf | None = None
    inherits: tuple[str, ...] = ()
    row_security: bool = False
    force_row_security: bool = False
    replica_identity: str = "default"  # default, full, nothing, index
    tablespace: str | None = None
    access_method: str | None = None
    of_type: str | None = None
    # MySQL, MariaDB
    engine: str | None = None
    charset: str | None = None
    collation: str | None = None
    partitioning: MySqlPartitioning | None = None
    system_versioned: bool = False
    period: Period | None = None

    renamed_from: str | None = field(default=None, compare=False)
    # Properties that a declaration leaves open: no difference by themselves, but part of what is declared.
    unsaid: frozenset[str] = field(default=frozenset(), compare=False, metadata={"declared": True})

    @property
    def ref(self) -> Ref:
        """The identity of this table."""
        return Ref(Kind.TABLE, self.schema, self.name)

    @property
    def constraints(self) -> Iterator[Constraint]:
        """All constraints, the primary key first, the foreign keys last."""
        if self.primary_key:
            yield self.primary_key
        yield from self.uniques
        yield from self.checks
        yield from self.exclusions
        yield from self.foreign_keys

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)
