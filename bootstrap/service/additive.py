"""``apply --additive-only``: what cannot hurt the application that runs now; the rest is named and left."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bootstrap.catalog.origins import renamed, renames_of, reverted
from bootstrap.catalog.ref import Ref
from bootstrap.declaration.model import Phase
from bootstrap.plan.additive import Additive, additive
from bootstrap.plan.between import Management
from bootstrap.plan.gate import check_gate
from bootstrap.run.history import History
from bootstrap.run.identity import record_identity
from bootstrap.run.lock import assert_owned
from bootstrap.run.records import Outcome, RunEnd
from bootstrap.run.seeds import SeedRunner
from bootstrap.run.step_states import check_unchanged, pending, states
from bootstrap.run.verify import verification
from bootstrap.service.apply_report import ApplyReport
from bootstrap.service.attempt import Apply
from bootstrap.service.comparison import Structure, plan_structure, plan_to, with_passwords
from bootstrap.service.saved_plan import saved_plan
from bootstrap.service.unchanged import unchanged
from bootstrap.service.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """The part of a comparison that only adds, and what it leaves, one sentence each."""

    structure: Structure
    left: tuple[str, ...]


def narrowed(work: Work, whole: Structure) -> Narrowed:
    """Return what of a comparison has no hazard and only adds. Steps and seeds change rows: they are left."""
    steps = work.declaration.steps
    known = states(History(work.session, work.dialect)) if steps else {}
    first = [step for step in pending(steps, known) if step.phase is Phase.BEFORE]
    found, structure = _without_hazards(work, whole, nothing=bool(first))
    seeds = SeedRunner(work.session, work.dialect, whole.desired)
    left = verification(
        changes=found.left, steps=steps, known=known, seeds=seeds.preview(work.declaration.seeds, whole.current)
    ).faults
    waits = tuple(f"the whole structure waits for step {step.name}, which runs before it" for step in first)
    return Narrowed(structure=structure, left=(*left, *(waits if found.left else ())))


def _without_hazards(work: Work, whole: Structure, *, nothing: bool) -> tuple[Additive, Structure]:
    changes = whole.plan.differences
    back = reverted(renames_of(changes))
    without: set[Ref] = set(whole.desired.members) if nothing else set()
    while True:
        found = additive(whole.current, whole.desired, changes, without)
        management = Management(managed=lambda _: False)
        structure = plan_to(work, whole.current, found.catalog, management, whole.plan.fingerprint)
        risky = [operation for operation in structure.plan.operations if operation.hazards]
        if not risky:
            return found, structure
        subjects = {renamed(hazard.subject, back) for operation in risky for hazard in operation.hazards}
        whole_operations = {statement.subject for operation in risky for statement in operation.statements}
        without |= (subjects - without) or (whole_operations - without) or whole.desired.members


class AdditiveApply(Apply):
    """One attempt at one additive apply, under the lock."""

    def run(self) -> ApplyReport:
        """Structure as far as it only adds, record; all of it where nothing is left."""
        self._end_interrupted()
        done = unchanged(self.work)
        if done is not None:
            return done
        whole = plan_structure(self.work)
        found = narrowed(self.work, whole)
        if not found.left:
            return super().run()
        known = states(self.history)
        if self.saved is not None:
            self.saved.check(saved_plan(self.declaration, found.structure.plan, pending(self.declaration.steps, known)))
        check_unchanged(self.declaration.steps, known)
        check_gate(found.structure.plan, ())
        assert_owned(self.session)
        self.plan_digest = found.structure.plan.digest
        structure = replace(found.structure, plan=with_passwords(self.work, found.structure.plan))
        return self._recorded(structure, whole.desired.members, lambda number: self._add(number, structure, whole))

    def _add(self, number: int, structure: Structure, whole: Structure) -> ApplyReport:
        record_identity(self.history, self.work.identity)
        if self.undo is not None:
            self.undo.starts(number, structure)
        records = self._execute(number, structure.plan)
        now = plan_structure(self.work, whole.desired)
        after = narrowed(self.work, now)
        self._require(verification(changes=after.structure.plan.differences))
        added = structure.desired.members - structure.current.members
        self.ledger.set_managed(number, self.ledger.managed() | added, kept=self.ledger.kept())
        end = RunEnd(
            outcome=Outcome.INCOMPLETE,
            plan_digest=self.plan_digest,
            fingerprint_after=now.plan.fingerprint,
            error="left by --additive-only: " + "; ".join(after.left),
        )
        self.history.finish(number, end)
        return ApplyReport(
            target=self.work.destination.name,
            environment=self.declaration.environment or "",
            outcome=Outcome.INCOMPLETE,
            run=number,
            ready_token="",
            fingerprint=now.plan.fingerprint,
            statements=tuple(records),
            unmanaged=now.plan.unmanaged,
            left=after.left,
        )
