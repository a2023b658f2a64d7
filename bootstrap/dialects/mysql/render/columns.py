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
from bootstrap.dialects.mysql.keys import Key, changes_block_size, key_of, leads_with, table_keys
from bootstrap.dialects.mysql.render.conversions import conversion, needs_prefix, text_conversion, unsettles_keys
from bootstrap.dialects.mysql.render.parts import column_definition, default_text, key_definition, loses_default
from bootstrap.dialects.mysql.render.statements import Cost, alter, data_loss, note, plain
from bootstrap.dialects.mysql.render.versioning import (
    another_period,
    is_row_column,
    new_period_after,
    old_period_first,
    row_columns,
)
from bootstrap.dialects.mysql.text import quote
from bootstrap.plan.statement import Hazard, HazardKind, Statement

# Functions whose value another server would not repeat.
_RANDOM = re.compile(r"\b(uuid|uuid_short|rand|random_bytes)\s*\(", re.IGNORECASE)


def add_column(change: AddColumn, context: RenderContext) -> list[Statement]:
    """ADD COLUMN in its place. A column that counts by itself comes with the key it needs, and with that key's other
    new columns.
    """
    table, column = change.table, change.after
    if is_row_column(column):
        return _period_instead(table, column, context, subject=change.ref)
    carrier = _carrier(table, column, context)
    if carrier is not None and carrier != column.name:
        return []
    later = _later_default(column, table, context)
    added = column if later is None else replace(column, default=None)
    clauses = [*engine_first(table, column, context), _add_clause(table, added, change.previous, context)]
    clauses += new_period_after(live_table(table, context), wanted_table(table, context), column.name, context)
    cost = _cost_of_adding(added)
    if carrier == column.name:
        clauses += _carried(table, column, context)
        cost = Cost.SHARED
    clauses += _lost_default(column)
    hazards = [] if column.generated else list(_hazards_of_adding(change, context))
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
    return f"ADD COLUMN {column_definition(column, context.server, table_collation=_inherited(table, context))}{place}"


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


def live_table(table: Table, context: RenderContext) -> Table:
    """The table as it is before this plan; the wanted one where it does not exist yet."""
    found = context.current.objects.get(table.ref)
    return found if isinstance(found, Table) else table


def wanted_table(table: Table, context: RenderContext) -> Table:
    """The table as it will be after this plan."""
    found = context.desired.objects.get(table.ref)
    return found if isinstance(found, Table) else table


def _inherited(table: Table, context: RenderContext) -> str | None:
    """The collation that a column need not say: only where the table has it before and after."""
    before, after = live_table(table, context).collation, wanted_table(table, context).collation
    return after if before == after else None


def _counting_key(table: Table, column: str, context: RenderContext) -> Key | None:
    """The key that a column which counts by itself needs: the first that begins with it."""
    keys = [key for key in table_keys(wanted_table(table, context)) if leads_with(key, column)]
    return keys[0] if keys else None


def carried_by(table: Table, key: Key, context: RenderContext) -> str | None:
    """The new AUTO_INCREMENT column that brings this key along, or None: the key is then a change of its own."""
    live = live_table(table, context)
    if table.ref in context.created:
        return None
    for column in wanted_table(table, context).columns:
        if column.auto_increment and live.column(column.name) is None:
            wanted = _counting_key(table, column.name, context)
            if wanted is not None and (wanted.kind, wanted.name) == (key.kind, key.name):
                return column.name
    return None


def _carrier(table: Table, column: Column, context: RenderContext) -> str | None:
    """The new AUTO_INCREMENT column whose key this new column is part of."""
    live = live_table(table, context)
    for other in wanted_table(table, context).columns:
        if not other.auto_increment or live.column(other.name) is not None or table.ref in context.created:
            continue
        key = _counting_key(table, other.name, context)
        if key is not None and column.name in {part.column for part in key.parts}:
            return other.name
    return None


def _carried(table: Table, column: Column, context: RenderContext) -> list[str]:
    """What must come in the same ALTER as a new AUTO_INCREMENT column."""
    live, wanted = live_table(table, context), wanted_table(table, context)
    key = _counting_key(table, column.name, context)
    if key is None:
        return []
    clauses = []
    for part in key.parts:
        other = wanted.column(part.column or "")
        if other is not None and other.name != column.name and live.column(other.name) is None:
            inherited = _inherited(table, context)
            clauses.append(f"ADD COLUMN {column_definition(other, context.server, table_collation=inherited)}")
    clauses += stop_counting(table, context)
    if key.kind is Kind.PRIMARY_KEY and live.primary_key:
        clauses.append("DROP PRIMARY KEY")
    elif any((item.kind, item.name) == (key.kind, key.name) for item in table_keys(live)):
        clauses.append(f"DROP INDEX {quote(key.name)}")
    clauses.append(f"ADD {key_definition(key, context.server)}")
    return clauses


