"""What the use-cases report: facts for programs, and one summary line for people."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bootstrap.declaration.model import Phase

if TYPE_CHECKING:
    from bootstrap.catalog.ref import Ref
    from bootstrap.declaration.model import Step
    from bootstrap.plan.statement import Hazard, Plan
    from bootstrap.run.records import StatementRecord
    from bootstrap.run.seeds import SeedResult
    from bootstrap.run.step_skips import Skip
    from bootstrap.service.saved_plan import SavedPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReport:
    """What an apply would do.

    Attributes:
        refused: the hazards that are not allowed.
        steps: those that run, in the order of their numbers.
        skips: those that are recorded as done and not run.
        undecided: what to decide about steps that may have been done already.
        left: what ``additive_only`` leaves out.
        remarks: what comes back with its values, and what does not, with a rollback.
        is_new: no run is recorded in the database.
        is_applied: the last run that succeeded applied this very declaration: what is pending now is drift.
        saved: what ``plan --out`` writes, so that a later apply can tell whether anything has moved.
    """

    saved: SavedPlan
    target: str
    environment: str
    plan: Plan
    refused: tuple[Hazard, ...]
    steps: tuple[Step, ...]
    seeds: tuple[SeedResult, ...]
    skips: tuple[Skip, ...] = ()
    undecided: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    is_new: bool = False
    is_applied: bool = False

    @property
    def before(self) -> tuple[Step, ...]:
        """The steps that run before the structural change."""
        return tuple(step for step in self.steps if step.phase is Phase.BEFORE)

    @property
    def after(self) -> tuple[Step, ...]:
        """The steps that run after it, before the seeds."""
        return tuple(step for step in self.steps if step.phase is Phase.AFTER)

    @property
    def pending(self) -> tuple[str, ...]:
        """Everything that would be done, as text, in the order in which it runs: SQL, steps, rows."""
        rows = (f"-- rows of {item.table.path}: {counted(item)}" for item in self.seeds if item.pending)
        structure = (statement.text for statement in self.plan.statements)
        skips = (f"-- {skip}" for skip in self.skips)
        return (*skips, *map(step_text, self.before), *structure, *map(step_text, self.after), *rows)

    @property
    def summary(self) -> str:
        """One line."""
        if not self.pending and not self.left:
            return f"{self.target}: nothing to do"
        parts = [
            amount(len(self.plan.statements), "statement"),
            amount(len(self.steps), "step"),
            amount(sum(1 for item in self.seeds if item.pending), "table") + " of rows",
        ]
        left = f"; {amount(len(self.left), 'difference')} left" if self.left else ""
        return f"{self.target}: {', '.join(parts)} to apply{left}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackReport:
    """What a rollback did. ``restored`` came back from backup tables; ``lost`` says what did not come back; ``backups``
    what the rollback itself has kept; ``steps`` were done since, and are not undone.
    """

    target: str
    environment: str
    run: int
    back_to: str
    fingerprint: str
    statements: tuple[StatementRecord, ...] = ()
    restored: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    backups: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    unmanaged: tuple[Ref, ...] = ()

    @property
    def summary(self) -> str:
        """One line."""
        done = amount(len(self.statements), "statement")
        return f"{self.target}: back to {self.back_to}: {done}; verified (run {self.run})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import wrote; schemas are not counted: the one that is always there is no object of anybody's."""

    target: str
    files: tuple[Path, ...]
    objects: int
    left_out: tuple[str, ...] = ()
    other_tools: tuple[Ref, ...] = ()


def step_text(step: Step) -> str:
    """A step as the plan shows it: its name, when it runs, its SQL."""
    when = "before" if step.phase is Phase.BEFORE else "after"
    condition = f", when {' and '.join(map(str, step.when))}" if step.when else ""
    batch = f", {step.batch.size} rows at a time by {step.batch.key}" if step.batch else ""
    lines = [f"-- step {step.name}, {when} the structural change{condition}{batch}"]
    return "\n".join([*lines, *(f"{statement.sql.rstrip(';')};" for statement in step.statements)])


def counted(result: SeedResult) -> str:
    """The counts of a table's rows in words: ``2 to insert, 1 to update``."""
    if result.counts is None:
        return "known once the structure is there"
    counts = result.counts
    named = ((counts.inserted, "insert"), (counts.updated, "update"), (counts.deleted, "delete"))
    return ", ".join(f"{number} to {verb}" for number, verb in named if number) or f"{counts.unchanged} unchanged"


def amount(number: int, noun: str) -> str:
    """``1 row``, ``2 rows``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
