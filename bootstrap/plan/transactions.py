"""From groups of changes to transactions: what runs in one, and what no transaction can hold around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile
from typing import TypeAlias

from bootstrap.catalog.changes import AddConstraint, CreateIndex, DropConstraint, DropIndex
from bootstrap.plan.operations import AlterTable, PlannedOperation, subject_of_operation
from bootstrap.plan.statement import Hazard, Operation, Statement
from bootstrap.plan.way import Way

Rendered: TypeAlias = tuple[list[Hazard], list[Statement]]


def in_transactions(
    group: Sequence[PlannedOperation], render: Callable[[PlannedOperation, Way], Rendered]
) -> Iterator[Operation]:
    """The operations of one group of changes; each of them has the hazards of all."""
    way = way_of(group)
    rendered = [render(change, way) for change in group]
    hazards = tuple(dict.fromkeys(hazard for found, _ in rendered for hazard in found))
    lists = [statements for _, statements in rendered]
    pieces = list(_in_turn(lists[0])) if way is Way.ALONE else list(_around(lists))
    for piece in pieces or [()]:
        yield Operation(
            subject=subject_of_operation(group[0]),
            hazards=hazards,
            statements=tuple(piece),
            atomic=way is not Way.ALONE,
        )


def way_of(group: Sequence[PlannedOperation]) -> Way:
    """How a group is carried out."""
    match group:
        case [AlterTable(together=True)]:
            return Way.TOGETHER
        case [_]:
            return Way.ALONE
        case [DropConstraint(ref=old), AddConstraint(ref=new)] | [DropIndex(ref=old), CreateIndex(ref=new)]:
            return Way.BESIDE if old == new else Way.TOGETHER
        case _:
            return Way.TOGETHER


def _in_turn(statements: Sequence[Statement]) -> Iterator[Sequence[Statement]]:
    """The statements of one change: neighbours share a transaction, but for those that need one of their own."""
    piece: list[Statement] = []
    for statement in statements:
        if piece and (_is_apart(statement) or _is_apart(piece[-1])):
            yield piece
            piece = []
        piece.append(statement)
    if piece:
        yield piece


def _around(lists: Sequence[Sequence[Statement]]) -> Iterator[Sequence[Statement]]:
    """What prepares the changes first, one statement after the other; then all that is left in one transaction."""
    inside: list[Statement] = []
    for statements in lists:
        first = list(takewhile(_is_apart, statements))
        yield from ([statement] for statement in first)
        inside += statements[len(first) :]
    if inside:
        yield inside


def _is_apart(statement: Statement) -> bool:
    return statement.apart or not statement.transactional
