"""Tables as a whole: create, drop, rename, and their own properties."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bootstrap.catalog.changes import AddConstraint
from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import Check, KeyConstraint
from bootstrap.catalog.indexes import Index
from bootstrap.catalog.partition_keys import alike, attached_alike, beside
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import PartitionOf, Table
from bootstrap.dialects.postgresql.names import qualified, quote, split_qualified
from bootstrap.dialects.postgresql.rebuilt import is_converted, parent_is_converted
from bootstrap.dialects.postgresql.render import bounds
from bootstrap.dialects.postgresql.render import columns as column_parts
from bootstrap.dialects.postgresql.render import constraints as constraint_parts
from bootstrap.dialects.postgresql.render.attach import made_with_table, partitions_of, stays
from bootstrap.dialects.postgresql.render.clauses import clause
from bootstrap.dialects.postgresql.render.conversion import converted
from bootstrap.dialects.postgresql.render.indexes import index_sql, key_part, usual_name
from bootstrap.dialects.postgresql.render.nullability import named_like_parent, renamed_not_null
from bootstrap.dialects.postgresql.render.owned import owned_by, rename_owned
from bootstrap.dialects.postgresql.render.statements import (
    comment_change,
    option_changes,
    option_names,
    options_sql,
    owner_change,
    statement,
)
from bootstrap.dialects.postgresql.render.table_columns import column_clauses
from bootstrap.plan.context import RenderContext
from bootstrap.plan.parents import freed
from bootstrap.plan.statement import Statement


def create_table(table: Table, context: RenderContext) -> list[Statement]:
    """``CREATE TABLE`` with columns and all constraints but the foreign keys, then what only ALTER can say."""
    if parent_is_converted(table, context):
        return []  # made with the parent, before the rows are moved
    if is_converted(table.ref, context):
        made = _created(table, context)
        for partition in partitions_of(table.ref, context):
            if partition.ref in context.created:
                made += _created_tree(partition, context)
        return [converted(table, made, context)]
    return _created(table, context)


def _created_tree(table: Table, context: RenderContext) -> list[Statement]:
    made = _created(table, context)
    for partition in partitions_of(table.ref, context):
        made += _created_tree(partition, context)
    return made


def _created(table: Table, context: RenderContext) -> list[Statement]:
    late = [check for check in table.checks if not check.validated]
    made = [statement(_create_sql(table, context, late), table.ref, context, creates=True)]
    made += owner_change(table.ref, None, table.owner, context)
    for index in table.indexes:
        if table.partition_of and made_with_table(table.ref, index, context):
            sql = index_sql(table.ref, index, concurrently=False)
            made.append(statement(sql, table.ref, context, creates=True))
    for check in late:
        if check.inherited:  # a partition is attached with the checks of its parent
            added = constraint_parts.constraint_sql(check, validated=False)
            sql = f"ALTER TABLE {qualified(table.schema, table.name)} ADD {added}"
            made.append(statement(sql, table.ref, context, creates=True))
    made += _attach(table, context)
    made += _added_later(table, context)
    made += _differing_defaults(table, context)
    for column in table.columns:
        made += column_parts.extras(table, column, context)
        made += owned_by(table, column, context)
    for check in (check for check in late if not check.inherited):
        made += constraint_parts.add_constraint(AddConstraint(table, check), context)
    for item in table.constraints:
        if item.kind is not Kind.FOREIGN_KEY and item not in late:
            made += constraint_parts.extras(table, item, context)
    return made + _flags(table, context) + comment_change(table.ref, None, table.comment, context)


def _create_sql(table: Table, context: RenderContext, late: list[Check]) -> str:
    unlogged = "UNLOGGED " if table.unlogged else ""
    sql = f"CREATE {unlogged}TABLE {qualified(table.schema, table.name)}"
    if table.partition_of and not table.columns:
        parent = qualified(table.partition_of.schema, table.partition_of.table)
        return f"{sql} PARTITION OF {parent} {table.partition_of.bound}" + _tail(table)
    parts = column_clauses(table, context)
    # A partition is made whole and then attached, so that its members can have names of their own.
    checks = [check for check in table.checks if check not in late and (not check.inherited or table.partition_of)]
    parts += [constraint_parts.constraint_sql(replace(check, inherited=False)) for check in checks]
    inline = (Kind.PRIMARY_KEY, Kind.UNIQUE, Kind.EXCLUSION)
    later = [*_later(table, context), *_given(table, context)]
    inside = (item for item in table.constraints if item.kind in inline and item not in later)
    parts += [constraint_parts.constraint_sql(item) for item in inside]
    body = ",\n    ".join(parts)
    if table.of_type:
        sql += f" OF {table.of_type}" + (f" (\n    {body}\n)" if parts else "")
    else:
        sql += f" (\n    {body}\n)" if parts else " ()"
    if table.inherits:
        sql += f" INHERITS ({', '.join(table.inherits)})"
    return sql + _tail(table)


def _tail(table: Table) -> str:
    sql = ""
    if table.partition_by:
        keys = ", ".join(key_part(key) for key in table.partition_by.keys)
        sql += f" PARTITION BY {table.partition_by.strategy.upper()} ({keys})"
    if table.access_method:
        sql += f" USING {quote(table.access_method)}"
    if table.options:
        sql += f" WITH ({options_sql(table.options)})"
    return sql + (f" TABLESPACE {quote(table.tablespace)}" if table.tablespace else "")


def _attach(table: Table, context: RenderContext) -> list[Statement]:
    part = table.partition_of
    if part is None or not table.columns:
        return []
    return [bounds.attached(table, part, context, creates=_parent_is_new(table, context))]


def _given(table: Table, context: RenderContext) -> list[KeyConstraint]:
    """Keys that a new partition gets from its parent when it is attached: it may not bring two of the same columns."""
    new = _parent_is_new(table, context)
    return [key for key in attached_alike(table) if new or (key.parent and stays(key.parent, context))]


def _later(table: Table, context: RenderContext) -> list[KeyConstraint]:
    """Keys that CREATE TABLE cannot bring: a partition's own beside its parent's, and the second of two alike."""
    own = [key for key in beside(table) if isinstance(key, KeyConstraint)] if table.partition_of else []
    given = _given(table, context)
    taken_in = [key for key in attached_alike(table) if given and key not in given]
    apart = [*own, *given, *taken_in]
    keys = [key for key in table.constraints if isinstance(key, KeyConstraint)]
    return [*own, *taken_in, *alike(key for key in keys if key not in apart)]


def _added_later(table: Table, context: RenderContext) -> list[Statement]:
    """The keys that were left out, and the names of those that a partition was given by its parent."""
    alter = f"ALTER TABLE {qualified(table.schema, table.name)}"
    steps = [
        f"{alter} RENAME CONSTRAINT {quote(usual_name(table.ref, key))} TO {quote(key.name)}"
        for key in _given(table, context)
        if key.name and key.name != usual_name(table.ref, key)
    ]
    steps += [f"{alter} ADD {constraint_parts.constraint_sql(key)}" for key in _later(table, context)]
    return [statement(sql, table.ref, context, creates=True) for sql in steps]


def _parent_is_new(table: Table, context: RenderContext) -> bool:
    part = table.partition_of
    return part is not None and any(
        ref.kind is Kind.TABLE and (ref.schema, ref.name) == (part.schema, part.table) for ref in context.created
    )


def _differing_defaults(table: Table, context: RenderContext) -> list[Statement]:
    """Inherited columns whose default or nullability differs from the parent's."""
    made = []
    relation = qualified(table.schema, table.name)
    for column in table.columns if table.inherits else ():
        parent = _inherited_from(table, column.name, context) if column.inherited else None
        if parent is None or column.generated:
            continue
        actions = []
        if parent.default != column.default:
            new = "DROP DEFAULT" if column.default is None else f"SET DEFAULT {column.default}"
            actions.append(f"ALTER COLUMN {quote(column.name)} {new}")
        if parent.nullable and not column.nullable:
            actions.append(f"ALTER COLUMN {quote(column.name)} SET NOT NULL")
        if actions:
            sql = f"ALTER TABLE ONLY {relation} {', '.join(actions)}"
            made.append(statement(sql, table.ref, context, creates=True))
    return made


