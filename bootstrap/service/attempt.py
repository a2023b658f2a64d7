"""One apply from the lock to the token, and one verification: in which order the rooms are walked through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from typing import TypeVar

from bootstrap import __version__
from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.origins import renames_of
from bootstrap.catalog.ref import Ref
from bootstrap.declaration.model import OnFailure, Phase
from bootstrap.dialects.base import ServerError
from bootstrap.plan.gate import check_gate
from bootstrap.plan.statement import Hazard, Plan
from bootstrap.problems import BootstrapError, Incomplete, Interrupted
from bootstrap.run.checks import run_checks
from bootstrap.run.executor import UNDO, Executor, PlanOutdated, Progress
from bootstrap.run.history import History
from bootstrap.run.identity import record_identity
from bootstrap.run.ledger import Ledger
from bootstrap.run.limits import Limits
from bootstrap.run.lock import assert_owned
from bootstrap.run.origin import find_origin
from bootstrap.run.outline import record_outline
from bootstrap.run.records import Outcome, Run, RunEnd, RunFacts, StatementRecord
from bootstrap.run.seeds import SeedResult, SeedRunner
from bootstrap.run.snapshots import NOT_KEPT, Planned, Snapshots
from bootstrap.run.step_doubts import check_decided, record_skipped
from bootstrap.run.step_session import StepConnection
from bootstrap.run.step_skips import Skip, record_skips
from bootstrap.run.step_states import check_unchanged, pending, states
from bootstrap.run.steps import StepRunner
from bootstrap.run.verify import Verification, verification
from bootstrap.run.watch import Watch
from bootstrap.service.apply_report import ApplyReport
from bootstrap.service.attempts import LOCK_DEADLINE_SECONDS, until_done
from bootstrap.service.backup import keep_losses, with_backup
from bootstrap.service.comparison import Structure, plan_structure, proven_structure, with_passwords
from bootstrap.service.nothing_to_do import ready_token
from bootstrap.service.reports import amount
from bootstrap.service.saved_plan import SavedPlan, saved_plan
from bootstrap.service.step_plan import plan_steps
from bootstrap.service.unchanged import proven_run, unchanged, verify_proven
from bootstrap.service.undo import Undo
from bootstrap.service.work import Work

_PROGRESS_WIDTH = 120  # characters
_Report = TypeVar("_Report")


def apply_work(work: Work) -> ApplyReport:
    """Apply until it is done."""

    kind = Apply
    if work.request.additive_only:
        from bootstrap.service.additive import AdditiveApply as kind  # noqa: N813,PLC0415  # it is built on this module
    undo = Undo() if work.declaration.manifest.policy.on_failure is OnFailure.ROLLBACK else None

    def once(work: Work, limits: Limits, watch: Watch, attempt: int) -> ApplyReport:
        saved = work.request.saved_plan if attempt == 1 else None
        return kind(work, limits, watch, saved=saved, undo=undo).run()

    return until_done(work, once)


class Apply:
    """One attempt at one apply, under the lock."""

    action = "apply"  # as the history has it

    def __init__(
        self, work: Work, limits: Limits, watch: Watch, *, saved: SavedPlan | None = None, undo: Undo | None = None
    ) -> None:
        self.saved, self.undo = saved, undo
        self.work, self.session, self.dialect = work, work.session, work.dialect
        self.declaration = work.declaration
        self.history = History(self.session, self.dialect)
        self.ledger, self.snapshots = Ledger(self.history), Snapshots(self.history)
        self.limits, self.watched = limits, watch.over
        self.at, self.done = "", 0  # what runs at this moment, and how many statements are done
        self.desired: Catalog | None = None
        self.proven: Run | None = None  # the run that proved the structure: only rows or checks have changed since
        self.proved: Catalog | None = None  # what this run leaves
        self.skipped: list[Skip] = []  # steps that this attempt records as done and does not run
        self.plan_digest = ""  # of what this attempt really runs
        self.backups: tuple[str, ...] = ()  # what this run has kept before it was lost

    def run(self) -> ApplyReport:
        """Gate, steps, structure, steps, seeds, verification, record."""
        self._end_interrupted()
        done = unchanged(self.work)  # the run that we have waited for may have left nothing to do
        if done is not None:
            return done
        self.proven = self._proven_run()
        structure = proven_structure(self.work, self.proven) if self.proven else plan_structure(self.work)
        self.desired, self.plan_digest = structure.desired, structure.plan.digest
        if self.saved is not None:
            waiting = pending(self.declaration.steps, states(self.history))
            self.saved.check(saved_plan(self.declaration, structure.plan, waiting))
        plan = self._check_gate(structure)
        check_unchanged(self.declaration.steps, states(self.history))
        steps = plan_steps(self.work, structure)
        check_decided(steps.doubts, self.work.permissions)
        assert_owned(self.session)
        structure = replace(structure, plan=with_passwords(self.work, structure.plan))

        def carry_out(number: int) -> ApplyReport:
            record_identity(self.history, self.work.identity)
            record_skipped(self.history, number, steps.doubts, self.work.permissions)
            record_skips(self.history, number, steps.baseline)
            self.skipped += steps.baseline
            return self._carry_out(number, structure, plan)

        return self._recorded(structure, structure.desired.members, carry_out)

    def _recorded(self, structure: Structure, declared: frozenset[Ref], carry_out: Callable[[int], _Report]) -> _Report:
        """Carry out under a new number of the history, which records what the run starts from and how it fails."""
        self.history.ensure()
        number = self.history.begin(self._facts(structure.plan))
        try:
            planned = Planned(renames=renames_of(structure.plan.differences), declared=declared)
            if not self.snapshots.start(number, structure.current, planned):
                self.work.request.tell(NOT_KEPT)
            return carry_out(number)
        except Interrupted as error:
            found = self._interrupted(error)
            self._record_failure(number, found)
            raise found from error
        except BaseException as error:
            failure = self._undone(number, error)
            self._record_failure(number, failure)
            if failure is error:
                raise  # with its own cause
            raise failure from error

    def _undone(self, number: int, error: BaseException) -> BaseException:
        """Undo this run where the policy says so and it has failed for good; returns the error with the report."""
        if self.undo is None or not self.undo.applies(error):
            return error
        self.work.request.tell("on_failure: rollback: undoing what this run has done")
        return self.undo.run(self.work, lambda plan: self._execute(number, plan, undoes=True), error)

    def _proven_run(self) -> Run | None:
        """The run that proved the structure; None where a step is pending, as it may change the structure."""
        return None if pending(self.declaration.steps, states(self.history)) else proven_run(self.work)

    def _end_interrupted(self) -> None:
        """End the connection of a run that lost its process: what it still waits for must not be applied later."""
        for run in self.history.runs(1):
            if run.outcome is not Outcome.RUNNING:
                continue
            records = self.history.statements(run.id)
            done = sum(1 for record in records if record.outcome is Outcome.DONE)
            undoing = ", and was undoing them" if any(record.subject.startswith(UNDO) for record in records) else ""
            self.work.request.tell(
                f"run {run.id} did not end: {amount(done, 'statement')} of it done{undoing}; this run goes on from what"
                " the database is now"
            )
            if self.dialect.end_backend(self.session, run.backend):
                self.work.request.tell(f"ended the connection that run {run.id} had left behind")

    def _carry_out(self, number: int, structure: Structure, plan: Plan) -> ApplyReport:
        before = self._steps(number, Phase.BEFORE)
        if before:  # they may have changed the structure themselves
            structure = plan_structure(self.work, self.desired)
            self.plan_digest = structure.plan.digest
            plan = self._check_gate(structure)
            structure = replace(structure, plan=with_passwords(self.work, structure.plan))
        if self.undo is not None:
            self.undo.starts(number, structure)
        self.backups = keep_losses(self.work, number, plan, structure)
        records = self._execute(number, structure.plan)
        after = self._steps(number, Phase.AFTER)
        self.at = "the rows of the seeds"
        seeds = SeedRunner(
            self.session, self.dialect, structure.desired,
            limits=self.limits, watched=self.watched, gate=self._check_rows,
        )  # fmt: skip
        results = seeds.apply(number, self.declaration.seeds)
        fingerprint = self._verified(structure.desired)
        if self.proven is None:  # else they are those that the proving run recorded, by the server's own names
            self.ledger.set_managed(number, structure.desired.members, kept=structure.plan.keeps)
        if self.proved is not None:
            self.snapshots.end(number, self.proved)
        return self._finish(number, structure, records, (*before, *after), results, fingerprint)

    def _execute(self, number: int, plan: Plan, *, undoes: bool = False) -> list[StatementRecord]:
        executor = Executor(
            self.session, self.dialect, number,
            limits=self.limits, watched=self.watched, progress=self._progress, locate=self.declaration.locate,
            undoes=undoes, goes_on=self.undo is None,
        )  # fmt: skip
        return executor.execute(plan)

    def _check_gate(self, structure: Structure) -> Plan:
        """Everything that this run would do, rows included: what is not allowed is refused before anything runs."""
        seeds = SeedRunner(self.session, self.dialect, structure.desired)
        hazards = seeds.hazards(self.declaration.seeds, structure.current)
        plan = with_backup(self.work, structure.plan.with_hazards(hazards), structure)
        check_gate(plan, self.work.permissions)
        return plan

    def _check_rows(self, hazards: Sequence[Hazard]) -> None:
        """Rows and foreign keys may have come since the gate."""
        kept = "the structure was changed, the rows were not; the next run goes on from there"
        check_gate(Plan().with_hazards(hazards), self.work.permissions, kept=kept)

    def _steps(self, number: int, phase: Phase) -> list[str]:
        connection = StepConnection(
            connect=self.work.connect,
            lock_timeout_ms=self.work.policy.lock_timeout_ms,
            lock_seconds=self.limits.bounded(LOCK_DEADLINE_SECONDS),
            beat_seconds=self.work.destination.endpoint.idle_seconds / 3,
        )
        runner = StepRunner(
            self.session, self.dialect, number, connection,
            limits=self.limits, permissions=self.work.permissions, watched=self.watched, progress=self._progress,
        )  # fmt: skip
        done = runner.apply(self.declaration.steps, phase)
        self.skipped += runner.skipped
        if done:  # their SQL may have left the database, or given the lock back
            assert_owned(self.session)
        return done

    def _verified(self, desired: Catalog) -> str:
        """Compare again: nothing may be left to do. Returns the fingerprint of what was verified."""
        if self.proven is not None:
            found = verify_proven(self.work)
            if found is None:  # the structure has changed while the rows were loaded
                raise PlanOutdated("the structure of the database changed during this run")
            self._require(found)
            self.proved = desired
            return self.proven.fingerprint_after
        structure = plan_structure(self.work, desired)
        seeds = SeedRunner(self.session, self.dialect, desired)
        self._require(
            verification(
                changes=structure.plan.differences,
                steps=self.declaration.steps,
                known=states(self.history),
                seeds=seeds.preview(self.declaration.seeds),
                failed_checks=run_checks(self.session, self.declaration.checks),
            )
        )
        self.proved = structure.current
        return structure.plan.fingerprint

    def _require(self, found: Verification) -> None:
        found.require(self.work.destination.name)

    def _finish(
        self,
        number: int,
        structure: Structure,
        records: list[StatementRecord],
        steps: tuple[str, ...],
        seeds: list[SeedResult],
        fingerprint: str,
    ) -> ApplyReport:
        token = ready_token(self.declaration.digest)
        record_outline(self.history, self.declaration)
        end = RunEnd(
            outcome=Outcome.APPLIED, plan_digest=self.plan_digest, fingerprint_after=fingerprint, ready_token=token
        )
        self.history.finish(number, end)
        return ApplyReport(
            target=self.work.destination.name,
            environment=self.declaration.environment or "",
            outcome=Outcome.APPLIED,
            run=number,
            ready_token=token,
            fingerprint=fingerprint,
            statements=tuple(records),
            steps=steps,
            skips=tuple(self.skipped),
            seeds=tuple(seeds),
            checks=tuple(check.name for check in self.declaration.checks),
            unmanaged=structure.plan.unmanaged,
            kept=structure.plan.kept,
            backups=self.backups,
            notes=structure.plan.notes,
        )

    def _record_failure(self, number: int, error: BaseException) -> None:
        outcomes = {Incomplete: Outcome.INCOMPLETE, Interrupted: Outcome.INTERRUPTED}
        outcome = next((found for kind, found in outcomes.items() if isinstance(error, kind)), Outcome.FAILED)
        end = RunEnd(outcome=outcome, plan_digest=self.plan_digest, error=str(error) or type(error).__name__)
        try:
            self.history.finish(number, end)
        except ServerError:  # a lost connection cannot record anything: the next run marks the run interrupted
            if isinstance(error, Interrupted):  # the driver gave the connection up in the middle of an answer
                with suppress(ServerError, BootstrapError), closing(self.work.connect()) as session:
                    History(session, self.dialect).finish(number, end)

    def _interrupted(self, error: Interrupted) -> Interrupted:
        """The same, with what it interrupted and what is kept."""
        during = f" during {self.at}, which the server was asked to cancel" if self.at else ""
        return error.explained(
            f"{during}; {amount(self.done, 'statement')} of this run done, and kept: run the same command again, it"
            " goes on from there"
        )

    def _facts(self, plan: Plan) -> RunFacts:
        request = self.work.request
        origin = find_origin(request.environ, request.directory)
        return RunFacts(
            action="contract" if request.contract else self.action,
            environment=self.declaration.environment or "",
            os_user=origin.os_user,
            principal=origin.principal,
            host=origin.host,
            source=origin.source or request.origin,
            git_revision=request.git_revision or origin.git_revision,
            tool_version=__version__,
            declaration_digest=self.declaration.digest,
            plan_digest=plan.digest,
            fingerprint_before=plan.fingerprint,
        )

    def _progress(self, event: Progress) -> None:
        self.at, self.done = _first_line(event.text), self.done + (event.outcome is Outcome.DONE)
        if event.outcome is Outcome.STARTED and not event.note:
            self.work.request.tell(f"  [{event.seq}/{event.total}] {_first_line(event.text)}")
        elif event.note:
            self.work.request.tell(f"        {event.note}")


def _first_line(sql: str) -> str:
    """What a statement is about, in one line: its first that is no comment."""
    lines = [line.strip() for line in sql.splitlines()]
    found = next((line for line in lines if line and not line.startswith("--")), "")
    return found if len(found) <= _PROGRESS_WIDTH else found[: _PROGRESS_WIDTH - 1] + "…"
