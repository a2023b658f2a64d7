"""Whether a database is what its declaration says: structure, steps, seeds and checks, each fault named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bootstrap.dialects.base import SeedCounts
from bootstrap.problems import VerificationFailed
from bootstrap.redact import redact
from bootstrap.run.step_states import changed, pending

if TYPE_CHECKING:
    from bootstrap.catalog.changes import Change
    from bootstrap.catalog.ref import Ref
    from bootstrap.declaration.model import Step
    from bootstrap.run.seeds import SeedResult
    from bootstrap.run.step_states import StepState


@dataclass(frozen=True, slots=True)
class Verification:
    """What is missing or differs, one sentence each. All empty: the database is what the declaration says.

    ``kept`` is in the database though it is declared no longer, as the policy says: no fault.
    """

    target: str = ""
    structure: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    seeds: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    kept: tuple[Ref, ...] = ()

    @property
    def faults(self) -> tuple[str, ...]:
        """All of them."""
        return self.structure + self.steps + self.seeds + self.checks

    @property
    def holds(self) -> bool:
        """Whether there are none."""
        return not self.faults

    def require(self, where: str) -> None:
        """Raise VerificationFailed, naming every fault.

        Args:
            where: the environment or target, for the first line.
        """
        if self.faults:
            things = "1 thing differs" if len(self.faults) == 1 else f"{len(self.faults)} things differ"
            lines = [f"{where} is not what the declaration says: {things}", *(f"  {fault}" for fault in self.faults)]
            raise VerificationFailed(redact("\n".join(lines)))


def verification(
    *,
    changes: Iterable[Change] = (),
    steps: Sequence[Step] = (),
    known: dict[str, StepState] | None = None,
    seeds: Iterable[SeedResult] = (),
    failed_checks: Sequence[str] = (),
    kept: Sequence[Ref] = (),
) -> Verification:
    """Put together what was found.

    Args:
        changes: that a plan would still make.
        steps: of the declaration.
        known: what the history knows of steps.
        seeds: what :meth:`bootstrap.run.seeds.SeedRunner.preview` says.
        failed_checks: what :func:`bootstrap.run.checks.run_checks` says.
        kept: what stays though it is declared no longer.
    """
    # Without changes there is nothing to describe.
    from bootstrap.run.sentences import describe_all  # noqa: PLC0415  # only when it is needed

    return Verification(
        structure=tuple(describe_all(changes)),
        steps=tuple(_step_faults(steps, known or {})),
        seeds=tuple(sentence for result in seeds for sentence in _seed_faults(result)),
        checks=tuple(failed_checks),
        kept=tuple(kept),
    )


def _step_faults(steps: Sequence[Step], known: dict[str, StepState]) -> Iterable[str]:
    for step in pending(steps, known):
        state = known.get(step.name)
        if state is None:
            yield f"step {step.name} has not been applied"
        else:
            done = f", {state.position} of {len(step.statements)} statements are done" if state.position else ""
            yield f"step {step.name} has failed{done}" + (f": {state.error}" if state.error else "")
    for step in changed(steps, known):
        yield f"step {step.name} was changed after it had been applied"


def _seed_faults(result: SeedResult) -> Iterable[str]:
    name, counts = result.table.path, result.counts or result.so_far or SeedCounts()
    if result.counts is None:
        yield f"seed {name}: cannot be compared whole before the structure is there"
    if counts.inserted:
        yield f"seed {name}: {_rows(counts.inserted, 'is', 'are')} missing"
    if counts.updated:
        yield f"seed {name}: {_rows(counts.updated, 'differs', 'differ')} from the declaration"
    if counts.deleted:
        yield f"seed {name}: {_rows(counts.deleted, 'is', 'are')} not declared"


def _rows(number: int, one: str, many: str) -> str:
    return f"1 row {one}" if number == 1 else f"{number} rows {many}"
