"""The canonical structure of a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias, TypeVar

from bootstrap.catalog.code import Event, EventTrigger, Policy, Routine, Rule, Trigger, View
from bootstrap.catalog.ref import Kind, Ref
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
)

DatabaseObject: TypeAlias = (
    Role | Schema | Extension | Collation | TextSearchConfiguration | EnumType | CompositeType | RangeType | Domain
    | Operator | Sequence | Table | Statistics | View | Routine | Trigger | Rule | Policy | Event | EventTrigger
)  # fmt: skip

_T = TypeVar("_T")
_NOTHING: Mapping[Ref, frozenset[Ref]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """All objects of one database, declared or live: both have this type.

    ``dependencies`` says what each object (also a column, constraint or index) needs; it is filled by introspection,
    never by a declaration. ``settings`` are the database's own (MySQL: charset, collation). A catalog read from a
    declaration keeps its texts as written; only a catalog that a server printed may be compared.
    """

    objects: Mapping[Ref, DatabaseObject] = field(default_factory=dict)
    grants: frozenset[Grant] = frozenset()
    default_privileges: frozenset[DefaultPrivilege] = frozenset()
    dependencies: Mapping[Ref, frozenset[Ref]] = field(default_factory=lambda: _NOTHING, compare=False)
    settings: Mapping[str, str] = field(default_factory=dict, compare=False)

    def of(self, kind: type[_T]) -> list[_T]:
        """All objects of one class, sorted by identity."""
        return [self.objects[ref] for ref in sorted(self.objects) if isinstance(self.objects[ref], kind)]  # type: ignore[misc]  # the isinstance narrows what mypy cannot see through the union

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
