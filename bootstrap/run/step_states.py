"""What the history knows of versioned steps: which are done, which are pending, which were changed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bootstrap.problems import Refused
from bootstrap.redact import redact
from bootstrap.run.records import Outcome

if TYPE_CHECKING:
    from bootstrap.declaration.model import Step
    from bootstrap.run.history import History, Value

_SHOWN_CHECKSUM = 16  # digits: enough to tell a file's versions apart
_EMPTIED = "emptied by run"  # a fact


@dataclass(frozen=True, slots=True)
class StepState:
    """What the history knows of a step. ``position`` statements of it are done; ``state`` is done, started, failed."""

    name: str
    checksum: str
    state: Outcome
    position: int = 0
    error: str = ""


def states(history: History) -> dict[str, StepState]:
    """The steps that were ever begun, by name."""
    rows = history.sealed("steps", more=["error"])
    return {
        str(name): StepState(str(name), str(checksum), Outcome(state), int(position), str(error or ""))
        for name, checksum, state, position, error in rows
    }


def announce_state(history: History, step: Step, state: Outcome, position: int) -> None:
    """Seal how far a step is about to come, before the transaction in which :func:`save_state` records it."""
    known = history.sealed("steps")
    others = [row for row in known if row[0] != step.name]
    history.seal.announce("steps", known, [*others, (step.name, step.checksum, state, position)])


def done_since(history: History, run: int) -> list[str]:
    """The steps that were done by that run, or later."""
    rows = history.read(
        f"SELECT name FROM {history.table('steps')} WHERE run >= %s AND state = %s ORDER BY name",
        [run, Outcome.DONE.value],
    )
    return [str(name) for (name,) in rows]


def save_state(
    history: History,
    step: Step,
    state: Outcome,
    *,
    run: int,
    position: int,
    duration_ms: int | None = None,
    error: str = "",
) -> None:
    """Record how far a step has come, in place of what was recorded before."""
    row: dict[str, Value] = {
        "name": step.name,
        "checksum": step.checksum,
        "phase": step.phase.value,
        "state": state.value,
        "position": position,
        "total": len(step.statements),
        "run": run,
        "duration_ms": duration_ms,
        "error": redact(error),
    }
    history.session.execute(f"DELETE FROM {history.table('steps')} WHERE name = %s", [step.name])
    history.insert("steps", [row], now="changed_at")


def subject_of(step: Step) -> str:
    """How the journal names a step's statements."""
    return f"step {step.name}"


def pending(steps: Sequence[Step], known: dict[str, StepState]) -> list[Step]:
    """The steps that have not been done, in the order of their numbers."""
    return [step for step in ordered(steps) if step.name not in known or known[step.name].state is not Outcome.DONE]


def all_done(history: History, names: Sequence[str]) -> bool:
    """Whether the history knows each of these steps to be done."""
    known = states(history)
    return all(name in known and known[name].state is Outcome.DONE for name in names)


def changed(steps: Sequence[Step], known: dict[str, StepState]) -> list[Step]:
    """The steps that are done, but are not any more what was done, and do not say that they replace it."""

    def accepted(step: Step) -> bool:
        state = known.get(step.name)
        if state is None or state.state is not Outcome.DONE:
            return True
        return state.checksum.startswith((step.checksum, *step.replaces))

    return [step for step in ordered(steps) if not accepted(step)]


def check_unchanged(steps: Sequence[Step], known: dict[str, StepState]) -> None:
    """Raise Refused, naming each step that was changed after it had been done."""
    lines = [
        f"{step.file}: step {step.name} was changed after it had been applied: restore it, and write what is new as a"
        " step of its own; or, where what was applied is as good,"
        f" write at its top: -- replaces: {known[step.name].checksum[:_SHOWN_CHECKSUM]}"
        for step in changed(steps, known)
    ]
    if lines:
        raise Refused("\n".join(lines))


def ordered(steps: Sequence[Step]) -> list[Step]:
    """By number, then by name."""
    return sorted(steps, key=lambda step: (step.number, step.name))


def forget_states(history: History, run: int) -> None:
    """Forget which steps are done: a run has emptied the database, and they run again."""
    history.set_fact(_EMPTIED, str(run))
    history.seal.announce("steps", history.sealed("steps"), [])
    history.session.execute(f"DELETE FROM {history.table('steps')}")


def emptied_by(history: History) -> int:
    """The last run that emptied the database, 0 where none did: what was done until then is gone."""
    return int(history.fact(_EMPTIED) or 0)
