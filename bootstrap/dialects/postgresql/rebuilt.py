"""Tables that the server cannot alter into what is declared: they are rebuilt, with their rows."""

from __future__ import annotations

import re
from typing import TypeGuard

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.columns import Column
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.postgresql.names import split_qualified
from bootstrap.dialects.postgresql.type_use import Remakable, is_of, is_recreated
from bootstrap.plan.context import RenderContext


def rebuilt_tables(current: Catalog, desired: Catalog) -> frozenset[Ref]:
    """The tables of both that can only be rebuilt: partitioned in another way, with another type or collation under
    the partition key of their tree, with columns that come from a parent, or with columns in the order of another
    type.
    """
    found: set[Ref] = set()
    remade = [item for item in current.objects.values() if _is_remade(item, current, desired)]
    for before in current.of(Table):
        after = desired.objects.get(before.ref)
        if not isinstance(after, Table):
            continue
        whole = before.partition_by != after.partition_by or _is_reordered(before, after)
        if whole or _begins_to_inherit(before, after) or _owns_otherwise(before, after, current, desired):
            found.add(before.ref)
            if _columns(before) != _columns(after):  # a partition is attached with the columns of its parent
                found |= {ref for ref in tree_of(before.ref, current) if _is_below(ref, before.ref, desired)}
        elif _key_is_retyped(before, after) or _key_is_of(remade, before, current):
            found |= _tree_around(before.ref, current, desired)
    return frozenset(found)


def _columns(table: Table) -> set[tuple[str, str, str | None]]:
    return {(column.name, column.type, column.collation) for column in table.columns}


def _is_below(ref: Ref, above: Ref, catalog: Catalog) -> bool:
    """Whether a table is a partition of another, or of one of its partitions."""
    item = catalog.objects.get(ref)
    return isinstance(item, Table) and above in catalog.tables_above(item)


def _begins_to_inherit(before: Table, after: Table) -> bool:
    """A column that was there before a table began to inherit stays its own: a new table has it from its parent."""
    return bool(set(after.inherits) - set(before.inherits)) and any(column.inherited for column in after.columns)


def _owns_otherwise(before: Table, after: Table, current: Catalog, desired: Catalog) -> bool:
    """Whether a column or check becomes a table's own, or is so no longer, while its parent has it all the time."""
    for name in before.inherits:
        parent = Ref(Kind.TABLE, *split_qualified(name))
        shared = _owned(current.objects.get(parent)).keys() & _owned(desired.objects.get(parent)).keys()
        old, new = _owned(before), _owned(after)
        if name in after.inherits and any(old.get(item) != new.get(item) for item in shared):
            return True
    return False


def _owned(item: DatabaseObject | None) -> dict[tuple[str, str], bool]:
    """The columns and checks of a table, and whether they are its own."""
    if not isinstance(item, Table):
        return {}
    columns = {("column", column.name): not column.inherited for column in item.columns}
    return columns | {("check", check.name): not check.inherited for check in item.checks if not check.no_inherit}


def _is_reordered(before: Table, after: Table) -> bool:
    """The columns of a typed table are in the order of its type; new ones come last."""
    if after.of_type is None:
        return False
    wanted = [column.name for column in after.columns]
    kept = [column.name for column in before.columns if column.name in wanted]
    return kept != wanted[: len(kept)]


def _tree_around(ref: Ref, current: Catalog, desired: Catalog) -> set[Ref]:
    """All tables of a partitioned one's tree, where none leaves it; nothing where one does."""
    root = _root(ref, current)
    tree = [item for item in tree_of(root, current) if item in desired.objects]
    return set(tree) if all(_root(item, desired) == root for item in tree) else set()


def tree_of(root: Ref, catalog: Catalog) -> list[Ref]:
    """A table and all partitions below it, parents first."""
    found = [root]
    for table in found:  # grows while it is walked
        found += [partition.ref for partition in catalog.partitions.get(table, ())]
    return found


def _root(ref: Ref, catalog: Catalog) -> Ref:
    """The table at the top of the tree that a table belongs to."""
    item = catalog.objects.get(ref)
    above = list(catalog.tables_above(item)) if isinstance(item, Table) else []
    return above[-1] if above else ref


def _key_is_retyped(before: Table, after: Table) -> bool:
    pairs = ((old, after.column(old.name)) for old in _key_columns(before))
    return any(new and (old.type, old.collation) != (new.type, new.collation) for old, new in pairs)


def _key_is_of(remade: list[Remakable], table: Table, current: Catalog) -> bool:
    spelled = [(column.type, column.collation) for column in _key_columns(table)]
    return any(is_of(spelling, item, current) for spelling in spelled for item in remade)


def _key_columns(table: Table) -> list[Column]:
    """The columns of a partition key, also those that its expressions name."""
    parts = table.partition_by.keys if table.partition_by else ()
    texts = " ".join(part.expression or "" for part in parts)
    plain = {part.column for part in parts}
    return [
        column for column in table.columns if column.name in plain or re.search(rf"\b{re.escape(column.name)}\b", texts)
    ]


def _is_remade(item: DatabaseObject, current: Catalog, desired: Catalog) -> TypeGuard[Remakable]:
    after = desired.objects.get(item.ref)
    return isinstance(item, Remakable) and after is not None and is_recreated(item, after, current)


def is_converted(ref: Ref, context: RenderContext) -> bool:
    """Whether the table is there, and the plan makes it nevertheless."""
    return ref in context.created and isinstance(context.current.objects.get(ref), Table)


def parent_is_converted(table: Table, context: RenderContext) -> bool:
    """Whether the partition is made together with its parent."""
    part = table.partition_of
    return part is not None and is_converted(Ref(Kind.TABLE, part.schema, part.table), context)
