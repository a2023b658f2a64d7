"""The use-case ``rebuild``: everything in scope is dropped, then the declaration is applied to the empty database."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.other_tools import tool_of
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.plan.between import Management
from bootstrap.plan.statement import Plan
from bootstrap.problems import Refused
from bootstrap.run.history import History
from bootstrap.run.identity import recorded_identity
from bootstrap.run.limits import Limits
from bootstrap.run.lock import assert_owned
from bootstrap.run.records import Outcome, RunEnd, RunFacts
from bootstrap.run.recover import PROMOTION_SECONDS, writer
from bootstrap.run.step_states import forget_states
from bootstrap.run.watch import Watch
from bootstrap.service.apply import apply
from bootstrap.service.apply_report import ApplyReport
from bootstrap.service.attempt import Apply
from bootstrap.service.attempts import until_done
from bootstrap.service.backup import keep_losses, with_backup
from bootstrap.service.comparison import plan_to
from bootstrap.service.errors import readable_server_errors
from bootstrap.service.work import Request, Work, open_work

_PROTECTED = frozenset({"production", "prod"})


def rebuild(request: Request, *, confirm: str) -> ApplyReport:
    """Empty the database, then bring it to its declaration, steps and seeds included.

    Args:
        request: which database.
        confirm: the name of the database, typed by a person.

    Raises:
        Refused: the environment is protected, or the name is another one; nothing was changed.
        BootstrapError: any other problem; running it again goes on.
    """
    with open_work(request, writing=True) as work, readable_server_errors():
        work.check_identity()
        _check_allowed(work, confirm)
        window = Limits.until(work.deadline, work.started).bounded(PROMOTION_SECONDS)
        with closing(writer(work.dialect, work.session, work.connect, seconds=window, waiting=request.tell)) as session:

            def once(work: Work, limits: Limits, watch: Watch, _: int) -> None:
                Emptying(work, limits, watch).empty()

            until_done(work.with_session(session), once)
    return apply(request)


def _check_allowed(work: Work, confirm: str) -> None:
    manifest, database = work.declaration.manifest, work.session.database
    known = {manifest.environment, recorded_identity(History(work.session, work.dialect)).environment}
    declared = manifest.policy.protected
    if declared or (declared is None and known & _PROTECTED):
        raise Refused(
            f"database {database} is protected (policy.protected, the default for production): rebuild would drop all"
            " that it holds; nothing was changed: restore a backup, or set policy.protected: false for this environment"
        )
    if confirm != database:
        raise Refused(
            f"rebuild drops everything in database {database}, and --confirm says {confirm}: nothing was changed: type"
            f" --confirm {database} if that is what you mean"
        )


class Emptying(Apply):
    """One attempt at dropping everything in scope, under the lock."""

    action = "rebuild"

    def empty(self) -> None:
        """Drop, forget what was done in the database, record."""
        self._end_interrupted()
        fingerprint = self.work.fingerprint()
        current = self.dialect.introspect(self.session, self.work.scope).catalog
        management = Management(managed=lambda ref: not _stays(ref))
        structure = plan_to(self.work, current, _emptied(current), management, fingerprint)
        plan = with_backup(self.work, structure.plan, structure)
        self.plan_digest = structure.plan.digest
        assert_owned(self.session)

        def carry_out(number: int) -> None:
            keep_losses(self.work, number, plan, structure)
            self._execute(number, structure.plan)
            self.ledger.set_managed(number, ())
            forget_states(self.history, number)
            end = RunEnd(outcome=Outcome.APPLIED, plan_digest=self.plan_digest)
            self.history.finish(number, end)

        self._recorded(structure, frozenset(), carry_out)

    def _facts(self, plan: Plan) -> RunFacts:
        """Of no declaration: this run proves none."""
        return replace(super()._facts(plan), declaration_digest="")


def _stays(ref: Ref) -> bool:
    """Roles are the cluster's, the schema public is always there, and another tool's history is not ours."""
    return ref.kind is Kind.ROLE or (ref.kind is Kind.SCHEMA and ref.name == "public") or tool_of(ref) is not None


def _emptied(current: Catalog) -> Catalog:
    objects = {ref: item for ref, item in current.objects.items() if _stays(ref)}
    grants = frozenset(grant for grant in current.grants if grant.on is None or grant.on in objects)
    return replace(current, objects=objects, grants=grants, dependencies={})
