"""Columns: their definition, and every change of one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bootstrap.catalog.changes import AddColumn, AlterColumn, DropColumn, ReleaseDefault, RenameColumn
from bootstrap.catalog.columns import Column, GeneratedKind
from bootstrap.catalog.ref import Kind
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import EnumType
from bootstrap.dialects.postgresql.family import below, children_of, is_joining
from bootstrap.dialects.postgresql.names import collation, literal, qualified, quote
from bootstrap.dialects.postgresql.render.backfill import as_altered, backfilled, is_backfilled
from bootstrap.dialects.postgresql.render.casts import using, zero
from bootstrap.dialects.postgresql.render.clauses import Stage, clause, is_childless
from bootstrap.dialects.postgresql.render.defaults import default_clause
from bootstrap.dialects.postgresql.render.nullability import not_null_name, nullability, renamed_not_null
from bootstrap.dialects.postgresql.render.owned import (
    change_of_identity,
    change_of_serial,
    owned_by,
    rename_owned,
    sequence_comment,
    serial_from_identity,
    serial_name,
)
from bootstrap.dialects.postgresql.render.row_security import seeing_all
from bootstrap.dialects.postgresql.render.sequence_options import options_in_parentheses
from bootstrap.dialects.postgresql.render.statements import (
    comment,
    is_new,
    option_changes,
    option_names,
    options_sql,
    rows_of,
    statement,
)
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Statement

SERIAL_TYPES = {"smallint": "smallserial", "integer": "serial", "bigint": "bigserial"}


def column_sql(column: Column, *, identity_sequence: bool = True) -> str:
    """The column as CREATE TABLE and ADD COLUMN take it."""
    parts = [quote(column.name), _type_sql(column)]
    if column.compression:
        parts.append(f"COMPRESSION {column.compression}")
    if column.collation:
        parts.append(f"COLLATE {collation(column.collation)}")
    if column.generated:
        kind = "" if column.generated.kind is GeneratedKind.VIRTUAL else " STORED"
        parts.append(f"GENERATED ALWAYS AS ({column.generated.expression}){kind}")
    elif column.identity and identity_sequence:
        parts.append(identity_sql(column))
    elif column.default is not None and not column.serial:
        parts.append(default_clause(column.default))
    if column.not_null_name:
        parts.append(f"CONSTRAINT {quote(column.not_null_name)} NOT NULL")
    elif not column.nullable and not column.serial:
        parts.append("NOT NULL")
    return " ".join(parts)


def _type_sql(column: Column) -> str:
    return SERIAL_TYPES.get(column.type, column.type) if column.serial else column.type


def identity_sql(column: Column) -> str:
    """``GENERATED … AS IDENTITY (options)``."""
    if column.identity is None:
        return ""
    when = "ALWAYS" if column.identity.always else "BY DEFAULT"
    return f"GENERATED {when} AS IDENTITY{options_in_parentheses(column.identity)}"


def extras(table: Table, column: Column, context: RenderContext) -> list[Statement]:
    """What a new column needs beside its definition: storage, statistics, options, comment."""
    name, relation = quote(column.name), qualified(table.schema, table.name)
    ref = table.ref.child(Kind.COLUMN, column.name)
    actions = []
    if column.storage:
        actions.append(f"ALTER COLUMN {name} SET STORAGE {column.storage}")
    if column.statistics is not None:
        actions.append(f"ALTER COLUMN {name} SET STATISTICS {column.statistics}")
    if column.options:
        actions.append(f"ALTER COLUMN {name} SET ({options_sql(column.options)})")
    new = is_new(table.ref, context)
    made: list[Statement] = []
    if actions:
        made.append(clause(table, ", ".join(actions), ref, context, creates=new))
    if column.comment is not None:
        made.append(statement(comment(f"COLUMN {relation}.{name}", column.comment), ref, context, creates=new))
    return made + sequence_comment(table, column, None, context)


def add_column(change: AddColumn, context: RenderContext) -> list[Statement]:
    """``ADD COLUMN``, with the sequence that it owns and its properties."""
    table, column = change.table, change.after
    if column.inherited and not is_joining(table.ref, context):  # the parent's ADD COLUMN reaches it
        return extras(table, column, context)
    if is_backfilled(table, column, context):
        added, altered = as_altered(change)
        return [*add_column(added, context), *alter_column(altered, context)]
    value = filler(change, context)  # the hazard says so: rows that exist get it, rows to come must bring their own
    action = f"ADD COLUMN {column_sql(column)}" + (f" DEFAULT {value}" if value is not None else "")
    made: list[Statement] = [*_taking_over(change, clause(table, action, change.ref, context), context)]
    made += extras(table, column, context)
    if value is not None:
        dropped = f"ALTER COLUMN {quote(column.name)} DROP DEFAULT"
        made.append(clause(table, dropped, change.ref, context, stage=Stage.AFTER_CHANGE))
    return [*made, *owned_by(table, column, context)]


def is_unfilled(change: AddColumn, context: RenderContext) -> bool:
    """Whether rows that exist would have no value in a column that demands one."""
    column = change.after
    filled = column.default is not None or column.generated or column.identity or column.serial
    demands = not (column.nullable or filled or column.backfill or "serial" in column.type)
    return demands and rows_of(change.table.ref, context) != 0


def filler(change: AddColumn, context: RenderContext) -> str | None:
    """What rows that exist get in such a column, once that is allowed: the type's zero."""
    if not is_unfilled(change, context):
        return None
    item = next((item for item in context.desired.of(EnumType) if _is_of(change.after, item)), None)
    return f"{literal(item.labels[0]).strip()}" if item and item.labels else zero(change.after.type)


