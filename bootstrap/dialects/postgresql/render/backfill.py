"""Rows that exist get the values that a column demands from now on: ``backfill`` of the declaration."""

from __future__ import annotations

import re
from dataclasses import replace

from bootstrap.catalog.changes import AddColumn, AlterColumn
from bootstrap.catalog.columns import Column
from bootstrap.catalog.tables import Table
from bootstrap.dialects.postgresql.names import qualified, quote
from bootstrap.dialects.postgresql.render.statements import is_new, statement, takes_care
from bootstrap.plan.context import RenderContext
from bootstrap.plan.ranges import Ranges, key_of_ranges
from bootstrap.plan.statement import Statement

# Types of the server itself whose order is that of their comparisons.
_ORDERED = re.compile(r"smallint|integer|bigint|numeric|uuid|date|timestamp|text|character varying")


def is_backfilled(table: Table, column: Column, context: RenderContext) -> bool:
    """Whether rows may be there that the declaration has a value for."""
    return bool(column.backfill) and not column.inherited and not is_new(table.ref, context)


def as_altered(change: AddColumn) -> tuple[AddColumn, AlterColumn]:
    """A new column in two changes: added without a value, then as declared. A run that stops between them goes on."""
    empty = replace(change.after, nullable=True, default=None, not_null_name=None, backfill=None)
    return replace(change, after=empty), AlterColumn(change.table, empty, change.after)


def backfilled(change: AlterColumn, context: RenderContext) -> list[Statement]:
    """``UPDATE`` of the rows without a value, where the column becomes NOT NULL."""
    table, column = change.table, change.after
    if not change.before.nullable or column.nullable or not is_backfilled(table, column, context):
        return []
    name = quote(column.name)
    sql = f"UPDATE {qualified(table.schema, table.name)} SET {name} = ({column.backfill}) WHERE {name} IS NULL"
    apart = takes_care(table.ref, context)
    if not apart:  # what is left to check at the end of a transaction lets no ALTER TABLE follow
        sql += ";\nSET CONSTRAINTS ALL IMMEDIATE"
    made = replace(statement(sql, change.ref, context, apart=apart), declared=True, reads=(table.ref,))
    return [replace(made, ranges=ranges(table, context)) if apart else made]


def ranges(table: Table, context: RenderContext) -> Ranges | None:
    """The ranges in which the rows of a table that is in use are filled."""
    before = context.current.objects.get(table.ref)
    if not isinstance(before, Table) or not takes_care(table.ref, context):
        return None
    policy = context.policy
    key = key_of_ranges(before, table, lambda name: _ORDERED.match(name) is not None)
    return Ranges(key=quote(key), rows=policy.backfill_batch, pause_ms=policy.backfill_pause_ms) if key else None