def _inherited_from(table: Table, column: str, context: RenderContext) -> Column | None:
    for name in table.inherits:
        schema, parent = split_qualified(name)
        found = context.desired.objects.get(replace(table.ref, schema=schema, name=parent))
        if isinstance(found, Table) and found.column(column):
            return found.column(column)
    return None


def _flags(table: Table, context: RenderContext, before: Table | None = None) -> list[Statement]:
    """Row level security and replica identity."""
    old = before or Table(schema=table.schema, name=table.name)
    new = before is None
    steps = []
    if table.row_security != old.row_security:
        steps.append(f"{'ENABLE' if table.row_security else 'DISABLE'} ROW LEVEL SECURITY")
    if table.force_row_security != old.force_row_security:
        steps.append(f"{'FORCE' if table.force_row_security else 'NO FORCE'} ROW LEVEL SECURITY")
    if table.replica_identity not in (old.replica_identity, "index"):
        steps.append(f"REPLICA IDENTITY {table.replica_identity.upper()}")
    return [clause(table, ", ".join(steps), table.ref, context, creates=new)] if steps else []


def drop_table(table: Table, context: RenderContext) -> list[Statement]:
    """``DROP TABLE``."""
    # A partition may have gone with its parent.
    exists = "IF EXISTS " if table.partition_of else ""
    sql = f"{_let_go(table, context)}DROP TABLE {exists}{qualified(table.schema, table.name)}"
    return [statement(sql, table.ref, context)]


