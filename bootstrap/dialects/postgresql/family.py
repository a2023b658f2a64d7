"""Tables and their parents: who has which now, and what the plan changes about it."""

from __future__ import annotations

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.postgresql.names import split_qualified
from bootstrap.plan.context import RenderContext
from bootstrap.plan.parents import freed, is_let_go, joins


def is_joining(table: Ref, context: RenderContext) -> bool:
    """Whether the table gets a parent that it does not have: until then its members are its own, and change so."""
    before, after = context.current.objects.get(table), context.desired.objects.get(table)
    if not isinstance(before, Table) or not isinstance(after, Table) or table in context.created:
        return False
    return joins(before, after)


def is_detached(table: Ref, context: RenderContext) -> bool:
    """Whether a table leaves its parent: then nothing of it goes or comes with that one any more."""
    before, after = context.current.objects.get(table), context.desired.objects.get(table)
    return isinstance(before, Table) and isinstance(after, Table) and is_let_go(before, after)


def goes_with_parent(table: Ref, name: str, context: RenderContext) -> bool:
    """Whether an inherited column or check comes from a parent that the table keeps, and so goes with that one's."""
    before, after = context.current.objects.get(table), context.desired.objects.get(table)
    if not isinstance(before, Table) or not isinstance(after, Table):
        return True
    found = parents_of(freed(before, after), context.current)
    return any(name in {member.name for member in members} for item in found for members in (item.columns, item.checks))


def parents_of(table: Table, catalog: Catalog) -> list[Table]:
    """The tables that a table inherits from or is a partition of."""
    parents = [Ref(Kind.TABLE, *split_qualified(parent)) for parent in table.inherits]
    if table.partition_of:
        parents.append(Ref(Kind.TABLE, table.partition_of.schema, table.partition_of.table))
    return [item for parent in parents if isinstance(item := catalog.objects.get(parent), Table)]


def children_of(table: Table, context: RenderContext) -> list[Table]:
    """The tables that inherit from this one now."""
    name = (table.schema, table.name)
    return [item for item in context.current.inheritance_children if name in map(split_qualified, item.inherits)]


def below(table: Table, context: RenderContext) -> list[Table]:
    """All inheritance children and partitions of a table now, and theirs."""
    found: list[Table] = []
    pending = [table]
    while pending:
        parent = pending.pop()
        for child in (*children_of(parent, context), *context.current.partitions.get(parent.ref, ())):
            if child not in found:
                found.append(child)
                pending.append(child)
    return found
