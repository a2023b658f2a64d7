"""Rows that exist get the values that a column demands from now on: ``backfill`` of the declaration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bootstrap.catalog.columns import Column
from bootstrap.catalog.ref import Ref
from bootstrap.dialects.mysql.render.statements import is_large, live_rows, plain
from bootstrap.dialects.mysql.text import quote
from bootstrap.hazards import HazardKind
from bootstrap.plan.context import RenderContext
from bootstrap.plan.operations import AlterTable
from bootstrap.plan.statement import Hazard, Statement


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
    return replace(plain(sql, ref, hazards=hazards, context=context), declared=True)


def _hazards(ref: Ref, column: Column, operation: AlterTable, context: RenderContext) -> Iterator[Hazard]:
    if live_rows(operation.ref, context):
        yield Hazard(
            kind=HazardKind.LONG_LOCK, subject=ref, blocking=is_large(operation.ref, context),
            message=f"rows without a value in {ref} get {column.backfill}, and stay locked until all have it",
            advice="fill them in batches by a step in the release before",
        )  # fmt: skip
