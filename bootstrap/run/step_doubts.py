"""Steps of which it is not known how much has been done: proven by the server, or decided by a person, never guessed.

Two things leave a doubt: a run that died inside of a statement that no transaction held, and a history that was lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bootstrap.declaration.model import Step
from bootstrap.dialects.base import Dialect, Scope, Session
from bootstrap.hazards import EVERYTHING, HazardKind
from bootstrap.problems import Refused
from bootstrap.run.history import History
from bootstrap.run.records import Outcome
from bootstrap.run.step_states import StepState, announce_state, emptied_by, ordered, pending, save_state, subject_of
from bootstrap.sql.effects import Effect, effect_of
from bootstrap.wording import allowing


@dataclass(frozen=True, slots=True)
class Doubt:
    """A step, or statement ``number`` of it (from 1), that may have been done already; ``why`` says what is known."""

    step: Step
    why: str
    number: int | None = None

    @property
    def subject(self) -> str:
        """What a permission names."""
        return self.step.name if self.number is None else f"{self.step.name}:{self.number}"

    def decision(self, permissions: Iterable[str]) -> HazardKind | None:
        """What a person has decided: to run it, to skip it, or nothing yet."""
        given = set(permissions)
        for kind in (HazardKind.SKIP_STEP, HazardKind.RUN_STEP):
            if given & {kind, f"{kind}:{self.step.name}", f"{kind}:{self.subject}"}:
                return kind
        return HazardKind.RUN_STEP if EVERYTHING in given else None

    def __str__(self) -> str:
        return (
            f"{self.why}\n"
            f"    if it has been done: {allowing([f'{HazardKind.SKIP_STEP}:{self.subject}'])} records it as done\n"
            f"    if not: {allowing([f'{HazardKind.RUN_STEP}:{self.subject}'])} runs it"
        )


def check_decided(doubts: Sequence[Doubt], permissions: Sequence[str]) -> None:
    """Raise Refused, naming each doubt that nobody has decided, and both ways out."""
    left = [doubt for doubt in doubts if doubt.decision(permissions) is None]
    if left:
        lines = ["refused: steps may have been done already; nothing was changed", *(f"  {doubt}" for doubt in left)]
        raise Refused("\n".join(lines))


def record_skipped(history: History, run: int, doubts: Sequence[Doubt], permissions: Sequence[str]) -> None:
    """Record whole steps as done that a person says were done before the history was lost."""
    for doubt in doubts:
        if doubt.number is None and doubt.decision(permissions) is HazardKind.SKIP_STEP:
            said = f"not run: --allow {HazardKind.SKIP_STEP} says that it was done before"
            position = len(doubt.step.statements)
            announce_state(history, doubt.step, Outcome.DONE, position)
            save_state(history, doubt.step, Outcome.DONE, run=run, position=position, error=said)


def interrupted(steps: Sequence[Step], known: dict[str, StepState], session: Session, dialect: Dialect) -> list[Doubt]:
    """The statements that a run died in, and that may have been carried out."""
    history = History(session, dialect)
    found = []
    for step in pending(steps, known):
        state = known.get(step.name)
        if state is None or state.state is not Outcome.STARTED or state.position >= len(step.statements):
            continue
        if _was_running(history, step) and not _proven_undone(step, state.position, session, dialect):
            statement = step.statements[state.position]
            why = (
                f"{step.file}:{statement.line}: a run died in statement {state.position + 1} of step {step.name}, and"
                " the server may have carried it out: look at the database"
            )
            found.append(Doubt(step, why, state.position + 1))
    return found


def _was_running(history: History, step: Step) -> bool:
    rows = history.read(
        f"SELECT outcome FROM {history.table('statements')} WHERE subject = %s AND run > %s"
        " ORDER BY run DESC, seq DESC LIMIT 1",
        [subject_of(step), emptied_by(history)],
    )
    return bool(rows) and Outcome(rows[0][0]) in (Outcome.STARTED, Outcome.UNKNOWN)


def _proven_undone(step: Step, position: int, session: Session, dialect: Dialect) -> bool:
    """Whether the statement can run now: it was not carried out, or a second time changes nothing."""
    match effect_of(step.statements[position].sql, dialect.name, session.database):
        case Effect.SESSION | Effect.IDEMPOTENT:
            return True
        case Effect.STRUCTURE:
            before = History(session, dialect).fact(evidence_name(step, position))
            return before is not None and before == structure_digest(session, dialect)
        case _:
            return False


def evidence_name(step: Step, position: int) -> str:
    """Under which name the structure before a statement is recorded."""
    return f"structure before step {step.name}:{position + 1}"


def structure_digest(session: Session, dialect: Dialect) -> str:
    """What tells whether a structural change has been carried out."""
    return dialect.fingerprint(session, Scope())


def without_history(
    steps: Sequence[Step], known: dict[str, StepState], history: History, tables: Sequence[str]
) -> list[Doubt]:
    """The pending steps of a database whose history is missing: they may have run before it was lost.

    Args:
        steps: of the declaration.
        known: what the history knows of steps.
        history: of the database.
        tables: the declared tables that the database has already.
    """
    if history.runs(1):
        lost = _journalled(history) - known.keys()
        reason = "the journal says that it was done, but the record of the step is missing"
        return [Doubt(step, f"step {step.name}: {reason}") for step in ordered(steps) if step.name in lost]
    if not tables:
        return []
    named = f"{tables[0]} and {len(tables) - 1} more declared tables" if len(tables) > 1 else f"table {tables[0]}"
    reason = f"database {history.session.database} has {named}, but no history of db-bootstrap (lost, or never one)"
    return [Doubt(step, f"step {step.name}: {reason}") for step in pending(steps, known)]


def _journalled(history: History) -> set[str]:
    """Names of the steps of which the journal has a statement that was done."""
    rows = history.read(
        f"SELECT DISTINCT subject FROM {history.table('statements')} WHERE subject LIKE %s AND outcome = %s"
        " AND run > %s",
        ["step %", Outcome.DONE, emptied_by(history)],
    )
    return {str(subject).removeprefix("step ") for (subject,) in rows}
