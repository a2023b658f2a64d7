"""The use-case ``rollback``: back to the structure of an earlier run, gated and proven like any plan."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace

from bootstrap.catalog.changes import subject_of
from bootstrap.catalog.way_back import comes_back_empty, earlier_names, way_back
from bootstrap.plan.between import Management
from bootstrap.plan.gate import check_gate, refused_hazards
from bootstrap.plan.statement import Plan
from bootstrap.problems import BootstrapError
from bootstrap.run.history import History
from bootstrap.run.limits import Limits
from bootstrap.run.lock import assert_owned
from bootstrap.run.records import Outcome, RunEnd, RunFacts
from bootstrap.run.recover import PROMOTION_SECONDS, writer
from bootstrap.run.snapshots import Moment, Planned, Snapshot, Snapshots
from bootstrap.run.step_states import done_since
from bootstrap.run.trash import Trash
from bootstrap.run.verify import verification
from bootstrap.run.watch import Watch
from bootstrap.service.attempt import Apply
from bootstrap.service.attempts import until_done
from bootstrap.service.backup import keep_losses, with_backup
from bootstrap.service.bringing_back import BackValues, Finder
from bootstrap.service.comparison import Structure, plan_to
from bootstrap.service.errors import readable_server_errors
from bootstrap.service.reports import PlanReport, RollbackReport
from bootstrap.service.saved_plan import saved_plan
from bootstrap.service.work import Request, Work, open_work

ACTION = "rollback"


def rollback(request: Request) -> RollbackReport:
    """Bring the structure back to what a run proved; where none is named, to what the last run started from.

    Raises:
        Refused: a hazard is not allowed; nothing was changed.
        VerificationFailed: the database does not have that structure after all.
        BootstrapError: the history does not have that structure, or any other problem.
    """
    with open_work(request, writing=True) as work, readable_server_errors():
        work.check_identity()
        window = Limits.until(work.deadline, work.started).bounded(PROMOTION_SECONDS)
        with closing(writer(work.dialect, work.session, work.connect, seconds=window, waiting=request.tell)) as session:
            if session is not work.session:  # another server
                work.dialect.check_trust(session, writing=True)
            target = find_target(History(session, work.dialect), request.to)

            def once(work: Work, limits: Limits, watch: Watch, _: int) -> RollbackReport:
                return Rollback(work, limits, watch, target).back()

            return until_done(work.with_session(session), once)


def plan_rollback(request: Request) -> PlanReport:
    """What :func:`rollback` would do; reads only, and takes no lock.

    Raises:
        BootstrapError: the history does not have that structure, or any other problem.
    """
    with open_work(request) as work, readable_server_errors():
        work.check_identity()
        target = find_target(History(work.session, work.dialect), request.to)
        with closing(Watch(work.dialect, work.connect, request.tell)) as watch:
            return Rollback(work, Limits.until(work.deadline, work.started), watch, target).planned()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The structure to go back to. ``since`` is the first run whose changes are undone."""

    name: str
    snapshot: Snapshot
    since: int


def find_target(history: History, to: int | None) -> Target:
    """Find what to go back to.

    Raises:
        BootstrapError: the history does not have it; says which runs it has.
    """
    snapshots = Snapshots(history)
    if to is not None:
        found = snapshots.find(to, Moment.END)
        if found is None:
            raise BootstrapError(f"no structure that run {to} proved is kept: {_known(snapshots)}")
        return Target(name=f"what run {to} proved", snapshot=found, since=to + 1)
    for run in history.runs(limit=1 << 30):
        if run.action == ACTION and run.outcome is Outcome.APPLIED:
            raise BootstrapError(
                f"run {run.id}, the last one, was a rollback: name a run with --to: {_known(snapshots)}"
            )
        if run.action != ACTION:
            found = snapshots.find(run.id, Moment.START)
            if found is None:
                break
            return Target(name=f"what run {run.id} started from", snapshot=found, since=run.id)
    raise BootstrapError(f"no structure is kept that the last run started from: {_known(snapshots)}")


def _known(snapshots: Snapshots) -> str:
    runs = [str(run) for run, moment in snapshots.runs() if moment is Moment.END]
    return f"known are those of {', '.join(runs)}" if runs else "none is kept in this database"


