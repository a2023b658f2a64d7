"""The canonical structure of a database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TypeAlias, TypeVar

from bootstrap.catalog.code import Event, EventTrigger, Policy, Routine, Rule, Trigger, View
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.replication import Publication, PublishedTable
from bootstrap.catalog.security import DefaultPrivilege, Grant, Role
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import (
    Collation,
    CompositeType,
    Domain,
    EnumType,
    Extension,
    Operator,
    RangeType,
    Schema,
    Sequence,
    Statistics,
    TextSearchConfiguration,
    TextSearchDictionary,
)

DatabaseObject: TypeAlias = (
    Role | Schema | Extension | Collation | TextSearchConfiguration | EnumType | CompositeType | RangeType | Domain
    | Operator | Sequence | Table | Statistics | View | Routine | Trigger | Rule | Policy | Event | EventTrigger
    | Publication | PublishedTable | TextSearchDictionary
)  # fmt: skip

_T = TypeVar("_T")
_NOTHING: Mapping[Ref, frozenset[Ref]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)  # no slots: what is looked up often is filed once, in the instance
class Catalog:
    """All objects of one database, declared or live: both have this type.

    ``dependencies`` says what each object (also a column, constraint or index) needs; it is filled by introspection,
    never by a declaration. ``grantees`` are pairs of an object and a role whose privileges on it are declared, be it
    none: nothing else gives them any. ``settings`` are the database's own (MySQL: charset, collation). A catalog read
    from a declaration keeps its texts as written; only a catalog that a server printed may be compared.
    """

    objects: Mapping[Ref, DatabaseObject] = field(default_factory=dict)
    grants: frozenset[Grant] = frozenset()
    default_privileges: frozenset[DefaultPrivilege] = frozenset()
    grantees: frozenset[tuple[Ref | None, str]] = field(default=frozenset(), compare=False)
    dependencies: Mapping[Ref, frozenset[Ref]] = field(default_factory=lambda: _NOTHING, compare=False)
    settings: Mapping[str, str] = field(default_factory=dict, compare=False)

    def of(self, kind: type[_T]) -> list[_T]:
        """All objects of one class, sorted by identity."""
        return list(self._classes.get(kind, ()))  # type: ignore[arg-type]  # filed under its own class

    @cached_property
    def _classes(self) -> Mapping[type, list[DatabaseObject]]:
        filed: dict[type, list[DatabaseObject]] = defaultdict(list)
        for ref in sorted(self.objects):
            filed[type(self.objects[ref])].append(self.objects[ref])
        return filed

    @cached_property
    def partitions(self) -> Mapping[Ref, list[Table]]:
        """The PostgreSQL partitions of each table that has some."""
        filed: dict[Ref, list[Table]] = defaultdict(list)
        for item in self.objects.values():
            if isinstance(item, Table) and item.partition_of:
                filed[Ref(Kind.TABLE, item.partition_of.schema, item.partition_of.table)].append(item)
        return MappingProxyType(filed)

    @cached_property
    def referenced_tables(self) -> frozenset[Ref]:
        """The tables that foreign keys refer to."""
        return frozenset(
            Ref(Kind.TABLE, key.ref_schema, key.ref_table) for item in self.of(Table) for key in item.foreign_keys
        )

    def tables_above(self, table: Table) -> Iterator[Ref]:
        """The PostgreSQL tables that a partition is in, the nearest first."""
        found: DatabaseObject | None = table
        while isinstance(found, Table) and found.partition_of:
            ref = Ref(Kind.TABLE, found.partition_of.schema, found.partition_of.table)
            yield ref
            found = self.objects.get(ref)

    @cached_property
    def inheritance_children(self) -> tuple[Table, ...]:
        """The tables that inherit from others."""
        return tuple(item for item in self.objects.values() if isinstance(item, Table) and item.inherits)

    @cached_property
    def forced_row_security(self) -> frozenset[Ref]:
        """The tables whose policies hold for their owner too."""
        return frozenset(item.ref for item in self.of(Table) if item.row_security and item.force_row_security)

    @cached_property
    def owned_sequences(self) -> Mapping[tuple[str, str, str], list[Sequence]]:
        """The sequences of their own that belong to a column: schema, table and column → sequences."""
        filed: dict[tuple[str, str, str], list[Sequence]] = defaultdict(list)
        for item in self.of(Sequence):
            if item.owned_by:
                filed[item.owned_by].append(item)
        return MappingProxyType(filed)

    def sequences_of(self, table: Table, column: str) -> list[Sequence]:
        """The sequences of their own that belong to one column."""
        return self.owned_sequences.get((table.schema, table.name, column), [])

    @cached_property
    def belongings(self) -> Mapping[Ref, list[Ref]]:
        """The objects that go with a table, such as its triggers and policies."""
        filed: dict[Ref, list[Ref]] = defaultdict(list)
        for ref in self.objects:
            if ref.owner:
                filed[ref.owner].append(ref)
        return MappingProxyType(filed)

    def table(self, ref: Ref) -> Table:
        """The table of that identity; raises KeyError where there is none."""
        found = self.objects[ref]
        if not isinstance(found, Table):
            raise KeyError(ref)
        return found

    @property
    def members(self) -> frozenset[Ref]:
        """Identities of all objects and of all that belongs to tables."""
        return frozenset(self.objects) | frozenset(
            ref for item in self.objects.values() if isinstance(item, Table) for ref in table_members(item)
        )


def table_members(table: Table) -> list[Ref]:
    """Identities of a table's columns, constraints and indexes."""
    columns = [table.ref.child(Kind.COLUMN, column.name) for column in table.columns]
    constraints = [table.ref.child(item.kind, item.name) for item in table.constraints]
    return columns + constraints + [table.ref.child(Kind.INDEX, index.name) for index in table.indexes]
