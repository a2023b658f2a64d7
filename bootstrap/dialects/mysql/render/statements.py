"""Making statements: the ladder of algorithms, hazards that know the table's size, and the executor's settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from bootstrap.catalog.ref import Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.mysql.text import quote
from bootstrap.hazards import HazardKind
from bootstrap.plan.block import Block, Blocked, Rate, Work
from bootstrap.plan.context import RenderContext, TableSize
from bootstrap.plan.operations import AlterTable
from bootstrap.plan.server import Server
from bootstrap.plan.statement import Hazard, Statement


class Cost(IntEnum):
    """What the manual says a change needs. The server has the last word: it is asked for the cheapest way first."""

    INSTANT = 0
    METADATA = 1  # no look at the rows, but MySQL does not take it together with INSTANT changes
    INDEX = 2  # an index is built, while reading and writing go on
    REBUILD = 3  # the table is rebuilt, while reading and writing go on
    SHARED = 4  # an index is built, and writers wait
    COPY = 5  # the whole table is copied, and writers wait


_REASONS = {
    Cost.SHARED: (HazardKind.LONG_LOCK, Work.INDEX_BUILD, "an index is built, and writers wait"),
    Cost.COPY: (HazardKind.TABLE_REWRITE, Work.COPY, "the table is copied, and writers wait"),
}
# What a small machine does, under load: a default on the safe side.
_RATES = {
    Work.INDEX_BUILD: Rate(rows=100_000, bytes=10_000_000),
    Work.UPDATE: Rate(rows=50_000, bytes=10_000_000),
    Work.COPY: Rate(rows=150_000, bytes=20_000_000),
    Work.CHECKED_COPY: Rate(rows=50_000, bytes=10_000_000),
}
_WINDOW = "run it in a maintenance window, or change the table with gh-ost or pt-online-schema-change"
_EMPTY = TableSize(rows=0, bytes=0)
_REWRITES = frozenset({Cost.REBUILD, Cost.COPY})


class Place(IntEnum):
    """Where a clause stands in its ALTER TABLE: what makes room comes first, what needs columns and keys last."""

    DROP = 0
    COLUMN = 1
    DEFAULT = 2
    PERIOD = 3
    KEY = 4
    CONSTRAINT = 5
    PROPERTY = 6
    PARTITIONS = 7  # behind all others, without a comma


_NOT_IN_ROWS = frozenset({Place.DEFAULT, Place.PROPERTY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One part of an ALTER TABLE: what an action on the table is as SQL, and what it costs by itself."""

    text: str
    place: Place
    cost: Cost
    subject: Ref
    hazards: tuple[Hazard, ...] = ()
    references: bool = False  # each row is looked up in another table, whose writers wait as well


def live_rows(table: Ref, context: RenderContext) -> int:
    """The server's estimate of how many rows there are."""
    size = context.sizes.get(table)
    return 0 if size is None else size.rows


def block_of(table: Ref, work: Work, context: RenderContext) -> Block:
    """How long that work blocks writers."""
    return Block(blocked=Blocked.WRITES, work=work, size=context.sizes.get(table, _EMPTY), rate=_RATES[work])


def may_copy(table: Ref, context: RenderContext) -> bool:
    """Whether a copy of the table blocks writers for no longer than the policy says."""
    return not block_of(table, Work.COPY, context).exceeds(context.policy.max_block_ms)


def alter_table(operation: AlterTable, clauses: Iterable[Clause], context: RenderContext) -> list[Statement]:
    """ALTER TABLE with these clauses: one statement, or two where that spares the table a rebuild."""
    ordered = sorted(clauses, key=lambda clause: clause.place)
    return [_alter(operation, part, context) for part in _parts(operation, ordered, context.server)]


def _parts(operation: AlterTable, clauses: Sequence[Clause], server: Server) -> Iterator[Sequence[Clause]]:
    """The clauses of each statement.

    What is INSTANT by itself makes the server rebuild the table when it comes with what is not. So it comes apart,
    unless the table is rewritten anyway: then everything is done in that one pass.
    """
    instant = [clause for clause in clauses if _cost(clause, server) is Cost.INSTANT]
    others = [clause for clause in clauses if _cost(clause, server) is not Cost.INSTANT]
    drops = [clause for clause in others if clause.place is Place.DROP]
    rewritten = not _is_innodb(operation.before) or any(clause.cost in _REWRITES for clause in others)
    if not instant or not others or rewritten:
        yield clauses
    elif not drops or all(clause.text.startswith("ADD COLUMN") for clause in instant):
        yield from (instant, others)
    elif len(drops) == len(others) and _may_drop_first(operation, server):
        yield from (drops, instant)
    else:
        yield clauses


def _may_drop_first(operation: AlterTable, server: Server) -> bool:
    """Whether keys go in a statement before the columns: not where they may go together without a rebuild, and not
    where an AUTO_INCREMENT column goes, which needs its key to the end.
    """
    return "instant_metadata" not in server.capabilities and _counting(operation.before) == _counting(operation.after)


