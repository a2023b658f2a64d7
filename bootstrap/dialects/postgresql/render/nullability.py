"""Columns that become NOT NULL, or cease to be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bootstrap.catalog.changes import AlterColumn
from bootstrap.catalog.columns import Column
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.postgresql.family import children_of
from bootstrap.dialects.postgresql.leftovers import not_null_check
from bootstrap.dialects.postgresql.names import literal, object_name, qualified, quote
from bootstrap.dialects.postgresql.render.clauses import Stage, clause
from bootstrap.dialects.postgresql.render.statements import rows_of, statement, takes_care
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Statement


def nullability(change: AlterColumn, context: RenderContext) -> list[Statement]:
    """``SET NOT NULL``, without a long lock where the table has rows, or ``DROP NOT NULL``."""
    before, after, table = change.before, change.after, change.table
    if before.nullable == after.nullable:
        return []
    if after.nullable:
        dropped = clause(table, f"ALTER COLUMN {quote(after.name)} DROP NOT NULL", change.ref, context)
        return [dropped, *_kept_below(table, change, context)]
    rows = rows_of(table.ref, context)
    if rows == 0 or not takes_care(table.ref, context) or table.partition_by or table.partition_of:
        return [clause(table, _set(after), change.ref, context)]
    return _not_null_through_check(change, context)


def _set(column: Column) -> str:
    """One that has a name gets it at once: renamed afterwards, it would be so in tables below that have another."""
    name = quote(column.name)
    if column.not_null_name:
        return f"ADD CONSTRAINT {quote(column.not_null_name)} NOT NULL {name}"
    return f"ALTER COLUMN {name} SET NOT NULL"


def _kept_below(table: Table, change: AlterColumn, context: RenderContext) -> Iterator[Statement]:
    """Partitions and child tables stay NOT NULL where declared: the server takes that from them with the parent's."""
    for child in (*context.current.partitions.get(table.ref, ()), *children_of(table, context)):
        if child.ref in context.created | context.dropped:
            continue
        desired = context.desired.objects.get(child.ref)
        name = change.after.name
        before, after = (item.column(name) if isinstance(item, Table) else None for item in (child, desired))
        if before and after and not before.nullable and not after.nullable:
            yield clause(child, _set(after), change.ref, context)
        yield from _kept_below(child, change, context)


def _not_null_through_check(change: AlterColumn, context: RenderContext) -> list[Statement]:
    """A validated check lets SET NOT NULL skip its scan under the exclusive lock."""
    name, helper = quote(change.after.name), quote(not_null_check(change.after.name))
    steps = {
        Stage.CHANGE: f"ADD CONSTRAINT {helper} CHECK ({name} IS NOT NULL) NOT VALID",
        Stage.VALIDATE: f"VALIDATE CONSTRAINT {helper}",
        Stage.PROVEN: _set(change.after),
        Stage.AFTER_PROVEN: f"DROP CONSTRAINT {helper}",
    }
    return [clause(change.table, action, change.ref, context, stage=stage) for stage, action in steps.items()]


def not_null_name(change: AlterColumn, context: RenderContext) -> list[Statement]:
    """Rename the NOT NULL constraint that stays."""
    before, after, table = change.before, change.after, change.table
    named = "not_null_constraints" in context.server.capabilities and not after.nullable
    if not named or after.inherited or before.nullable:
        return []
    usual = object_name(table.name, after.name, "not_null")
    if before.inherited:
        return [_renamed_whatever_it_was(change, after.not_null_name or usual, context)]
    if before.not_null_name == after.not_null_name:
        return []
    return [_renamed(table, before.not_null_name or usual, after.not_null_name or usual, change.ref, context)]


def _renamed_whatever_it_was(change: AlterColumn, new: str, context: RenderContext) -> Statement:
    """What came with a parent has the name that its constraint had, or had once: only the server knows."""
    relation = qualified(change.table.schema, change.table.name)
    sql = (
        "DO $do$\nDECLARE\n  old name;\nBEGIN\n  SELECT c.conname INTO old FROM pg_constraint c"
        " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]\n"
        f"  WHERE c.contype = 'n' AND c.conrelid = {literal(relation)}::regclass"
        f" AND a.attname = {literal(change.after.name)} AND c.conname <> {literal(new)};\n"
        "  IF FOUND THEN\n"
        f"    EXECUTE format({literal(f'ALTER TABLE {relation} RENAME CONSTRAINT %I TO %I')}, old, {literal(new)});\n"
        "  END IF;\nEND\n$do$"
    )
    return statement(sql, change.ref, context)


def renamed_not_null(table: Table, column: Column, new: Table, name: str, context: RenderContext) -> list[Statement]:
    """The NOT NULL constraint takes the name that it would have had, when its column or table gets another name."""
    named = "not_null_constraints" in context.server.capabilities and not column.nullable and not column.inherited
    if not named or column.not_null_name is not None:
        return []
    old, after = (object_name(item, part, "not_null") for item, part in ((table.name, column.name), (new.name, name)))
    return [_renamed(new, old, after, new.ref.child(Kind.COLUMN, name), context)] if old != after else []


def with_not_null_name(column: Column, table: Table, context: RenderContext) -> Column:
    """The column of a new table, whose NOT NULL constraint may need to be told its name: that of a partition is called
    like the partitioned table's, and for a rebuilt table the server would avoid the names of the old one's.
    """
    if "not_null_constraints" not in context.server.capabilities or column.nullable or column.not_null_name:
        return column
    part = table.partition_of
    parent = context.desired.objects.get(Ref(Kind.TABLE, part.schema, part.table)) if part else None
    above = parent.column(column.name) if isinstance(parent, Table) else None
    if isinstance(parent, Table) and above is not None and not above.nullable:
        usual = object_name(parent.name, column.name, "not_null")
        return replace(column, not_null_name=with_not_null_name(above, parent, context).not_null_name or usual)
    if table.ref in context.created and table.ref in context.current.objects:
        return replace(column, not_null_name=object_name(table.name, column.name, "not_null"))
    return column


def named_like_parent(before: Table, after: Table, context: RenderContext) -> list[Statement]:
    """A table that becomes a partition calls its NOT NULL constraints as its new parent does."""
    made = []
    for column in after.columns if "not_null_constraints" in context.server.capabilities else ():
        old, usual = before.column(column.name), object_name(after.name, column.name, "not_null")
        new = with_not_null_name(column, after, context).not_null_name or usual
        if old and not old.nullable and not column.nullable and (old.not_null_name or usual) != new:
            made.append(_renamed(after, old.not_null_name or usual, new, after.ref, context))
    return made


def _renamed(table: Table, old: str, new: str, subject: Ref, context: RenderContext) -> Statement:
    sql = f"ALTER TABLE {qualified(table.schema, table.name)} RENAME CONSTRAINT {quote(old)} TO {quote(new)}"
    return statement(sql, subject, context)
