"""Cutting a step into parts: each is one transaction with its journal rows, or one statement that needs none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bootstrap.declaration.model import Step
from bootstrap.dialects.base import Dialect
from bootstrap.sql.effects import Effect, effect_of


@dataclass(frozen=True, slots=True)
class Part:
    """Statements ``start`` to ``stop`` (exclusive) of a step. ``together``: in one transaction with their journal."""

    start: int
    stop: int
    together: bool


def parts_of(step: Step, dialect: Dialect, database: str) -> list[Part]:
    """The parts of a step, in their order.

    Where structural changes can share a transaction, a step is one part. Elsewhere as many neighbours as possible are:
    a structural change ends a transaction, and a procedure may. ``-- transaction: off`` makes each statement a part.
    """
    number = len(step.statements)
    if dialect.transactional_ddl:
        if step.transactional:
            return [Part(0, number, together=True)]
        return [Part(place, place + 1, together=True) for place in range(number)]
    together = [
        effect_of(statement.sql, dialect.name, database) in (Effect.ROWS, Effect.SESSION)
        for statement in step.statements
    ]
    return _joined(together, alone=not step.transactional)


def _joined(together: Sequence[bool], *, alone: bool) -> list[Part]:
    found: list[Part] = []
    for place, shares in enumerate(together):
        if found and shares and found[-1].together and not alone:
            found[-1] = Part(found[-1].start, place + 1, together=True)
        else:
            found.append(Part(place, place + 1, together=shares))
    return found