def stop_counting(
    table: Table, context: RenderContext, *, without: frozenset[str] = frozenset(), altered: bool = False
) -> list[str]:
    """Take AUTO_INCREMENT from a column that must not have it any more, or whose last key is about to go.

    Args:
        table: the table that is altered.
        context: both catalogs.
        without: names of keys that are dropped in this ALTER; empty: only what the declaration itself no longer wants.
        altered: the column has its new definition by now.
    """
    live, wanted = live_table(table, context), wanted_table(table, context)
    for column in live.columns:
        if not column.auto_increment or (without and not _counts_on(live, column.name, without)):
            continue
        after = wanted.column(column.name)
        left = [key for key in stable_keys(table, context) if leads_with(key, column.name) and key.name not in without]
        if without and "PRIMARY" not in without:
            # While the primary key begins with the column its own change sees to it: here a foreign key of another
            # table may still point to the column, and the server refuses (1833).
            if live.primary_key and leads_with(key_of(live.primary_key), column.name):
                continue
            if altered and _primary_key_counts(column.name, live, wanted):
                continue
        if (without and not left) or (not without and (after is None or not after.auto_increment)):
            stopped = replace(after if altered and after is not None else column, auto_increment=False)
            inherited = _inherited(table, context)
            return [f"MODIFY COLUMN {column_definition(stopped, context.server, table_collation=inherited)}"]
    return []


def _primary_key_counts(column: str, live: Table, wanted: Table) -> bool:
    """Whether the primary key, which is altered in place before other keys, begins with the column by now."""
    before, after = live.primary_key, wanted.primary_key
    if before is None or after is None or not leads_with(key_of(after), column):
        return False
    kept = [part for part in before.columns if wanted.column(part.column or "") is not None]
    return _settled(replace(key_of(before), parts=tuple(kept)), live, wanted)


def _counts_on(live: Table, column: str, names: frozenset[str]) -> bool:
    return any(key.name in names and leads_with(key, column) for key in table_keys(live))


def resume_counting(table: Table, key: Key, context: RenderContext) -> list[str]:
    """Give AUTO_INCREMENT to the column that the new key begins with: it may have been taken with the old key."""
    live, wanted = live_table(table, context), wanted_table(table, context)
    column = wanted.column(key.parts[0].column or "") if leads_with(key, key.parts[0].column or "") else None
    if column is None or not column.auto_increment or table.ref in context.created:
        return []
    if live.column(column.name) is None or _keeps_key(table, column.name, context):
        return []
    inherited = _inherited(table, context)
    return [f"MODIFY COLUMN {column_definition(column, context.server, table_collation=inherited)}"]


def _keeps_key(table: Table, column: str, context: RenderContext) -> bool:
    """Whether a key that begins with the column stays as it is throughout the plan."""
    return any(leads_with(key, column) for key in stable_keys(table, context))


def stable_keys(table: Table, context: RenderContext) -> list[Key]:
    """Keys that nothing in the plan touches: equal before and after, over columns that unsettle none."""
    live, wanted = live_table(table, context), wanted_table(table, context)
    if changes_block_size(live, wanted):
        return []
    after = set(table_keys(wanted))
    return [key for key in table_keys(live) if key in after and _settled(key, live, wanted)]


def _settled(key: Key, live: Table, wanted: Table) -> bool:
    for part in key.parts:
        old, new = live.column(part.column or ""), wanted.column(part.column or "")
        if old is None or new is None:
            return False
        if old.generated != new.generated or (old.type != new.type and unsettles_keys(old.type, new.type)):
            return False
        if not old.nullable and new.nullable and key.kind is Kind.PRIMARY_KEY:
            return False
    return True


def drop_column(change: DropColumn, context: RenderContext) -> list[Statement]:
    """DROP COLUMN."""
    if is_row_column(change.before):
        return _period_instead(change.table, change.before, context, subject=change.ref)
    hazards = []
    if not change.before.generated:
        hazards.append(data_loss(change.ref, "the column is dropped with all its values",
                                 "stop using it first, and drop it a release later"))  # fmt: skip
    live, wanted = live_table(change.table, context), wanted_table(change.table, context)
    clauses = [*old_period_first(live, wanted, change.before.name), f"DROP COLUMN {quote(change.before.name)}"]
    return [alter(change.table, clauses, context, subject=change.ref, cost=Cost.INSTANT, hazards=hazards)]


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
    elif after.auto_increment and not _keeps_key(table, after.name, context):
        after = replace(after, auto_increment=False)
    if before == after:
        return []
    found = conversion(before, after)
    cost = max(found.cost, _cost_of_altering(before, after))
    definition = column_definition(after, context.server, table_collation=_inherited(table, context))
    hazards = list(_hazards_of_altering(change.ref, before, after, found.loses, table.ref in context.created))
    statements = _converted_as_text(change, context)
    period = old_period_first(live, wanted_table(table, context), after.name)
    clauses = [*period, *engine_first(table, after, context), f"MODIFY COLUMN {definition}"]
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
