"""Steps that are recorded as done without being run: there is nothing that they could change here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bootstrap.run.records import Outcome, StatementRecord, sql_hash
from bootstrap.run.step_states import announce_state, save_state, subject_of

if TYPE_CHECKING:
    from bootstrap.declaration.model import Step
    from bootstrap.dialects.base import Dialect, Session
    from bootstrap.run.history import History


@dataclass(frozen=True, slots=True)
class Skip:
    """A step that is not run, and why."""

    step: Step
    reason: str

    def __str__(self) -> str:
        return f"step {self.step.name}: not run, recorded as done: {self.reason}"


def failed_condition(step: Step, session: Session, dialect: Dialect) -> Skip | None:
    """Look the conditions of a step up in the live database; None where all hold."""
    for condition in step.when:
        if dialect.exists(session, condition.names) is not condition.wanted:
            return Skip(step, f"when: {condition} does not hold")
    return None


def record_skips(history: History, run: int, skips: Iterable[Skip]) -> None:
    """Record steps as done, with the reason for not running them."""
    for skip in skips:
        step, said, first = skip.step, f"not run: {skip.reason}", history.next_seq(run)
        records = [
            StatementRecord(
                seq=first + place,
                subject=subject_of(step),
                sql_text=statement.sql,
                sql_hash=sql_hash(statement.sql),
                outcome=Outcome.DONE,
                error=said,
            )
            for place, statement in enumerate(step.statements)
        ]
        announce_state(history, step, Outcome.DONE, len(step.statements))
        with history.session.transaction():
            history.record(run, records)
            save_state(history, step, Outcome.DONE, run=run, position=len(step.statements), error=said)
