"""AUTO_INCREMENT: a column counts only while a key begins with it, so the two come, go and move together."""

from __future__ import annotations

from dataclasses import replace

from bootstrap.catalog.columns import Column
from bootstrap.catalog.ref import Kind
from bootstrap.catalog.tables import Table
from bootstrap.dialects.base import RenderContext
from bootstrap.dialects.mysql.keys import Key, changes_block_size, key_of, leads_with, table_keys
from bootstrap.dialects.mysql.render.conversions import unsettles_keys
from bootstrap.dialects.mysql.render.parts import column_definition, key_definition
from bootstrap.dialects.mysql.render.states import inherited_collation, live_table, wanted_table
from bootstrap.dialects.mysql.text import quote


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


def carrier(table: Table, column: Column, context: RenderContext) -> str | None:
    """The new AUTO_INCREMENT column whose key this new column is part of."""
    live = live_table(table, context)
    for other in wanted_table(table, context).columns:
        if not other.auto_increment or live.column(other.name) is not None or table.ref in context.created:
            continue
        key = _counting_key(table, other.name, context)
        if key is not None and column.name in {part.column for part in key.parts}:
            return other.name
    return None


def carried(table: Table, column: Column, context: RenderContext) -> list[str]:
    """What must come in the same ALTER as a new AUTO_INCREMENT column."""
    live, wanted = live_table(table, context), wanted_table(table, context)
    key = _counting_key(table, column.name, context)
    if key is None:
        return []
    clauses = []
    for part in key.parts:
        other = wanted.column(part.column or "")
        if other is not None and other.name != column.name and live.column(other.name) is None:
            inherited = inherited_collation(table, context)
            clauses.append(f"ADD COLUMN {column_definition(other, context.server, table_collation=inherited)}")
    clauses += _stop_counting_gone(table, context)
    if key.kind is Kind.PRIMARY_KEY and live.primary_key:
        clauses.append("DROP PRIMARY KEY")
        for other in wanted.columns:
            if waits_for_key(table, other, context):
                inherited = inherited_collation(table, context)
                clauses.append(f"MODIFY COLUMN {column_definition(other, context.server, table_collation=inherited)}")
    elif any((item.kind, item.name) == (key.kind, key.name) for item in table_keys(live)):
        clauses.append(f"DROP INDEX {quote(key.name)}")
    clauses.append(f"ADD {key_definition(key, context.server)}")
    return clauses


def waits_for_key(table: Table, column: Column, context: RenderContext) -> bool:
    """Whether a column that stops counting stays NOT NULL until a new one that counts takes the primary key from it."""
    live, wanted = live_table(table, context), wanted_table(table, context)
    before = live.column(column.name)
    if before is None or not before.auto_increment or not column.nullable or live.primary_key is None:
        return False
    if column.name not in {part.column for part in live.primary_key.columns}:
        return False
    new = [other for other in wanted.columns if other.auto_increment and live.column(other.name) is None]
    keys = (_counting_key(table, other.name, context) for other in new)
    return any(key is not None and key.kind is Kind.PRIMARY_KEY for key in keys)


def _stop_counting_gone(table: Table, context: RenderContext) -> list[str]:
    """Take AUTO_INCREMENT from a column that is dropped later; one that stays has been altered by now."""
    wanted = wanted_table(table, context)
    for column in live_table(table, context).columns:
        if column.auto_increment and wanted.column(column.name) is None:
            stopped = replace(column, auto_increment=False)
            inherited = inherited_collation(table, context)
            return [f"MODIFY COLUMN {column_definition(stopped, context.server, table_collation=inherited)}"]
    return []


def stop_counting(table: Table, context: RenderContext, *, without: frozenset[str], altered: bool = False) -> list[str]:
    """Take AUTO_INCREMENT from a column whose last key is about to go.

    Args:
        table: the table that is altered.
        context: both catalogs.
        without: names of keys that are dropped in this ALTER.
        altered: the column has its new definition by now.
    """
    live, wanted = live_table(table, context), wanted_table(table, context)
    for column in live.columns:
        if not column.auto_increment or not _counts_on(live, column.name, without):
            continue
        after = wanted.column(column.name)
        left = [key for key in stable_keys(table, context) if leads_with(key, column.name) and key.name not in without]
        if "PRIMARY" not in without:
            # While the primary key begins with the column its own change sees to it: here a foreign key of another
            # table may still point to the column, and the server refuses (1833).
            if live.primary_key and leads_with(key_of(live.primary_key), column.name):
                continue
            if altered and _primary_key_counts(column.name, live, wanted):
                continue
        if not left:
            stopped = replace(after if altered and after is not None else column, auto_increment=False)
            inherited = inherited_collation(table, context)
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
    if live.column(column.name) is None or keeps_key(table, column.name, context):
        return []
    inherited = inherited_collation(table, context)
    return [f"MODIFY COLUMN {column_definition(column, context.server, table_collation=inherited)}"]


def keeps_key(table: Table, column: str, context: RenderContext) -> bool:
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