def _is_of(column: Column, item: EnumType) -> bool:
    return column.type == qualified(item.schema, item.name)


def _taking_over(change: AddColumn, added: Statement, context: RenderContext) -> list[Statement]:
    """Child tables that have the column on their own already, and get it from the parent: their values stay."""
    before: list[str] = []
    after: list[str] = []
    name = quote(change.after.name)
    aside = quote(f"{change.after.name.encode()[:48].decode(errors='ignore')}_db_bootstrap")
    for child, local in _children(change.table, change.after.name, context):
        desired = context.desired.objects.get(child.ref)
        wanted = desired.column(change.after.name) if isinstance(desired, Table) else None
        if local.inherited or wanted is None or not wanted.inherited:
            continue
        relation = qualified(child.schema, child.name)
        before.insert(0, f"ALTER TABLE {relation} RENAME COLUMN {name} TO {aside}")
        after += seeing_all([child], context, [f"UPDATE {relation} SET {name} = {aside}"])
        after += [f"ALTER TABLE {relation} DROP COLUMN {aside}"]
    moved, back = ([statement(sql, change.ref, context) for sql in steps] for steps in (before, after))
    return [*moved, added, *back]


def _children(table: Table, column: str, context: RenderContext) -> Iterator[tuple[Table, Column]]:
    """The nearest tables below this one that have the column now."""
    for item in children_of(table, context):
        found = item.column(column)
        if found is not None:
            yield item, found
        else:
            yield from _children(item, column, context)


def drop_column(change: DropColumn, context: RenderContext) -> list[Statement]:
    """``DROP COLUMN``; what is computed is no loss."""
    return list(_dropped(change.table, change, context))


def _dropped(table: Table, change: DropColumn, context: RenderContext) -> Iterator[Statement]:
    """The drop of a column with that of the tables below, but for those that keep it as their own."""
    name = change.before.name
    only = any(_keeps(child, name, context) for child in children_of(table, context))
    yield clause(table, f"DROP COLUMN {quote(name)}", change.ref, context, only=only)
    for child in children_of(table, context) if only else ():
        if not _wants(child, name, context):
            yield from _dropped(child, change, context)


def _keeps(table: Table, name: str, context: RenderContext) -> bool:
    """Whether the table or one below it has the column as its own from now on."""
    below = children_of(table, context)
    return _wants(table, name, context) or any(_keeps(child, name, context) for child in below)


def _wants(table: Table, name: str, context: RenderContext) -> bool:
    desired = context.desired.objects.get(table.ref)
    return isinstance(desired, Table) and desired.column(name) is not None


