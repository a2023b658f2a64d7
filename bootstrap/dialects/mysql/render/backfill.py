"""Rows that exist get the values that a column demands from now on: ``backfill`` of the declaration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bootstrap.catalog.columns import Column
from bootstrap.catalog.ref import Ref
from bootstrap.dialects.mysql.render.statements import block_of, live_rows, note, plain
from bootstrap.dialects.mysql.text import quote
from bootstrap.hazards import HazardKind
from bootstrap.plan.block import Work
from bootstrap.plan.context import RenderContext
from bootstrap.plan.operations import AlterTable
from bootstrap.plan.ranges import Ranges, key_of_ranges
from bootstrap.plan.statement import Hazard, Statement

# Types whose order is that of their comparisons: not ENUM, which is sorted by number and compared as text.
_ORDERED = re.compile(r"(tiny|small|medium|big)?int|decimal|date|timestamp|(var)?(char|binary)|uuid", re.IGNORECASE)


def is_backfilled(before: Column | None, after: Column, operation: AlterTable) -> bool:
    """Whether rows may be without a value that the declaration has; ``before`` is None for a new column."""
    demanded = not after.nullable and (before is None or before.nullable)
    return bool(after.backfill) and demanded and not operation.is_new


def meanwhile(column: Column) -> Column:
    """The column while its rows are filled: new rows get the default already."""
    return replace(column, nullable=True)


def backfill(ref: Ref, column: Column, operation: AlterTable, context: RenderContext) -> Statement:
    """``UPDATE`` of the rows without a value. What the server sets when a row changes stays as it is."""
    name = quote(column.name)
    untouched = [f"{quote(c.name)} = {quote(c.name)}" for c in operation.before.columns if c.on_update]
    assigned = ", ".join([f"{name} = ({column.backfill})", *untouched])
    sql = f"UPDATE {quote(operation.after.name)} SET {assigned} WHERE {name} IS NULL"
    hazards = tuple(_hazards(ref, column, operation, context))
    made = plain(sql, ref, hazards=hazards, context=context)
    return replace(made, declared=True, ranges=_ranges(operation, context))


def _ranges(operation: AlterTable, context: RenderContext) -> Ranges | None:
    policy = context.policy
    if not policy.online:
        return None
    key = key_of_ranges(operation.before, operation.after, lambda name: _ORDERED.match(name) is not None)
    return Ranges(key=quote(key), rows=policy.backfill_batch, pause_ms=policy.backfill_pause_ms) if key else None


def _hazards(ref: Ref, column: Column, operation: AlterTable, context: RenderContext) -> Iterator[Hazard]:
    found = _ranges(operation, context)
    if found is not None:
        yield note(
            HazardKind.LONG_LOCK, ref, f"rows without a value in {ref} get {column.backfill}, {found.rows:,} at a time"
        )
    elif live_rows(operation.ref, context):
        block = block_of(operation.ref, Work.UPDATE, context)
        yield Hazard(
            kind=HazardKind.LONG_LOCK, subject=ref, blocking=block.exceeds(context.policy.max_block_ms), block=block,
            message=f"rows without a value in {ref} get {column.backfill}, and stay locked until all have it,"
            f" {block.text}",
            advice="fill them in batches by a step in the release before",
        )  # fmt: skip
