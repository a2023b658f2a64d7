"""ADD, DROP, MODIFY and CHANGE COLUMN."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bootstrap.catalog.changes import AddColumn, AlterColumn, DropColumn, RenameColumn
from bootstrap.catalog.columns import Column, GeneratedKind
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.base import RenderContext
from bootstrap.dialects.mysql.keys import leads_with, table_keys
from bootstrap.dialects.mysql.render.conversions import conversion, needs_prefix, text_conversion
from bootstrap.dialects.mysql.render.counting import carried, carrier, keeps_key, waits_for_key
from bootstrap.dialects.mysql.render.parts import column_definition, default_text, loses_default
from bootstrap.dialects.mysql.render.statements import Cost, alter, data_loss, note, plain
from bootstrap.dialects.mysql.render.states import inherited_collation, live_table, wanted_table
from bootstrap.dialects.mysql.render.versioning import (
    another_period,
    end_with_start,
    is_row_column,
    new_period_after,
    old_period_first,
    row_columns,
)
from bootstrap.dialects.mysql.text import quote
from bootstrap.hazards import HazardKind
from bootstrap.plan.statement import Hazard, Statement

# Functions whose value another server would not repeat.
_RANDOM = re.compile(r"\b(uuid|uuid_short|rand|random_bytes)\s*\(", re.IGNORECASE)


def add_column(change: AddColumn, context: RenderContext) -> list[Statement]:
    """ADD COLUMN in its place. A column that counts by itself comes with the key it needs, and with that key's other
    new columns.
    """
    table, column = change.table, change.after
    if is_row_column(column):
        return _period_instead(table, column, context, subject=change.ref)
    brought_by = carrier(table, column, context)
    if brought_by is not None and brought_by != column.name:
        return []
    later = _later_default(column, table, context)
    added = column if later is None else replace(column, default=None)
    clauses = [*engine_first(table, column, context), _add_clause(table, added, change.previous, context)]
    hazards = [] if column.generated else list(_hazards_of_adding(change, context))
    if _keeps_rows(table, column.name, context):
        clauses.insert(0, f"DROP COLUMN {quote(column.name)}")
        hazards += _hazards_of_dropping(change.ref, live_table(table, context).column(column.name))
    clauses += new_period_after(live_table(table, context), wanted_table(table, context), column.name, context)
    cost = _cost_of_adding(added)
    if brought_by == column.name:
        along = carried(table, column, context)
        others = [clause for clause in along if clause.startswith("ADD COLUMN ")]  # it may stand behind one of them
        clauses = [*others, *clauses, *along[len(others) :]]
        cost = Cost.SHARED
    clauses += _lost_default(column)
    statements = [alter(table, clauses, context, subject=change.ref, cost=cost, hazards=hazards)]
    return statements if later is None else [*statements, later]


def engine_first(table: Table, column: Column, context: RenderContext) -> list[str]:
    """Take a table out of memory together with its first column that is too large for there."""
    live, wanted = live_table(table, context), wanted_table(table, context)
    leaves = (live.engine or "").upper() == "MEMORY" and wanted.engine != live.engine
    return [f"ENGINE={wanted.engine}"] if leaves and needs_prefix(column.type) else []


def _later_default(column: Column, table: Table, context: RenderContext) -> Statement | None:
    """The default of a new column in a statement of its own, where the server refuses to fill rows with it (1674)."""
    if column.default is None or "random_defaults" in context.server.capabilities:
        return None
    if not _RANDOM.search(column.default):
        return None
    hazard = note(HazardKind.BREAKS_RUNNING_CODE, table.ref.child(Kind.COLUMN, column.name),
                  "this server fills rows that exist with NULL, or the type's zero value, and not with the default",
                  "fill them by a step that runs after")  # fmt: skip
    default = (
        f"ALTER COLUMN {quote(column.name)} SET DEFAULT {default_text(column.default, column.type, context.server)}"
    )
    ref = table.ref.child(Kind.COLUMN, column.name)
    return alter(table, [default], context, subject=ref, cost=Cost.INSTANT, hazards=[hazard])


def _add_clause(table: Table, column: Column, previous: str, context: RenderContext) -> str:
    live = live_table(table, context)
    known = {item.name for item in live.columns} | _added_before(table, column, context)
    place = f" AFTER {quote(previous)}" if previous in known else ("" if previous else " FIRST")
    definition = column_definition(column, context.server, table_collation=inherited_collation(table, context))
    return f"ADD COLUMN {definition}{place}"


def _added_before(table: Table, column: Column, context: RenderContext) -> set[str]:
    """Columns that this plan has added by now: the new ones before this one."""
    live = live_table(table, context)
    names = [item.name for item in table.columns]
    earlier = table.columns[: names.index(column.name)] if column.name in names else ()
    return {item.name for item in earlier if live.column(item.name) is None and not is_row_column(item)}


def _cost_of_adding(column: Column) -> Cost:
    if column.generated and column.generated.kind is GeneratedKind.STORED:
        return Cost.COPY
    if column.check is not None or (column.default or "").startswith("("):
        return Cost.COPY
    return Cost.INSTANT


def _hazards_of_adding(change: AddColumn, context: RenderContext) -> Iterator[Hazard]:
    column = change.after
    if change.table.ref in context.created or column.nullable or column.default is not None or column.auto_increment:
        return
    yield note(HazardKind.BREAKS_RUNNING_CODE, change.ref,
               "not null without a default: rows that exist get the type's zero value, and code that does not know the"
               " column cannot insert any more",
               "give it a default, or make it nullable first")  # fmt: skip


def _period_instead(table: Table, column: Column, context: RenderContext, *, subject: Ref) -> list[Statement]:
    """The columns of a period come and go with the versioning; where that stays, the first that changes brings it."""
    live, wanted = live_table(table, context), wanted_table(table, context)
    added = [item.name for item in row_columns(wanted) if live.column(item.name) is None]
    gone = [item.name for item in row_columns(live) if wanted.column(item.name) is None]
    if column.name != (added or gone)[0] or not (live.system_versioned and wanted.system_versioned):
        return []
    return another_period(live, wanted, context, subject=subject)


def drop_column(change: DropColumn, context: RenderContext) -> list[Statement]:
    """DROP COLUMN."""
    if is_row_column(change.before):
        return _period_instead(change.table, change.before, context, subject=change.ref)
    if _keeps_rows(change.table, change.before.name, context):
        return []  # it goes when it comes again
    hazards = list(_hazards_of_dropping(change.ref, change.before))
    live, wanted = live_table(change.table, context), wanted_table(change.table, context)
    clauses = [*old_period_first(live, wanted, change.before.name), f"DROP COLUMN {quote(change.before.name)}"]
    return [alter(change.table, clauses, context, subject=change.ref, cost=Cost.INSTANT, hazards=hazards)]


def _hazards_of_dropping(ref: Ref, before: Column | None) -> Iterator[Hazard]:
    if before is not None and not before.generated:
        yield data_loss(ref, "the column is dropped with all its values",
                        "stop using it first, and drop it a release later")  # fmt: skip


def _keeps_rows(table: Table, name: str, context: RenderContext) -> bool:
    """Whether a column goes and comes again in one ALTER, because every column of the table goes: a table without any
    has no rows, and the servers refuse it (1090).
    """
    live, wanted = live_table(table, context), wanted_table(table, context)
    if any(live.ref.child(Kind.COLUMN, column.name) not in context.dropped for column in live.columns):
        return False
    again = [column for column in live.columns if wanted.column(column.name)]
    last = next((column for column in again if not column.generated), again[0] if again else None)
    return last is not None and last.name == name and table.ref not in context.created


def rename_column(change: RenameColumn, context: RenderContext) -> list[Statement]:
    """The name alone; everything else stays as it is."""
    hazard = note(HazardKind.BREAKS_RUNNING_CODE, change.ref,
                  f"code that still says {change.before.name} fails from now on",
                  "add the new column, fill it by a step, and drop the old one a release later")  # fmt: skip
    if "rename_column" in context.server.capabilities:
        clause = f"RENAME COLUMN {quote(change.before.name)} TO {quote(change.after.name)}"
    else:
        definition = column_definition(change.after, context.server, table_collation=None)
        clause = f"CHANGE COLUMN {quote(change.before.name)} {definition}"
    return [alter(change.table, [clause], context, subject=change.ref, cost=Cost.INSTANT, hazards=[hazard])]


def alter_column(change: AlterColumn, context: RenderContext) -> list[Statement]:
    """MODIFY COLUMN with the whole definition, for what is not said is lost."""
    table, before, after = change.table, change.before, change.after
    live = live_table(table, context)
    if not live.system_versioned:
        # It may be said only of a table that is versioned; turning that on says it again.
        after = replace(after, without_system_versioning=False)
    if after.auto_increment and not any(leads_with(key, after.name) for key in table_keys(live)):
        after = replace(after, auto_increment=False)  # it begins to count with the key that is added later
    elif after.auto_increment and not keeps_key(table, after.name, context):
        after = replace(after, auto_increment=False)
    if waits_for_key(table, after, context):
        after = replace(after, nullable=False)
    if before == after:
        return []
    found = conversion(before, after)
    cost = max(found.cost, _cost_of_altering(before, after))
    ends = end_with_start(live, wanted_table(table, context))
    if ends is not None and after.name == ends[1]:
        return []  # it changes together with the start of the period
    definition = column_definition(after, context.server, table_collation=inherited_collation(table, context))
    hazards = list(_hazards_of_altering(change.ref, before, after, found.loses, table.ref in context.created))
    statements = _converted_as_text(change, context)
    period = old_period_first(live, wanted_table(table, context), after.name)
    clauses = [*period, *engine_first(table, after, context), f"MODIFY COLUMN {definition}"]
    if ends is not None and after.name == ends[0]:
        end = wanted_table(table, context).column(ends[1]) or after
        clauses.append(f"MODIFY COLUMN {column_definition(end, context.server, table_collation=None)}")
    if replace(before, options=after.options) != after or not loses_default(after):
        statements.append(alter(table, clauses, context, subject=change.ref, cost=cost, hazards=hazards))
    if loses_default(after):
        statements.append(alter(table, _lost_default(after), context, subject=change.ref, cost=Cost.INSTANT))
    return statements


def _converted_as_text(change: AlterColumn, context: RenderContext) -> list[Statement]:
    """Values that only pass as text: the column is one for a moment, and they are rewritten in it."""
    expression = text_conversion(change.before.type, change.after.type)
    if not expression:
        return []
    live, name = live_table(change.table, context), quote(change.before.name)
    passing = replace(change.before, type="varchar(45)", default=None, on_update=None)
    definition = column_definition(passing, context.server, table_collation=None)
    untouched = [f"{quote(column.name)} = {quote(column.name)}" for column in live.columns if column.on_update]
    assigned = ", ".join([f"{name} = {expression.format(name)}", *untouched])
    hazard = note(HazardKind.BREAKS_RUNNING_CODE, change.ref, "the values are rewritten: triggers of the table run")
    rewrite = f"UPDATE {quote(live.name)} SET {assigned} WHERE {name} IS NOT NULL"
    return [
        alter(change.table, [f"MODIFY COLUMN {definition}"], context, subject=change.ref, cost=Cost.COPY),
        plain(rewrite, change.ref, hazards=[hazard], context=context),
    ]


def _lost_default(column: Column) -> list[str]:
    return [f"ALTER COLUMN {quote(column.name)} DROP DEFAULT"] if loses_default(column) else []


def _cost_of_altering(before: Column, after: Column) -> Cost:
    if before.generated != after.generated:
        stored = [item for item in (before.generated, after.generated) if item and item.kind is GeneratedKind.STORED]
        return Cost.COPY if stored else Cost.INPLACE
    if before.check != after.check:
        return Cost.COPY
    if before.nullable != after.nullable or before.auto_increment != after.auto_increment or before.srid != after.srid:
        return Cost.INPLACE
    return Cost.INSTANT


def _hazards_of_altering(ref: Ref, before: Column, after: Column, loses: str, created: bool) -> Iterator[Hazard]:
    if created:
        return
    if loses and not before.generated:
        message = f"{before.type} becomes {after.type}: {loses}"
        yield data_loss(ref, message, "add a column of the new type, fill it by a step, and drop the old one later")
    if not before.generated and after.generated:
        yield data_loss(ref, "the column becomes a generated one: its values are computed anew")
    if before.nullable and not after.nullable:
        message = "rows with NULL make the statement fail; nothing is changed then"
        yield note(HazardKind.VALIDATION_MAY_FAIL, ref, message, "fill them by a step that runs before")
    if after.check is not None and after.check != before.check:
        yield note(HazardKind.VALIDATION_MAY_FAIL, ref, "rows that break the check make the statement fail")
