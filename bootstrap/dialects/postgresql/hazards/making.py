"""How a hazard is made: whether it blocks depends on the size of the table and on the policy."""

from __future__ import annotations

from bootstrap.catalog.ref import Ref
from bootstrap.dialects.postgresql.render.statements import is_new, rows_of
from bootstrap.hazards import HazardKind
from bootstrap.plan.block import Block, Blocked, Rate, Work
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Hazard

# What a small machine does, under load: a default on the safe side.
_RATES = {
    Work.SCAN: Rate(rows=2_000_000, bytes=200_000_000),
    Work.INDEX_BUILD: Rate(rows=800_000, bytes=80_000_000),
    Work.UPDATE: Rate(rows=100_000, bytes=20_000_000),
    Work.COPY: Rate(rows=500_000, bytes=50_000_000),
}


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
    kind: HazardKind, subject: Ref, table: Ref, context: RenderContext, message: str, advice: str,
    *, work: Work | None = None, blocked: Blocked = Blocked.READS_AND_WRITES,
) -> list[Hazard]:  # fmt: skip
    """Return a rewrite or a long lock: it is refused where others may wait longer than the policy says."""
    if rows_of(table, context) == 0:
        return []
    work = work or (Work.COPY if kind is HazardKind.TABLE_REWRITE else Work.SCAN)
    block = Block(blocked=blocked, work=work, size=context.sizes.get(table), rate=_RATES[work])
    return [
        Hazard(
            kind=kind,
            subject=subject,
            message=f"{message}, {block.text}",
            advice=advice,
            blocking=block.exceeds(context.policy.max_block_ms),
            block=block,
        )
    ]


def note(kind: HazardKind, subject: Ref, message: str, advice: str = "", *, blocking: bool = False) -> Hazard:
    """Return a hazard that does not depend on the size of a table."""
    return Hazard(kind=kind, subject=subject, message=message, advice=advice, blocking=blocking)
