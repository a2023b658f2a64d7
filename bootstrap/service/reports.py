"""What the use-cases report: facts for programs, and one summary line for people."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bootstrap.catalog.ref import Ref
from bootstrap.plan.statement import Hazard, Plan
from bootstrap.run.records import Outcome, StatementRecord
from bootstrap.run.seeds import SeedResult


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReport:
    """What an apply would do. ``refused`` are the hazards that stand in its way."""

    target: str
    environment: str
    plan: Plan
    refused: tuple[Hazard, ...]
    steps: tuple[str, ...]
    seeds: tuple[SeedResult, ...]

    @property
    def pending(self) -> tuple[str, ...]:
        """Everything that would be done, as text: SQL, steps, rows."""
        rows = (f"-- rows of {item.table.path}: {counted(item)}" for item in self.seeds if item.pending)
        steps = (f"-- step {name}" for name in self.steps)
        return (*(statement.text for statement in self.plan.statements), *steps, *rows)

    @property
    def summary(self) -> str:
        """One line."""
        if not self.pending:
            return f"{self.target}: nothing to do"
        parts = [
            amount(len(self.plan.statements), "statement"),
            amount(len(self.steps), "step"),
            amount(sum(1 for item in self.seeds if item.pending), "table") + " of rows",
        ]
        return f"{self.target}: {', '.join(parts)} to apply"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyReport:
    """What an apply did. ``statements`` were journalled by this run; ``seeds`` are counted by the server."""

    target: str
    environment: str
    outcome: Outcome
    run: int
    ready_token: str
    fingerprint: str
    statements: tuple[StatementRecord, ...] = ()
    steps: tuple[str, ...] = ()
    seeds: tuple[SeedResult, ...] = ()
    checks: tuple[str, ...] = ()
    unmanaged: tuple[Ref, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """One line."""
        if self.outcome is Outcome.UNCHANGED:
            return f"{self.target}: unchanged and verified (run {self.run})"
        touched = sum(_touched(item) for item in self.seeds)
        parts = [
            amount(len(self.statements), "statement"),
            amount(len(self.steps), "step"),
            amount(touched, "row"),
        ]
        return f"{self.target}: applied {', '.join(parts)}; verified (run {self.run})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import wrote; schemas are not counted: the one that is always there is no object of anybody's."""

    target: str
    files: tuple[Path, ...]
    objects: int
    left_out: tuple[str, ...] = ()


def counted(result: SeedResult) -> str:
    """The counts of a table's rows in words: ``2 to insert, 1 to update``."""
    if result.counts is None:
        return "known once the structure is there"
    counts = result.counts
    named = ((counts.inserted, "insert"), (counts.updated, "update"), (counts.deleted, "delete"))
    return ", ".join(f"{number} to {verb}" for number, verb in named if number) or f"{counts.unchanged} unchanged"


def _touched(result: SeedResult) -> int:
    counts = result.counts
    return 0 if counts is None else counts.inserted + counts.updated + counts.deleted


def amount(number: int, noun: str) -> str:
    """``1 row``, ``2 rows``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
