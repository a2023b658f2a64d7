"""Hazards of columns: values that are lost, rows that are rewritten, values that are missing.

A column that comes from a parent changes with the parent's column: its hazards are those of the column at the top,
which count the rows of all tables below, so that they are named once.
"""

from __future__ import annotations

from dataclasses import replace

from bootstrap.catalog.changes import AddColumn, AlterColumn, RenameColumn
from bootstrap.catalog.columns import Column
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.postgresql.every_value import fills_every_row
from bootstrap.dialects.postgresql.family import parents_of
from bootstrap.dialects.postgresql.hazards.making import data_loss, long_work, note
from bootstrap.dialects.postgresql.names import quote
from bootstrap.dialects.postgresql.render.backfill import is_backfilled, ranges
from bootstrap.dialects.postgresql.render.casts import rewrites, using
from bootstrap.dialects.postgresql.render.columns import filler, is_unfilled
from bootstrap.dialects.postgresql.render.statements import rows_of
from bootstrap.hazards import HazardKind
from bootstrap.plan.block import Blocked, Work
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Hazard


def _bearer(table: Table, name: str, context: RenderContext) -> Table:
    """The table at the top of those that the column of this one comes from, as it is now."""
    before = context.current.objects.get(table.ref)
    column = before.column(name) if isinstance(before, Table) else None
    if not isinstance(before, Table) or column is None or not column.inherited:
        return table
    parents = parents_of(before, context.current)
    above = next((parent for parent in parents if parent.column(name) is not None), None)
    return table if above is None else _bearer(above, name, context)


def _follows(table: Table, name: str, context: RenderContext) -> Table:
    """The table whose column of that name changes, and with it that of this one: this one itself, or one above it that
    has the column before and after.
    """
    bearer = _bearer(table, name, context)
    wanted = context.desired.objects.get(bearer.ref)
    return bearer if isinstance(wanted, Table) and wanted.column(name) is not None else table


def added(change: AddColumn, context: RenderContext) -> list[Hazard]:
    """Return what a new column costs, and whether rows that exist have a value for it."""
    column, table, ref = change.after, change.table.ref, change.ref
    if column.inherited and _comes_from_above(change, context):
        return []  # the same as those of the parent's column, which is new too
    hazards: list[Hazard] = []
    if is_unfilled(change, context):
        value = filler(change, context)
        outcome = f"the rows that exist get {value}" if value else "the server refuses it where the table has rows"
        message = f"{ref} is NOT NULL and has no default: {outcome}"
        advice = "give it a default, or say by backfill: what rows that exist get"
        hazards.append(note(HazardKind.VALIDATION_MAY_FAIL, ref, message, advice, blocking=True))
    if is_backfilled(change.table, column, context):
        hazards += _backfill(change.ref, change.table, column, context)
    if fills_every_row(column):
        hazards += long_work(
            HazardKind.TABLE_REWRITE, ref, table, context,
            f"adding {ref} writes every row of the table under an exclusive lock",
            "add the column without it, then fill it in batches in a step",
        )  # fmt: skip
    return hazards


def _comes_from_above(change: AddColumn, context: RenderContext) -> bool:
    """Whether a parent that is there now gets the column as well."""
    parents = parents_of(change.table, context.desired)
    known = (context.current.objects.get(parent.ref) for parent in parents if parent.column(change.after.name))
    return any(isinstance(parent, Table) and parent.column(change.after.name) is None for parent in known)


def dropped(table: Table, column: Column, context: RenderContext) -> list[Hazard]:
    """Return that the values of a column are lost; what is computed is no loss."""
    if column.generated is not None:
        return []
    bearer = _bearer(table, column.name, context) if column.inherited else table
    ref = bearer.ref.child(Kind.COLUMN, column.name)
    return data_loss(
        ref, bearer.ref, context, f"dropping {ref} loses what it holds",
        "stop using it first; keep a copy in a step where it may be needed",
    )  # fmt: skip


def renamed(change: RenameColumn) -> list[Hazard]:
    """Return that code which uses the old name fails."""
    if change.before.inherited:
        return []  # the parent's column has the new name too
    advice = "add the new column, write both, drop the old one a release later"
    message = f"code that still says {change.before.name} fails"
    return [note(HazardKind.BREAKS_RUNNING_CODE, change.ref, message, advice)]


def altered(change: AlterColumn, context: RenderContext) -> list[Hazard]:
    """Return what another type does to the values, and which rows have none where one is demanded."""
    if change.after.inherited:
        change = replace(change, table=_follows(change.table, change.after.name, context))
    return retyped(change, context) + _demanded(change, context)


def retyped(change: AlterColumn, context: RenderContext) -> list[Hazard]:
    """Return what another type can do to a table and to the column's values."""
    before, after, table = change.before, change.after, change.table.ref
    converts = bool(after.using) and before.type != after.type
    if not converts and not rewrites(before.type, after.type):
        return []
    hazards = long_work(
        HazardKind.TABLE_REWRITE, change.ref, table, context,
        f"changing {change.ref} from {before.type} to {after.type} reads or writes every row under an exclusive lock",
        "add a column of the new type, write both, fill it in batches, then swap",
    )  # fmt: skip
    if converts and rows_of(table, context) != 0:
        message = f"the values of {change.ref} become {after.using}"
        advice = "remove using: once every database has the new type"
        hazards.append(note(HazardKind.DATA_LOSS, change.ref, message, advice))
    elif using(quote(after.name), before.type, after.type):
        rows = rows_of(table, context)
        kind = HazardKind.DATA_LOSS if rows != 0 else HazardKind.VALIDATION_MAY_FAIL
        message = f"not every {before.type} is a {after.type}: values may be cut, rounded or refused"
        hazards.append(note(kind, change.ref, message, "check the values first", blocking=rows != 0))
    return hazards


def _demanded(change: AlterColumn, context: RenderContext) -> list[Hazard]:
    """That a column becomes NOT NULL."""
    if change.after.nullable or not change.before.nullable or rows_of(change.table.ref, context) == 0:
        return []
    if is_backfilled(change.table, change.after, context):
        return _backfill(change.ref, change.table, change.after, context)
    message = f"{change.ref} becomes NOT NULL: rows without a value fail"
    advice = "say by backfill: what they get, or fill the column in a step before"
    return [note(HazardKind.VALIDATION_MAY_FAIL, change.ref, message, advice)]


def _backfill(ref: Ref, table: Table, column: Column, context: RenderContext) -> list[Hazard]:
    """That rows without a value get one, in ranges of a key or in one statement."""
    found = ranges(table, context)
    if found is not None:
        message = f"rows without a value in {ref} get {column.backfill}, {found.rows:,} at a time"
        return [note(HazardKind.LONG_LOCK, ref, message)]
    return long_work(
        HazardKind.LONG_LOCK, ref, table.ref, context,
        f"rows without a value in {ref} get {column.backfill}, and stay locked until all have it",
        "fill them in batches by a step in the release before", work=Work.UPDATE, blocked=Blocked.WRITES,
    )  # fmt: skip
