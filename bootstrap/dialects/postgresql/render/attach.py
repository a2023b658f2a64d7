"""Indexes and keys of partitioned tables: which of the partitions' own are taken in, and when."""

from __future__ import annotations

from collections.abc import Iterator

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.constraints import KeyConstraint
from bootstrap.catalog.indexes import Index
from bootstrap.catalog.partition_keys import key_like
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.postgresql.names import qualified, split_qualified
from bootstrap.dialects.postgresql.render.statements import is_new, statement
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Statement


def partitions_of(table: Ref, context: RenderContext) -> Iterator[Table]:
    """The declared partitions of a table."""
    yield from context.desired.partitions.get(table, ())


def complete(owner: Ref, name: str, context: RenderContext) -> list[tuple[Table, Index | KeyConstraint]] | None:
    """Each partition with its own index that belongs to this one of the parent; None where one has none declared, or
    is not declared itself: then the server makes it, and attaches what it finds.
    """
    found = list(_members(owner, name, context))
    there = [item.ref for item in context.current.partitions.get(owner, ())]
    undeclared = [ref for ref in there if ref not in context.desired.objects and ref not in context.dropped]
    return found if not undeclared and len(found) == len(list(partitions_of(owner, context))) else None


def _members(owner: Ref, name: str, context: RenderContext) -> Iterator[tuple[Table, Index | KeyConstraint]]:
    """The partitions that have an index of their own declared for this one of the parent, each with that index."""
    parent = qualified(owner.schema, name)
    for partition in partitions_of(owner, context):
        mine = next((item for item in key_like(partition) if item.parent == parent and item.name), None)
        if mine is not None:
            yield partition, mine


def attach_all(owner: Ref, name: str, context: RenderContext) -> list[Statement]:
    """Attach the partitions' indexes to a new index of the parent; the last one makes it valid."""
    subject = owner.child(Kind.INDEX, name)
    return [
        statement(
            f"ALTER INDEX {qualified(owner.schema, name)} ATTACH PARTITION {qualified(partition.schema, mine.name)}",
            subject, context, creates=is_new(owner, context),
        )
        for partition, mine in _members(owner, name, context)
    ]  # fmt: skip


def went_with_parent(owner: Ref, name: str, context: RenderContext) -> Iterator[tuple[Table, Index | KeyConstraint]]:
    """The partitions' indexes that were dropped with the parent's, although nothing about them changes."""
    for partition, mine in complete(owner, name, context) or ():
        before = context.current.objects.get(partition.ref)
        if not isinstance(before, Table) or partition.ref in context.created:
            continue
        part = before.partition_of
        if part and (part.schema, part.table) == (owner.schema, owner.name) and mine in key_like(before):
            yield partition, mine


def hangs_on_index(owner: Ref, name: str, context: RenderContext) -> bool:
    """Whether keys of partitions belong to what is now a plain index of the parent, and nothing references them."""
    table = context.current.objects.get(owner)
    if not isinstance(table, Table) or all(index.name != name for index in table.indexes):
        return False
    parent = qualified(owner.schema, name)
    members = [
        item
        for item in context.current.of(Table)
        if any(key.parent == parent for key in (item.primary_key, *item.uniques) if key)
    ]
    referenced = {(key.ref_schema, key.ref_table) for item in context.current.of(Table) for key in item.foreign_keys}
    return bool(members) and not any((item.schema, item.name) in referenced for item in members)


def goes_with_index(parent: str, context: RenderContext) -> bool:
    """Whether a partition's key goes with the plain index of its parent that it hangs on."""
    before, after = _named(parent, context.current), _named(parent, context.desired)
    if before is None or (after is not None and isinstance(after[1], Index)):
        return False
    return hangs_on_index(before[0].ref, before[1].name, context)


def stays(parent: str, context: RenderContext) -> bool:
    """Whether the parent's index is there already and stays as it is."""
    before, after = _named(parent, context.current), _named(parent, context.desired)
    if before is None or after is None or before[0].ref in context.created or before[0].ref != after[0].ref:
        return False
    return _definition(before[1]) == _definition(after[1])


def _definition(item: Index | KeyConstraint) -> tuple[object, ...]:
    if isinstance(item, Index):
        return Index, item.parts, item.unique, item.method, item.where, item.include, item.nulls_not_distinct
    return item.kind, item.columns, item.include, item.deferrable, item.nulls_not_distinct


def _named(name: str, catalog: Catalog) -> tuple[Table, Index | KeyConstraint] | None:
    schema, index = split_qualified(name)
    for item in catalog.objects.values():
        if isinstance(item, Table) and item.schema == schema:
            for key in key_like(item):
                if key.name == index:
                    return item, key
    return None


def made_with_table(owner: Ref, index: Index, context: RenderContext) -> bool:
    """Whether a new partition is attached to a table that has this index already: then it is built before, because
    the server would make one of its own when the partition is attached. That table may be new as well.
    """
    if not is_new(owner, context) or index.parent is None:
        return False
    parent = _named(index.parent, context.desired)
    above = parent is not None and isinstance(parent[1], Index) and made_with_table(parent[0].ref, parent[1], context)
    return above or stays(index.parent, context)
