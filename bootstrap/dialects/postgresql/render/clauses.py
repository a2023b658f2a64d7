"""Actions of an ALTER TABLE: each could be a statement of its own, and shares one with others where it can.

The server carries out the actions of one statement in an order of its own (drops, types, new columns, constraints,
attributes, the rest), takes one lock for all of them and goes over the rows once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from bootstrap.catalog.ref import Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.postgresql.names import qualified, split_qualified
from bootstrap.dialects.postgresql.render.arrays import faithful
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Statement


class Stage(IntEnum):
    """Which statement of several an action belongs to: each stage needs the earlier ones done."""

    CHANGE = 0
    AFTER_CHANGE = 1  # what the server would do before the rest, if it stood in the same statement
    VALIDATE = 2  # reads the rows while others write, in a transaction of its own
    PROVEN = 3  # what needs no look at the rows once they are validated
    AFTER_PROVEN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause(Statement):
    """A statement that is one action of an ALTER TABLE.

    Attributes:
        table: quoted.
        action: what stands behind ``ALTER TABLE table``.
        only: the action does not reach child tables and partitions.
        childless: of an ``only`` action: there are none, so that it may share a statement with others.
        stage: which statement of several it belongs to.
    """

    table: str
    action: str
    only: bool = False
    childless: bool = True
    stage: Stage = Stage.CHANGE


def clause(
    table: Table,
    action: str,
    subject: Ref,
    context: RenderContext,
    *,
    only: bool = False,
    creates: bool = False,
    stage: Stage = Stage.CHANGE,
) -> Clause:
    """Make an action on a table that exists; ``creates`` says that it touches nothing that existed."""
    name, action = qualified(table.schema, table.name), faithful(action)
    return Clause(
        sql=_sql(name, [action], only=only),
        subject=subject,
        creates_only=creates,
        apart=stage is Stage.VALIDATE,
        lock_timeout_ms=context.policy.lock_timeout_ms,
        statement_timeout_ms=context.policy.statement_timeout_ms,
        table=name,
        action=action,
        only=only,
        childless=not only or is_childless(table, context),
        stage=stage,
    )


def is_childless(table: Table, context: RenderContext) -> bool:
    """Whether surely no table inherits from this one, and none is a partition of it."""
    if context.partial and table.ref not in context.created:
        return False
    parents = (parent for child in context.current.inheritance_children for parent in child.inherits)
    return table.partition_by is None and (table.schema, table.name) not in map(split_qualified, parents)


def in_one(parts: Iterable[Sequence[Statement]], subject: Ref) -> list[Statement]:
    """Return the statements of several changes of a table, with as many actions in one as the server takes.

    Args:
        parts: the statements of each change; their order is kept.
        subject: of a statement that carries out several changes.
    """
    queues = [deque(part) for part in parts if part]
    made: list[Statement] = []
    while queues:
        together = _next_actions(queues)
        if together:
            made.append(_joined(together, subject))
        for queue in queues:
            while queue and not isinstance(queue[0], Clause):
                made.append(queue.popleft())
        queues = [queue for queue in queues if queue]
    return made


def _next_actions(queues: Iterable[deque[Statement]]) -> list[Clause]:
    """Take what can share a statement with the earliest action."""
    heads = [queue[0] for queue in queues if isinstance(queue[0], Clause)]
    if not heads:
        return []
    earliest = min(heads, key=lambda head: head.stage)
    return [taken for queue in queues for taken in _taken(queue, earliest)]


def _taken(queue: deque[Statement], like: Clause) -> Iterator[Clause]:
    while queue and isinstance(head := queue[0], Clause) and _share(head, like):
        queue.popleft()
        yield head


def _share(one: Clause, other: Clause) -> bool:
    same = (one.table, one.stage, one.apart) == (other.table, other.stage, other.apart)
    return same and (one.only == other.only or (one.childless and other.childless))


def _joined(clauses: Sequence[Clause], subject: Ref) -> Statement:
    first = clauses[0]
    if len(clauses) == 1:
        return first
    subjects = {item.subject for item in clauses}
    return Statement(
        sql=_sql(first.table, [item.action for item in clauses], only=all(item.only for item in clauses)),
        subject=subjects.pop() if len(subjects) == 1 else subject,
        creates_only=all(item.creates_only for item in clauses),
        apart=first.apart,
        lock_timeout_ms=first.lock_timeout_ms,
        statement_timeout_ms=first.statement_timeout_ms,
        reads=tuple(dict.fromkeys(ref for item in clauses for ref in item.reads)),
        declared=any(item.declared for item in clauses),
    )


def _sql(table: str, actions: Sequence[str], *, only: bool) -> str:
    return f"ALTER TABLE {'ONLY ' if only else ''}{table} {', '.join(actions)}"