def rename_column(change: RenameColumn, context: RenderContext) -> list[Statement]:
    """``RENAME COLUMN``; the sequence that the column made is renamed with it."""
    table = change.table
    sql = (
        f"ALTER TABLE {qualified(table.schema, table.name)}"
        f" RENAME COLUMN {quote(change.before.name)} TO {quote(change.after.name)}"
    )
    first = statement(sql, change.ref, context)
    follow = rename_owned(table, change.before, table.name, change.after.name, context)
    return [first, *follow, *renamed_not_null(table, change.before, table, change.after.name, context)]


def release_default(change: ReleaseDefault, context: RenderContext) -> list[Statement]:
    """``DROP DEFAULT``, until the column is altered."""
    relation = qualified(change.table.schema, change.table.name)
    sql = f"ALTER TABLE ONLY {relation} ALTER COLUMN {quote(change.before.name)} DROP DEFAULT"
    return [statement(sql, change.ref, context)]


def alter_column(change: AlterColumn, context: RenderContext) -> list[Statement]:
    """Everything about a column that differs, in an order that the server accepts."""
    before, after = change.before, change.after
    made: list[Statement] = []
    if before.identity and not after.identity:
        made += serial_from_identity(change, context) if after.serial else change_of_identity(change, context)
    if before.serial and not after.serial and not after.identity:
        made += change_of_serial(change, context)
    made += _generation(change, context)
    made += _type(change, context)
    made += _default(change, context)
    made += _storage(change, context)
    made += backfilled(change, context) + nullability(change, context) + not_null_name(change, context)
    if after.serial and not before.serial and not before.identity:
        made += change_of_serial(change, context)
    if after.serial and before.serial and before.type != after.type:
        sequence = qualified(change.table.schema, serial_name(change.table, after))
        made.append(statement(f"ALTER SEQUENCE {sequence} AS {after.type}", change.ref, context))
    if after.identity and before.identity != after.identity:
        made += change_of_identity(change, context)
    return made + _comment(change, context)


def _relation(change: AlterColumn) -> str:
    return qualified(change.table.schema, change.table.name)


def _follows_parent(change: AlterColumn, context: RenderContext) -> bool:
    """Whether the column changes with that of a parent table."""
    return change.after.inherited and not is_joining(change.table.ref, context)


def _generation(change: AlterColumn, context: RenderContext) -> list[Statement]:
    """A generated column becomes an ordinary one and keeps its values; the other way is a drop and an add."""
    if not change.before.generated or change.after.generated or _follows_parent(change, context):
        return []
    alter, name = f"ALTER TABLE {_relation(change)}", quote(change.after.name)
    sql = f"{alter} ALTER COLUMN {name} DROP EXPRESSION"
    if change.before.generated.kind is GeneratedKind.VIRTUAL:  # which the server has no such way for
        aside = quote(f"{change.after.name.encode()[:48].decode(errors='ignore')}_db_bootstrap")
        filled = seeing_all([change.table], context, [f"UPDATE {_relation(change)} SET {aside} = {name}"])
        moved = [f"{alter} DROP COLUMN {name}", f"{alter} RENAME COLUMN {aside} TO {name}"]
        sql = ";\n".join([f"{alter} ADD COLUMN {aside} {change.before.type}", *filled, *moved])
    return [statement(sql, change.ref, context)]


def _type(change: AlterColumn, context: RenderContext) -> list[Statement]:
    before, after = change.before, change.after
    same = (before.type, before.collation) == (after.type, after.collation)
    if same or _follows_parent(change, context):
        return []
    name = quote(after.name)
    collate = f" COLLATE {collation(after.collation)}" if after.collation else ""
    kind = f"ALTER COLUMN {name} TYPE {after.type}{collate}"
    converted = using(name, before.type, after.type)
    if after.using and before.type != after.type:
        converted = f"({after.using})"
    if converted and not after.generated:
        kind += f" USING {converted}"
    # The server cannot always convert the default with the type: it is taken away and set again.
    has_default = before.default is not None and not before.generated and before.type != after.type
    returns = after.default is not None and not after.generated and (before.serial or not after.serial)
    if has_default and not is_childless(change.table, context):
        retyped = replace(clause(change.table, kind, change.ref, context), declared=bool(after.using))
        new = after.default if returns else None
        return [*_without_default(change, context), retyped, *_with_default(change, context, new)]
    actions = [kind]
    if has_default:
        actions.insert(0, f"ALTER COLUMN {name} DROP DEFAULT")
        if returns:
            actions.append(f"ALTER COLUMN {name} SET DEFAULT {after.default}")
    return [replace(clause(change.table, ", ".join(actions), change.ref, context), declared=bool(after.using))]


