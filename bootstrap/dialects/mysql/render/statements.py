"""Making statements: the ladder of algorithms, hazards that know the table's size, and the executor's settings."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from bootstrap.catalog.ref import Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.base import RenderContext
from bootstrap.dialects.mysql.text import quote
from bootstrap.hazards import HazardKind
from bootstrap.plan.statement import Hazard, Statement


class Cost(IntEnum):
    """What the manual says a change needs. The server has the last word: it is asked for the cheapest way first."""

    INSTANT = 0
    INPLACE = 1  # an index, or a rebuild, while reading and writing go on
    SHARED = 2  # writers wait
    COPY = 3  # the whole table is copied, writers wait


_REASONS = {
    Cost.SHARED: (HazardKind.LONG_LOCK, "writers wait until it is built"),
    Cost.COPY: (HazardKind.TABLE_REWRITE, "the table is copied, and writers wait until that is done"),
}


def live_rows(table: Ref, context: RenderContext) -> int:
    """The server's estimate of how many rows there are; none in a table that this plan makes."""
    size = context.sizes.get(table)
    return 0 if size is None or table in context.created else size.rows


def is_large(table: Ref, context: RenderContext) -> bool:
    """Whether the policy calls the table large."""
    return live_rows(table, context) >= context.policy.large_table_rows


def alter(
    table: Table,
    clauses: Sequence[str],
    context: RenderContext,
    *,
    subject: Ref,
    cost: Cost,
    hazards: Sequence[Hazard] = (),
    settings: Sequence[tuple[str, str]] = (),
) -> Statement:
    """ALTER TABLE, asked for without a copy first; with a copy only where that is small or has been allowed."""
    sql = f"ALTER TABLE {quote(table.name)} {', '.join(clauses)}"
    if table.ref in context.created:
        return Statement(sql=sql, subject=subject, transactional=False, creates_only=True,
                         session_settings=_settings(table, context, settings))  # fmt: skip
    ladder = [f"{sql}, {algorithm}" for algorithm in _algorithms(table, context, cost)]
    if cost is Cost.COPY or not is_large(table.ref, context):
        # The server's own choice: it copies where nothing else is possible. It does not see that only a copy rids a
        # row of what INSTANT drops have left in it (1118).
        ladder += [sql, f"{sql}, ALGORITHM=COPY"] if ladder else [sql]
    return Statement(
        sql=ladder[0],
        subject=subject,
        transactional=False,
        lock_timeout_ms=context.policy.lock_timeout_ms,
        statement_timeout_ms=context.policy.statement_timeout_ms,
        hazards=(*hazards, *_lock_hazards(table, context, subject, cost)),
        fallbacks=tuple(ladder[1:]),
        session_settings=_settings(table, context, settings),
    )


def _algorithms(table: Table, context: RenderContext, cost: Cost) -> list[str]:
    if not context.policy.online or (table.engine or "InnoDB").lower() != "innodb":
        return []
    abilities = context.server.capabilities
    ladder = []
    if cost is Cost.INSTANT and "instant" in abilities:
        ladder.append("ALGORITHM=INSTANT")
    if cost < Cost.SHARED:
        if "nocopy" in abilities:
            ladder.append("ALGORITHM=NOCOPY, LOCK=NONE")
        ladder.append("ALGORITHM=INPLACE, LOCK=NONE")
    if cost < Cost.COPY:
        ladder.append("ALGORITHM=INPLACE, LOCK=SHARED")
    return ladder


def _lock_hazards(table: Table, context: RenderContext, subject: Ref, cost: Cost) -> list[Hazard]:
    if cost not in _REASONS:
        return []
    kind, reason = _REASONS[cost]
    rows, large = live_rows(table.ref, context), is_large(table.ref, context)
    advice = (
        "run it in a maintenance window, or change the table with gh-ost or pt-online-schema-change" if large else ""
    )
    return [
        Hazard(kind=kind, subject=subject, message=f"{reason} (about {rows:,} rows)", advice=advice, blocking=large)
    ]


def _settings(table: Table, context: RenderContext, settings: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """A system-versioned table refuses to be altered unless its history may keep its old form."""
    states = (context.current.objects.get(table.ref), context.desired.objects.get(table.ref))
    if any(isinstance(state, Table) and state.system_versioned for state in states):
        return (*settings, ("system_versioning_alter_history", "KEEP"))
    return tuple(settings)


def data_loss(subject: Ref, message: str, advice: str = "", *, blocking: bool = True) -> Hazard:
    """A hazard that rows or values are lost."""
    return Hazard(kind=HazardKind.DATA_LOSS, subject=subject, message=message, advice=advice, blocking=blocking)


def note(kind: HazardKind, subject: Ref, message: str, advice: str = "") -> Hazard:
    """A hazard that is worth saying, and stops nothing."""
    return Hazard(kind=kind, subject=subject, message=message, advice=advice)


def plain(sql: str, subject: Ref, *, creates: bool = False, hazards: Sequence[Hazard] = (),
          settings: Sequence[tuple[str, str]] = (), display: str | None = None,
          context: RenderContext | None = None) -> Statement:  # fmt: skip
    """A statement that has only one form."""
    return Statement(
        sql=sql, subject=subject, transactional=False, creates_only=creates, hazards=tuple(hazards), display=display,
        session_settings=tuple(settings), lock_timeout_ms=context.policy.lock_timeout_ms if context else None,
    )  # fmt: skip
