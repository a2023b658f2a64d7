"""Hazards of tables and sequences as a whole: rows that are lost, copied, moved or read under a lock."""

from __future__ import annotations

from dataclasses import replace

from bootstrap.catalog.changes import AlterColumn
from bootstrap.catalog.tables import PartitionOf, Table
from bootstrap.catalog.types import Sequence
from bootstrap.dialects.postgresql.hazards import columns
from bootstrap.dialects.postgresql.hazards.making import data_loss, long_work, note
from bootstrap.dialects.postgresql.rebuilt import is_converted, parent_is_converted
from bootstrap.dialects.postgresql.render.owned import serial_column_of
from bootstrap.dialects.postgresql.render.regrouping import Regrouping, is_awaited
from bootstrap.hazards import HazardKind
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Hazard


def created(table: Table, context: RenderContext) -> list[Hazard]:
    """Return what the rebuild of a table costs and loses, or what a new partition takes from the default one."""
    if is_converted(table.ref, context):
        return _rebuilt(table, context)
    return _attached(table, table.partition_of, context) if table.partition_of else []


def _rebuilt(table: Table, context: RenderContext) -> list[Hazard]:
    """Of the copy, and what the table's columns lose by it: they have no changes of their own."""
    before, old = context.current.table(table.ref), replace(context, created=frozenset())
    hazards: list[Hazard] = []
    if not parent_is_converted(table, context):
        hazards += long_work(
            HazardKind.TABLE_REWRITE, table.ref, table.ref, old,
            f"{table.ref} is rebuilt: all rows are copied under an exclusive lock",
            "create the new table beside it, copy in batches in a step, then swap the names",
        )  # fmt: skip
    for column in before.columns:
        wanted = table.column(column.name)
        if wanted is None:
            hazards += columns.dropped(before, column, old)
        elif wanted.generated is None:
            hazards += columns.altered(AlterColumn(table, column, wanted), old)
    return list(dict.fromkeys(hazards))


def dropped(table: Table, context: RenderContext) -> list[Hazard]:
    """Return that the rows of a table are lost, unless they go to the table that takes its place."""
    rebuilt = is_converted(table.ref, context) or parent_is_converted(table, context)
    if rebuilt or is_awaited(table, context):
        return []  # all rows go to the new table, or to the partition that they wait for
    return data_loss(
        table.ref, table.ref, context, f"dropping {table.ref} loses its rows",
        "stop using it first; keep a copy where it may be needed",
    )  # fmt: skip


def sequence_dropped(item: Sequence, context: RenderContext) -> list[Hazard]:
    """Return that the value of a sequence is lost, unless it becomes the one of a serial column."""
    if serial_column_of(context.desired, item.schema, item.name) is not None:
        return []
    message, advice = f"dropping {item.ref} loses its current value", "check that nothing calls nextval() on it"
    return [note(HazardKind.DATA_LOSS, item.ref, message, advice, blocking=item.owned_by is None)]


def altered(before: Table, after: Table, context: RenderContext) -> list[Hazard]:
    """Return what other properties of a table cost, and who may see its rows from now on."""
    hazards = _partition(before, after, context)
    old = (before.unlogged, before.access_method, before.tablespace)
    if old != (after.unlogged, after.access_method, after.tablespace):
        message = f"{after.ref} is rewritten under an exclusive lock"
        hazards += long_work(HazardKind.TABLE_REWRITE, after.ref, after.ref, context, message, "do it in a quiet hour")
    flags = (before.row_security, before.force_row_security)
    if flags != (after.row_security, after.force_row_security):
        message = f"row level security of {after.ref} changes: review it"
        hazards.append(note(HazardKind.PRIVILEGE_CHANGE, after.ref, message))
    return hazards


def _partition(before: Table, after: Table, context: RenderContext) -> list[Hazard]:
    old, new = before.partition_of, after.partition_of
    if new is None or old == new:
        return []
    if old and (old.schema, old.table) == (new.schema, new.table):
        return [] if parent_is_converted(after, context) else _rebound(after, new, context)
    return _attached(after, new, context)


def _attached(table: Table, part: PartitionOf, context: RenderContext) -> list[Hazard]:
    hazards = long_work(
        HazardKind.LONG_LOCK, table.ref, table.ref, context,
        f"attaching {table.ref} reads all its rows to prove that they belong there",
        "declare a check that says the same first: then nothing is read",
    )  # fmt: skip
    around = Regrouping(part, context)
    return hazards if around.is_new else hazards + _moved(table, around.default, context)


def _rebound(table: Table, part: PartitionOf, context: RenderContext) -> list[Hazard]:
    hazards = long_work(
        HazardKind.LONG_LOCK, table.ref, table.ref, context,
        f"other bounds for {table.ref}: all its rows are read, and moved where they do not belong there any more",
        "do it in a quiet hour",
    )  # fmt: skip
    return hazards + _moved(table, Regrouping(part, context).default, context)


def _moved(table: Table, default: Table | None, context: RenderContext) -> list[Hazard]:
    """That rows of the default partition move."""
    if default is None or default.ref == table.ref:
        return []
    return long_work(
        HazardKind.LONG_LOCK, table.ref, default.ref, context,
        f"rows of {default.ref} that belong to {table.ref} are moved there under an exclusive lock",
        "move them in batches in a step before",
    )  # fmt: skip
