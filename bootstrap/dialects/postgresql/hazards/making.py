"""How a hazard is made: whether it blocks depends on the rows of the table and on the policy."""

from __future__ import annotations

from bootstrap.catalog.ref import Ref
from bootstrap.dialects.postgresql.render.statements import is_new, rows_of
from bootstrap.hazards import HazardKind
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Hazard


def data_loss(subject: Ref, table: Ref, context: RenderContext, message: str, advice: str) -> list[Hazard]:
    """Return the loss of data of a table that exists: it blocks unless the table is known to be empty."""
    rows = rows_of(table, context)
    if is_new(table, context):
        return []
    amount = "an unknown number of rows" if rows is None else f"about {rows} rows"
    return [
        Hazard(
            kind=HazardKind.DATA_LOSS,
            subject=subject,
            message=f"{message} ({amount})" if rows != 0 else f"{message} (the table is empty)",
            advice=advice,
            blocking=rows != 0,
        )
    ]


def long_work(
    kind: HazardKind, subject: Ref, table: Ref, context: RenderContext, message: str, advice: str
) -> list[Hazard]:
    """Return a rewrite or a long lock: it blocks on large tables and on tables of unknown size."""
    rows = rows_of(table, context)
    if rows == 0:
        return []
    return [
        Hazard(
            kind=kind,
            subject=subject,
            message=message,
            advice=advice,
            blocking=rows is None or rows >= context.policy.large_table_rows,
        )
    ]


def note(kind: HazardKind, subject: Ref, message: str, advice: str = "", *, blocking: bool = False) -> Hazard:
    """Return a hazard that does not depend on the size of a table."""
    return Hazard(kind=kind, subject=subject, message=message, advice=advice, blocking=blocking)
