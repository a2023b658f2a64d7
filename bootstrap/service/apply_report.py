"""What an apply reports: facts for programs, and one summary line for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bootstrap.run.records import Outcome

if TYPE_CHECKING:
    from bootstrap.catalog.ref import Ref
    from bootstrap.run.records import StatementRecord
    from bootstrap.run.seeds import SeedResult
    from bootstrap.run.step_skips import Skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyReport:
    """What an apply did. ``statements`` were journalled by this run; ``seeds`` are counted by the server; ``left`` is
    what ``additive_only`` has left out, and then there is no ready token.
    """

    target: str
    environment: str
    outcome: Outcome
    run: int
    ready_token: str
    fingerprint: str
    statements: tuple[StatementRecord, ...] = ()
    steps: tuple[str, ...] = ()
    skips: tuple[Skip, ...] = ()
    seeds: tuple[SeedResult, ...] = ()
    checks: tuple[str, ...] = ()
    unmanaged: tuple[Ref, ...] = ()
    kept: tuple[Ref, ...] = ()
    backups: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """One line."""
        if self.outcome is Outcome.UNCHANGED and not self.left:
            return f"{self.target}: unchanged and verified (run {self.run})"
        from bootstrap.service.reports import amount  # noqa: PLC0415  # only where something was done

        if self.left:
            done, left = amount(len(self.statements), "statement"), amount(len(self.left), "difference")
            return f"{self.target}: applied {done} that only add; {left} left (run {self.run})"
        touched = sum(_touched(item) for item in self.seeds)
        parts = [
            amount(len(self.statements), "statement"),
            amount(len(self.steps), "step"),
            amount(touched, "row"),
        ]
        return f"{self.target}: applied {', '.join(parts)}; verified (run {self.run})"


def _touched(result: SeedResult) -> int:
    counts = result.counts
    return 0 if counts is None else counts.inserted + counts.updated + counts.deleted