class Rollback(Apply):
    """One attempt at one rollback, under the lock: as an apply, with another desired structure and without rows."""

    action = ACTION

    def __init__(self, work: Work, limits: Limits, watch: Watch, target: Target) -> None:
        super().__init__(work, limits, watch)
        self.target = target
        self.trash = Trash(self.history)
        self.values: BackValues

    def back(self) -> RollbackReport:
        """Gate, structure, verification, record."""
        self._end_interrupted()
        planned = self.snapshots.planned(self.target.since)
        structure = self._compared(planned)
        self.plan_digest = structure.plan.digest
        plan = with_backup(self.work, structure.plan, structure)
        check_gate(plan, self.work.permissions)
        for copy in self.values.copies:
            self.trash.check(copy)
        assert_owned(self.session)
        return self._recorded(
            structure, self.target.snapshot.managed, lambda number: self._go_back(number, structure, plan, planned)
        )

    def planned(self) -> PlanReport:
        """What :meth:`back` would do."""
        structure = self._compared(self.snapshots.planned(self.target.since))
        plan = with_backup(self.work, structure.plan, structure)
        steps = (f"step {name} is not undone, and does not run again" for name in self._steps_since())
        return PlanReport(
            saved=saved_plan(self.declaration, plan, ()),
            target=f"{self.work.destination.name}: back to {self.target.name}",
            environment=self.declaration.environment or "",
            plan=plan,
            refused=tuple(refused_hazards(plan, self.work.permissions)),
            steps=(),
            seeds=(),
            remarks=(*self.values.restored.values(), *self._lost(plan), *steps),
        )

    def _lost(self, plan: Plan) -> tuple[str, ...]:
        """What does not come back."""
        restored = self.values.restored
        return tuple(comes_back_empty(item for item in plan.differences if subject_of(item) not in restored))

    def _steps_since(self) -> tuple[str, ...]:
        return tuple(done_since(self.history, self.target.since))

    def _facts(self, plan: Plan) -> RunFacts:
        """Of no declaration: this run proves none, and no later one may believe that it did."""
        return replace(super()._facts(plan), declaration_digest="")

    def _compared(self, since: Planned) -> Structure:
        fingerprint = self.work.fingerprint()
        current = self.dialect.introspect(self.session, self.work.scope).catalog
        today = self.ledger.managed() | since.declared
        managed = self.target.snapshot.managed | earlier_names(today, since.renames)
        management = Management(
            managed=lambda ref: ref in managed or self.dialect.is_leftover(ref, current),
            exact=True,  # privileges that came since go
        )
        desired = way_back(current, self.target.snapshot.catalog, managed, since.renames)
        structure = plan_to(self.work, current, desired, management, fingerprint)
        finder = Finder(self.work, self.snapshots, self.target.since, since.renames, self.trash)
        self.values = finder.find(structure.plan.differences, desired)
        if not self.values.restored:
            return structure
        back = self.values.statements
        return plan_to(self.work, current, self.values.desired, management, fingerprint, back=back)

    def _go_back(self, number: int, structure: Structure, plan: Plan, since: Planned) -> RollbackReport:
        restored = self.values.restored
        lost = self._lost(structure.plan)
        for line in lost:
            self.work.request.tell(f"warning: {line}")
        self.backups = keep_losses(self.work, number, plan, structure)
        records = self._execute(number, structure.plan)
        after = self._compared(since)
        self._require(verification(changes=after.plan.differences))
        self.ledger.set_managed(number, self.target.snapshot.managed, kept=self.target.snapshot.kept)
        self.snapshots.end(number, after.current)
        self.history.finish(
            number,
            RunEnd(outcome=Outcome.APPLIED, plan_digest=self.plan_digest, fingerprint_after=after.plan.fingerprint),
        )
        return RollbackReport(
            target=self.work.destination.name,
            environment=self.declaration.environment or "",
            run=number,
            back_to=self.target.name,
            fingerprint=after.plan.fingerprint,
            statements=tuple(records),
            restored=tuple(restored.values()),
            lost=lost,
            backups=self.backups,
            steps=self._steps_since(),
            unmanaged=after.plan.unmanaged,
        )
