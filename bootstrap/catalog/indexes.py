"""Indexes of tables and materialized views."""

from __future__ import annotations

from dataclasses import dataclass, field

from bootstrap.catalog.ref import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPart:
    """One key of an index: a column or an expression, never both."""

    column: str | None = None
    expression: str | None = None
    descending: bool = False
    nulls_first: bool | None = None  # None: the default of the direction
    collation: str | None = None
    opclass: str | None = None
    opclass_options: tuple[tuple[str, str], ...] = ()
    statistics: int | None = None  # PostgreSQL: statistics target of an expression
    length: int | None = None  # MySQL prefix index: characters, or bytes of a binary column


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """One index that backs no constraint."""

    name: str = ""
    parts: tuple[IndexPart, ...]
    unique: bool = False
    method: str = "btree"  # MySQL also: fulltext, spatial, hash
    where: str | None = None
    include: tuple[str, ...] = ()
    nulls_not_distinct: bool = False
    options: tuple[tuple[str, str], ...] = ()
    tablespace: str | None = None
    comment: str | None = None
    visible: bool = True  # MySQL INVISIBLE, MariaDB IGNORED
    parser: str | None = None  # MySQL FULLTEXT … WITH PARSER
    valid: bool = True  # PostgreSQL: false after a CREATE INDEX CONCURRENTLY that failed
    clustered: bool = False
    replica_identity: bool = False
    parent: str | None = None  # PostgreSQL: schema.name of the partitioned index that this one is attached to
    renamed_from: str | None = field(default=None, compare=False)

    @property
    def kind(self) -> Kind:
        """The kind of this object."""
        return Kind.INDEX
