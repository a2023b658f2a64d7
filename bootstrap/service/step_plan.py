"""What becomes of the pending steps: run, recorded without being run, or asked about."""

from __future__ import annotations

from dataclasses import dataclass

from bootstrap.catalog.tables import Table
from bootstrap.declaration.model import Phase, Step
from bootstrap.run.baseline import NewTables, baseline
from bootstrap.run.history import History
from bootstrap.run.step_checks import check_statements
from bootstrap.run.step_doubts import Doubt, interrupted, without_history
from bootstrap.run.step_skips import Skip, failed_condition
from bootstrap.run.step_states import ordered, pending, states
from bootstrap.service.comparison import Structure
from bootstrap.service.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPlan:
    """The pending steps of one moment.

    Attributes:
        run: those that run, in the order of their numbers.
        baseline: those that change rows only of tables that this run creates.
        conditional: those before the structural change whose conditions do not hold now.
        doubts: those that may have been done already.
    """

    run: tuple[Step, ...] = ()
    baseline: tuple[Skip, ...] = ()
    conditional: tuple[Skip, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    @property
    def waiting(self) -> tuple[Step, ...]:
        """All that are pending, in the order of their numbers."""
        return tuple(ordered((*self.run, *(skip.step for skip in self.skips))))

    @property
    def skips(self) -> tuple[Skip, ...]:
        """All that are recorded as done and not run, as far as that is known now."""
        return self.baseline + self.conditional


def plan_steps(work: Work, structure: Structure) -> StepPlan:
    """Decide about each pending step.

    Raises:
        StatementError: the server would refuse a statement of one that runs.
    """
    steps = work.declaration.steps
    if not steps:
        return StepPlan()
    history = History(work.session, work.dialect)
    known = states(history)
    waiting = pending(steps, known)
    new = NewTables.of(structure.plan.differences, structure.current, structure.desired)
    first = baseline(waiting, known, new, work.dialect.name, work.session.database)
    conditional = [
        skip
        for step in waiting
        if step.phase is Phase.BEFORE and step.name not in {item.step.name for item in first}
        if (skip := failed_condition(step, work.session, work.dialect)) is not None
    ]
    skipped = {skip.step.name for skip in (*first, *conditional)}
    running = [step for step in waiting if step.name not in skipped]
    check_statements(running, known, work.session, work.dialect)
    tables = [ref.path for ref, item in structure.current.objects.items() if isinstance(item, Table)]
    declared = {ref.path for ref, item in structure.desired.objects.items() if isinstance(item, Table)}
    doubts = [
        *interrupted(steps, known, work.session, work.dialect),
        *without_history(steps, known, history, sorted(declared.intersection(tables))),
    ]
    return StepPlan(
        run=tuple(running),
        baseline=tuple(first),
        conditional=tuple(conditional),
        doubts=tuple(doubt for doubt in doubts if doubt.step.name not in skipped),
    )
