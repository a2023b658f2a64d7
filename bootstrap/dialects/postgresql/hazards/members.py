"""Hazards of constraints and indexes: rows that break them, and how long their building locks a table."""

from __future__ import annotations

from bootstrap.catalog.changes import AddConstraint, CreateIndex
from bootstrap.catalog.constraints import Check, ForeignKey, KeyConstraint
from bootstrap.catalog.tables import Table
from bootstrap.dialects.postgresql.family import is_joining
from bootstrap.dialects.postgresql.hazards.making import long_work, note
from bootstrap.dialects.postgresql.render.statements import rows_of
from bootstrap.hazards import HazardKind
from bootstrap.plan.block import Blocked, Work
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Hazard

_ADVICE = "fix the rows first, in a step"


def constraint_added(change: AddConstraint, context: RenderContext) -> list[Hazard]:
    """Return what rows that exist do to a new constraint, and what it locks."""
    item, table = change.after, change.table
    match item:
        case Check(inherited=True) if not is_joining(table.ref, context):
            return []  # the parent's check is new too
        case KeyConstraint():
            return _may_fail(change, "rows with the same values fail", context) + _key_of_partitions(change, context)
        case Check() | ForeignKey():
            return _may_fail(change, "rows that break it fail", context) if item.validated else []
        case _:
            message = f"adding {change.ref} builds an index under an exclusive lock"
            return long_work(
                HazardKind.LONG_LOCK, change.ref, table.ref, context, message, "do it in a quiet hour",
                work=Work.INDEX_BUILD,
            )  # fmt: skip


def _may_fail(change: AddConstraint, what: str, context: RenderContext) -> list[Hazard]:
    if rows_of(change.table.ref, context) == 0:
        return []
    return [note(HazardKind.VALIDATION_MAY_FAIL, change.ref, f"{change.ref} is new: {what}", _ADVICE)]


def _key_of_partitions(change: AddConstraint, context: RenderContext) -> list[Hazard]:
    if change.table.partition_by is None:
        return []
    return long_work(
        HazardKind.LONG_LOCK, change.ref, change.table.ref, context,
        f"adding {change.ref} builds the index of every partition under an exclusive lock",
        "declare the key on each partition first", work=Work.INDEX_BUILD,
    )  # fmt: skip


def index_created(change: CreateIndex, context: RenderContext) -> list[Hazard]:
    """Return what rows that exist do to a new unique index, and what building it locks."""
    hazards: list[Hazard] = []
    if change.after.unique and rows_of(change.owner, context) != 0:
        message = f"{change.ref} is new and unique: rows with the same values fail"
        hazards.append(note(HazardKind.VALIDATION_MAY_FAIL, change.ref, message, _ADVICE))
    table = context.desired.objects.get(change.owner)
    if isinstance(table, Table) and table.partition_by is not None:
        hazards += long_work(
            HazardKind.LONG_LOCK, change.ref, change.owner, context,
            f"building {change.ref} blocks writes to every partition",
            "declare the index on each partition first: those are built concurrently and attached",
            work=Work.INDEX_BUILD, blocked=Blocked.WRITES,
        )  # fmt: skip
    return hazards