def _counting(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.auto_increment]


def _cost(clause: Clause, server: Server) -> Cost:
    """What the clause costs on this server."""
    return Cost.INSTANT if clause.cost is Cost.METADATA and "instant_metadata" in server.capabilities else clause.cost


def _alter(operation: AlterTable, clauses: Sequence[Clause], context: RenderContext) -> Statement:
    """ALTER TABLE, asked for without a copy first; with a copy only where that is small or has been allowed."""
    table, cost = operation.after, max(_cost(clause, context.server) for clause in clauses)
    sql = f"ALTER TABLE {quote(table.name)} {_texts(clauses)}"
    subjects = {clause.subject for clause in clauses}
    subject = subjects.pop() if len(subjects) == 1 else table.ref
    if operation.is_new:
        return Statement(sql=sql, subject=subject, transactional=False, creates_only=True,
                         hazards=tuple(_hazards(clauses, context, operation)),
                         session_settings=_settings(operation))  # fmt: skip
    ladder = _ladder(sql, operation, cost, context)
    return Statement(
        sql=ladder[0],
        subject=subject,
        transactional=False,
        lock_timeout_ms=context.policy.lock_timeout_ms,
        statement_timeout_ms=context.policy.statement_timeout_ms,
        hazards=tuple(_hazards(clauses, context, operation)),
        fallbacks=tuple(ladder[1:]),
        session_settings=_settings(operation),
    )


def _texts(clauses: Sequence[Clause]) -> str:
    partitions = [clause.text for clause in clauses if clause.place is Place.PARTITIONS]
    return " ".join([", ".join(c.text for c in clauses if c.place is not Place.PARTITIONS), *partitions])


def _ladder(sql: str, operation: AlterTable, cost: Cost, context: RenderContext) -> list[str]:
    """The ways to ask for it, the cheapest first."""
    if not _is_innodb(operation.before) or cost is Cost.COPY:
        return [sql]  # another engine has no choice but to copy
    ladder = [f"{sql}, {algorithm}" for algorithm in _algorithms(cost, context)]
    if may_copy(operation.ref, context):
        # The server's own choice: it copies where nothing else is possible. It does not see that only a copy rids a
        # row of what INSTANT drops have left in it (1118).
        ladder += [sql, f"{sql}, ALGORITHM=COPY"]
    return ladder


def _algorithms(cost: Cost, context: RenderContext) -> Iterator[str]:
    """Never without one, so that no large table is copied unasked. A policy that is not online lets writers wait."""
    abilities = context.server.capabilities
    if cost <= Cost.METADATA and "instant" in abilities:
        yield "ALGORITHM=INSTANT"
    if cost < Cost.SHARED and context.policy.online:
        if "nocopy" in abilities:
            yield "ALGORITHM=NOCOPY, LOCK=NONE"
        yield "ALGORITHM=INPLACE, LOCK=NONE"
    yield "ALGORITHM=INPLACE, LOCK=SHARED"


def _is_innodb(table: Table) -> bool:
    return (table.engine or "InnoDB").lower() == "innodb"


def _hazards(clauses: Sequence[Clause], context: RenderContext, operation: AlterTable) -> Iterator[Hazard]:
    """The hazards of each clause, and what makes others wait: each clause that does is named."""
    for clause in clauses:
        yield from clause.hazards
    if operation.is_new:
        return
    worst = max(_cost(clause, context.server) for clause in clauses)
    if not _is_innodb(operation.before) and any(clause.place not in _NOT_IN_ROWS for clause in clauses):
        worst = Cost.COPY
    if worst not in _REASONS:
        return
    kind, work, reason = _REASONS[worst]
    causes = {clause.subject: clause for clause in clauses if clause.cost is worst} or {clauses[0].subject: clauses[0]}
    for subject, clause in causes.items():
        block, parent = block_of(operation.ref, work, context), ""
        if clause.references:
            block = replace(block, blocked=Blocked.WRITES_AND_PARENT, work=Work.CHECKED_COPY,
                            rate=_RATES[Work.CHECKED_COPY])  # fmt: skip
            parent = ", those of the referenced table too"
        too_long = block.exceeds(context.policy.max_block_ms)
        yield Hazard(kind=kind, subject=subject, message=f"{reason}{parent}, {block.text}",
                     advice=_WINDOW if too_long else "", blocking=too_long, block=block)  # fmt: skip


def _settings(operation: AlterTable) -> tuple[tuple[str, str], ...]:
    """A system-versioned table refuses to be altered unless its history may keep its old form. A foreign key to a table
    that is not declared is added unchecked.
    """
    settings: tuple[tuple[str, str], ...] = ()
    if operation.dangling:
        settings = (("foreign_key_checks", "0"),)
    if operation.before.system_versioned or operation.after.system_versioned:
        settings = (*settings, ("system_versioning_alter_history", "KEEP"))
    return settings


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
