"""Rows that would get a value that nobody wrote: the server puts one in, without a word, under any sql_mode."""

from __future__ import annotations

from collections.abc import Iterator

from bootstrap.catalog.columns import Column
from bootstrap.catalog.ref import Ref
from bootstrap.hazards import HazardKind
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Hazard


def unfilled_new(ref: Ref, table: Ref, column: Column, context: RenderContext) -> Iterator[Hazard]:
    """A new column that is NOT NULL and has no default, in a table that may have rows."""
    if column.nullable or column.default is not None or column.auto_increment or column.generated:
        return
    yield from _filled(ref, table, "rows that exist get 0, '', '0000-00-00' or the first label", context)


def unfilled_timestamp(ref: Ref, table: Ref, before: Column, after: Column, context: RenderContext) -> Iterator[Hazard]:
    """A TIMESTAMP that becomes NOT NULL: other types are refused where a row has NULL (1138, 1265), this is not."""
    if before.nullable and not after.nullable and after.type.lower().startswith("timestamp"):
        yield from _filled(ref, table, "rows with NULL get the time of the change", context)


def _filled(ref: Ref, table: Ref, outcome: str, context: RenderContext) -> Iterator[Hazard]:
    size = context.sizes.get(table)
    if table in context.created or (size is not None and size.rows == 0):
        return
    yield Hazard(
        kind=HazardKind.VALIDATION_MAY_FAIL, subject=ref, blocking=True,
        message=f"{ref} is NOT NULL and has no default: {outcome}",
        advice="give it a default, or say by backfill: what rows that exist get",
    )  # fmt: skip