def _without_default(change: AlterColumn, context: RenderContext) -> Iterator[Statement]:
    """Take the default of a column away, and that of each child table and partition, which has one of its own."""
    action = f"ALTER COLUMN {quote(change.after.name)} DROP DEFAULT"
    for table in (change.table, *(child for child, _ in _children_with_default(change, context))):
        yield clause(table, action, change.ref, context, only=True)


def _with_default(change: AlterColumn, context: RenderContext, default: str | None) -> Iterator[Statement]:
    """Set the defaults of a column with another type: of its table, and those of child tables and partitions."""
    action = f"ALTER COLUMN {quote(change.after.name)} SET DEFAULT"
    if default is not None:
        yield clause(change.table, f"{action} {default}", change.ref, context, only=True)
    for child, own in _children_with_default(change, context):
        yield clause(child, f"{action} {own}", change.ref, context, only=True)


def _children_with_default(change: AlterColumn, context: RenderContext) -> list[tuple[Table, str]]:
    """The child tables and partitions whose column has a default, and which: the declared one, or its own."""
    found = []
    for child in below(change.table, context):
        live, wanted = child.column(change.before.name), context.desired.objects.get(child.ref)
        declared = wanted.column(change.after.name) if isinstance(wanted, Table) else live
        if live and live.default is not None and not live.generated and declared and declared.default is not None:
            found.append((child, declared.default))
    return found


def _default(change: AlterColumn, context: RenderContext) -> list[Statement]:
    before, after = change.before, change.after
    old = None if before.generated or before.identity else before.default
    new = None if after.generated or after.identity else after.default
    if before.type != after.type and old is not None and not _follows_parent(change, context):
        old = new  # done with the type
    if before.serial or after.serial or old == new or (before.generated and not after.generated and new is None):
        return []
    action = "DROP DEFAULT" if new is None else f"SET DEFAULT {new}"
    # ONLY: each partition and child table has a default of its own and a change of its own.
    return [clause(change.table, f"ALTER COLUMN {quote(after.name)} {action}", change.ref, context, only=True)]


def _storage(change: AlterColumn, context: RenderContext) -> list[Statement]:
    before, after = change.before, change.after
    name, actions = quote(after.name), []
    # A change of the type sets storage and compression back to the type's own.
    retyped = (before.type, before.collation) != (after.type, after.collation)
    if after.storage if retyped else before.storage != after.storage:
        actions.append(f"ALTER COLUMN {name} SET STORAGE {after.storage or _usual_storage(after, context)}")
    if after.compression if retyped else before.compression != after.compression:
        actions.append(f"ALTER COLUMN {name} SET COMPRESSION {after.compression or 'default'}")
    if before.statistics != after.statistics:
        actions.append(f"ALTER COLUMN {name} SET STATISTICS {-1 if after.statistics is None else after.statistics}")
    changed, gone = option_changes(before.options, after.options)
    if changed:
        actions.append(f"ALTER COLUMN {name} SET ({options_sql(changed)})")
    if gone:
        actions.append(f"ALTER COLUMN {name} RESET ({option_names(gone)})")
    return [clause(change.table, action, change.ref, context, only=True) for action in actions]


def _comment(change: AlterColumn, context: RenderContext) -> list[Statement]:
    if change.before.comment == change.after.comment:
        return []
    target = f"COLUMN {_relation(change)}.{quote(change.after.name)}"
    return [statement(comment(target, change.after.comment), change.ref, context)]


def _usual_storage(column: Column, context: RenderContext) -> str:
    """The storage of the column's type: numeric keeps itself MAIN, other types of varying length are EXTENDED."""
    if "storage_default" in context.server.capabilities:
        return "DEFAULT"
    fixed = re.match(r"(smallint|integer|bigint|real|double|boolean|date|time|timestamp|uuid|interval)", column.type)
    if fixed and not column.type.endswith("[]"):
        return "PLAIN"
    return "MAIN" if column.type.startswith("numeric") and not column.type.endswith("[]") else "EXTENDED"
