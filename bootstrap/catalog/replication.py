"""Publications of PostgreSQL: what logical replication sends to subscribers."""

from __future__ import annotations

from dataclasses import dataclass

from bootstrap.catalog.ref import Kind, Ref

OPERATIONS = ("insert", "update", "delete", "truncate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """``CREATE PUBLICATION``. Its single tables are objects of their own, which come and go with the tables."""

    name: str
    all_tables: bool = False
    schemas: tuple[str, ...] = ()  # all tables of these, also of the future
    operations: tuple[str, ...] = OPERATIONS
    via_root: bool = False  # changes of partitions are sent as those of the partitioned table
    generated_columns: str | None = None  # PostgreSQL 18: stored
    comment: str | None = None
    owner: str | None = None

    @property
    def ref(self) -> Ref:
        """The identity of this publication."""
        return Ref(Kind.PUBLICATION, "", self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedTable:
    """One table in a publication, with the columns that are sent (none: all) and which rows."""

    name: str  # of the publication
    schema: str
    table: str
    columns: tuple[str, ...] = ()
    where: str | None = None

    @property
    def ref(self) -> Ref:
        """The identity of the table's place in the publication."""
        return Ref(Kind.PUBLISHED_TABLE, self.schema, self.name, self.table)
