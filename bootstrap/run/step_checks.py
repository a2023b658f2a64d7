"""Statements of pending steps are shown to the server before anything runs: none is found wrong half-way.

Whether a name exists can be known only for what runs on the structure as it is now: steps before the structural change,
up to the first statement that may change the structure itself or what names mean. Of the others the syntax is checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bootstrap.declaration.model import Phase, Step
from bootstrap.dialects.base import Dialect, Session
from bootstrap.problems import StatementError
from bootstrap.redact import redact
from bootstrap.run.step_states import StepState, ordered
from bootstrap.sql.effects import Effect, effect_of


def check_statements(steps: Sequence[Step], known: dict[str, StepState], session: Session, dialect: Dialect) -> None:
    """Raise StatementError, naming the file and line of each statement that the server would refuse."""
    found = list(_refused(steps, known, session, dialect))
    if found:
        raise StatementError(redact("\n".join([*found, "  nothing was run: fix the step and try again"])))


def _refused(steps: Sequence[Step], known: dict[str, StepState], session: Session, dialect: Dialect) -> Iterator[str]:
    names = True
    for phase in Phase:
        names = names and phase is Phase.BEFORE
        for step in (item for item in ordered(steps) if item.phase is phase):
            begun = known.get(step.name)
            for statement in step.statements[begun.position if begun else 0 :]:
                said = dialect.refusal(session, statement.sql, names=names)
                if said:
                    yield f"step {step.name}: the server refuses {step.file}:{statement.line}: {said}"
                names = names and effect_of(statement.sql, dialect.name, session.database) is Effect.ROWS