def _let_go(table: Table, context: RenderContext) -> str:
    """What comes before the drop of a partition: foreign keys to the tables above hold it until it is none any more."""
    part, above = table.partition_of, set(context.current.tables_above(table))
    if part is None or Ref(Kind.TABLE, part.schema, part.table) not in context.desired.objects:
        return ""
    if not above & context.current.referenced_tables:
        return ""
    return f"ALTER TABLE {qualified(part.schema, part.table)} DETACH PARTITION {qualified(table.schema, table.name)};\n"


def rename_table(before: Table, after: Table, context: RenderContext) -> list[Statement]:
    """``RENAME TO``, and the sequences that the server made for its columns."""
    sql = f"ALTER TABLE {qualified(before.schema, before.name)} RENAME TO {quote(after.name)}"
    made = [statement(sql, after.ref, context)]
    for column in before.columns:
        made += rename_owned(before, column, after.name, column.name, context)
        made += renamed_not_null(before, column, after, column.name, context)
    return made


def alter_table(before: Table, after: Table, context: RenderContext) -> list[Statement]:
    """The table's own properties; its members have changes of their own."""
    if before.of_type != after.of_type:
        return _typed(before, after, context) + alter_table(replace(before, of_type=after.of_type), after, context)
    made = _partition(before, after, context) + _parents(before, after, context)
    made += [clause(after, action, after.ref, context) for action in _storage(before, after)]
    made += _flags(after, context, before)
    made += owner_change(after.ref, before.owner, after.owner, context)
    return made + comment_change(after.ref, before.comment, after.comment, context)


def _typed(before: Table, after: Table, context: RenderContext) -> list[Statement]:
    action = f"OF {after.of_type}" if after.of_type else "NOT OF"
    return [statement(f"ALTER TABLE {qualified(before.schema, before.name)} {action}", after.ref, context)]


def leave(before: Table, context: RenderContext) -> list[Statement]:
    """``DETACH PARTITION``, ``NO INHERIT``, ``NOT OF``: from now on its columns can change on their own."""
    free = freed(before, context.desired.table(before.ref))
    relation, made = qualified(before.schema, before.name), []
    part = before.partition_of
    if part and not free.partition_of:
        sql = f"ALTER TABLE {qualified(part.schema, part.table)} DETACH PARTITION {relation}"
        made += [statement(sql, before.ref, context), *_left_behind(part, before, context)]
    gone = (name for name in before.inherits if name not in free.inherits)
    made += [statement(f"ALTER TABLE {relation} NO INHERIT {name}", before.ref, context) for name in gone]
    return made + (_typed(before, free, context) if before.of_type != free.of_type else [])


def _partition(before: Table, after: Table, context: RenderContext) -> list[Statement]:
    old, new = before.partition_of, after.partition_of
    same_parent = old and new and (old.schema, old.table) == (new.schema, new.table)
    if old == new or (same_parent and parent_is_converted(after, context)):
        return []
    if new and same_parent:
        return bounds.rebound(after, new, context)
    made = []
    if new:
        indexes = [item for item in beside(after) if isinstance(item, Index)]
        for index in indexes:
            sql = f"DROP INDEX IF EXISTS {qualified(after.schema, index.name)}"
            made.append(statement(sql, after.ref, context))
        if old is None:
            made += named_like_parent(before, after, context)
        made.append(bounds.attached(after, new, context))
        for index in indexes:
            made.append(statement(index_sql(after.ref, index, concurrently=False), after.ref, context))
    return made


def _left_behind(old: PartitionOf, after: Table, context: RenderContext) -> list[Statement]:
    """The copies of the parent's foreign keys stay with a partition that is detached: those declared are recreated."""
    parent = context.current.objects.get(replace(after.ref, schema=old.schema, name=old.table))
    alter = f"ALTER TABLE {qualified(after.schema, after.name)}"
    return [
        statement(f"{alter} DROP CONSTRAINT IF EXISTS {quote(key.name)}", after.ref, context)
        for key in (parent.foreign_keys if isinstance(parent, Table) else ())
    ]


def _parents(before: Table, after: Table, context: RenderContext) -> list[Statement]:
    alter = f"ALTER TABLE {qualified(after.schema, after.name)}"
    steps = [f"{alter} INHERIT {name}" for name in after.inherits if name not in before.inherits]
    return [statement(sql, after.ref, context) for sql in steps]


def _storage(before: Table, after: Table) -> Iterator[str]:
    changed, gone = option_changes(before.options, after.options)
    if changed:
        yield f"SET ({options_sql(changed)})"
    if gone:
        yield f"RESET ({option_names(gone)})"
    if before.unlogged != after.unlogged:
        yield f"SET {'UNLOGGED' if after.unlogged else 'LOGGED'}"
    if before.access_method != after.access_method:
        yield f"SET ACCESS METHOD {quote(after.access_method or 'heap')}"
    if before.tablespace != after.tablespace:
        yield f"SET TABLESPACE {quote(after.tablespace or 'pg_default')}"
