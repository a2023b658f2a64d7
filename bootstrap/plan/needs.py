"""What each object needs, from the structure of the model and from what the server knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.code import View
from bootstrap.catalog.constraints import Constraint, Exclusion, ForeignKey, KeyConstraint
from bootstrap.catalog.indexes import IndexPart
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.replication import PublishedTable
from bootstrap.catalog.security import Role
from bootstrap.catalog.tables import Table

TYPES = frozenset({Kind.ENUM, Kind.COMPOSITE, Kind.RANGE, Kind.DOMAIN})
TYPES_AND_COLLATIONS = TYPES | {Kind.COLLATION}
_RELATIONS = (Kind.TABLE, Kind.VIEW, Kind.MATERIALIZED_VIEW)


def needs_of(catalog: Catalog) -> dict[Ref, set[Ref]]:
    """Everything each object needs to exist: the server's dependencies and the model's own."""
    needs: dict[Ref, set[Ref]] = defaultdict(set)
    for ref, wanted in catalog.dependencies.items():
        needs[ref] |= wanted
    for item in catalog.objects.values():
        for ref, wanted_ref in _structural(item, catalog):
            if ref != wanted_ref:
                needs[ref].add(wanted_ref)
    return needs


def dependents_of(needs: Mapping[Ref, Iterable[Ref]]) -> dict[Ref, set[Ref]]:
    """The same relation the other way round."""
    dependents: dict[Ref, set[Ref]] = defaultdict(set)
    for ref, wanted in needs.items():
        for need in wanted:
            dependents[need].add(ref)
    return dependents


def changes_with_type(ref: Ref, dependents: Mapping[Ref, Iterable[Ref]]) -> set[Ref]:
    """What is altered together with a type or collation: the types that are based on it, and the columns of all of
    these. Empty for what is neither.
    """
    found: set[Ref] = set()
    pending = [ref] if ref.kind in TYPES_AND_COLLATIONS else []
    while pending:
        fresh = {more for more in dependents.get(pending.pop(), ()) if more.kind in TYPES or more.kind is Kind.COLUMN}
        pending += [more for more in fresh - found if more.kind in TYPES]
        found |= fresh
    return found


def _structural(item: DatabaseObject, catalog: Catalog) -> Iterator[tuple[Ref, Ref]]:
    ref = item.ref
    if ref.schema:
        yield ref, Ref(Kind.SCHEMA, "", ref.schema)
    relation = owner_of(ref, catalog)
    if relation:
        yield ref, relation.ref
    owner = getattr(item, "owner", None)
    if owner:
        yield ref, Ref(Kind.ROLE, "", owner)
    if isinstance(item, Role):
        yield from ((ref, Ref(Kind.ROLE, "", group)) for group in item.member_of)
    if isinstance(item, PublishedTable):
        yield ref, Ref(Kind.PUBLICATION, "", item.name)
    if isinstance(item, Table):
        yield from _table(item, catalog)
    elif isinstance(item, View):
        yield from ((ref.child(Kind.INDEX, index.name), ref) for index in item.indexes)


def owner_of(ref: Ref, catalog: Catalog) -> DatabaseObject | None:
    """The table, view or materialized view that something belongs to; None where nothing of that name is there."""
    if not ref.table:
        return None
    candidates = (catalog.objects.get(Ref(kind, ref.schema, ref.table)) for kind in _RELATIONS)
    return next((item for item in candidates if item is not None), None)


def is_taken_in(ref: Ref, dependent: Ref, catalog: Catalog) -> bool:
    """Whether the dependent is an index of a partitioned table that is made of its partitions' ones, such as this: it
    stays when one of them goes.
    """
    partition = owner_of(ref, catalog)
    parent = partition.partition_of if isinstance(partition, Table) else None
    return parent is not None and (parent.schema, parent.table) == (dependent.schema, dependent.table)


def _table(table: Table, catalog: Catalog) -> Iterator[tuple[Ref, Ref]]:
    if table.partition_of:
        yield table.ref, Ref(Kind.TABLE, table.partition_of.schema, table.partition_of.table)
    for column in table.columns:
        yield table.ref.child(Kind.COLUMN, column.name), table.ref
    for constraint in table.constraints:
        ref = table.ref.child(constraint.kind, constraint.name)
        yield ref, table.ref
        for name in constraint_columns(constraint):
            yield ref, table.ref.child(Kind.COLUMN, name)
        if isinstance(constraint, ForeignKey):
            yield from ((ref, need) for need in referenced(constraint, catalog))
    for index in table.indexes:
        ref = table.ref.child(Kind.INDEX, index.name)
        yield ref, table.ref
        for name in (*part_columns(index.parts), *index.include):
            yield ref, table.ref.child(Kind.COLUMN, name)


def referenced(key: ForeignKey, catalog: Catalog) -> Iterator[Ref]:
    """The referenced table, its columns, and every key or unique index that could be the one behind the reference."""
    target = catalog.objects.get(Ref(Kind.TABLE, key.ref_schema, key.ref_table))
    if not isinstance(target, Table):
        return
    yield target.ref
    yield from (target.ref.child(Kind.COLUMN, name) for name in key.ref_columns)
    wanted = set(key.ref_columns)
    for constraint in target.constraints:
        if isinstance(constraint, KeyConstraint) and set(part_columns(constraint.columns)) == wanted:
            yield target.ref.child(constraint.kind, constraint.name)
    for index in target.indexes:
        # MySQL accepts any index that begins with the referenced columns.
        if set(part_columns(index.parts)[: len(wanted)]) == wanted:
            yield target.ref.child(Kind.INDEX, index.name)


def constraint_columns(constraint: Constraint) -> tuple[str, ...]:
    """Columns that a constraint names; those inside expressions are known only to the server."""
    if isinstance(constraint, KeyConstraint):
        return (*part_columns(constraint.columns), *constraint.include)
    if isinstance(constraint, ForeignKey):
        return constraint.columns
    if isinstance(constraint, Exclusion):
        return part_columns(part for part, _ in constraint.elements)
    return ()


def part_columns(parts: Iterable[IndexPart]) -> tuple[str, ...]:
    """The plain columns among the parts of an index."""
    return tuple(part.column for part in parts if part.column is not None)
