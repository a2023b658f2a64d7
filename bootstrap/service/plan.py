"""The use-case ``plan``: what an apply would do."""

from __future__ import annotations

from bootstrap.plan.gate import refused_hazards
from bootstrap.run.history import History
from bootstrap.run.seeds import SeedRunner
from bootstrap.run.step_states import pending, states
from bootstrap.service.additive import Narrowed, narrowed
from bootstrap.service.backup import with_backup
from bootstrap.service.comparison import plan_structure, proven_structure
from bootstrap.service.errors import readable_server_errors
from bootstrap.service.reports import PlanReport
from bootstrap.service.saved_plan import saved_plan
from bootstrap.service.step_plan import plan_steps
from bootstrap.service.unchanged import proven_run
from bootstrap.service.work import Request, Work, open_work


def plan(request: Request, *, rows: int = 0) -> PlanReport:
    """What :func:`apply` would do; reads only, and takes no lock. Names the keys of so many ``rows`` of each seed.

    Raises:
        BootstrapError: of the kind that the problem is, see :mod:`bootstrap.problems`.
    """
    with open_work(request) as work, readable_server_errors():
        work.check_identity()
        latest, succeeded = History(work.session, work.dialect).latest()
        proven = proven_run(work)
        structure = proven_structure(work, proven) if proven else plan_structure(work)
        if request.additive_only:
            additive = narrowed(work, structure)
            if additive.left:
                return _additive(work, additive, is_new=latest is None)
        steps = plan_steps(work, structure)
        seeds = SeedRunner(work.session, work.dialect, structure.desired, named=rows)
        results = tuple(seeds.preview(work.declaration.seeds, structure.current))
        found = structure.plan.with_hazards(hazard for item in results for hazard in item.hazards)
        found = with_backup(work, found, structure)
        return PlanReport(
            saved=saved_plan(work.declaration, structure.plan, steps.waiting),
            target=work.destination.name,
            environment=work.declaration.environment or "",
            plan=found,
            refused=tuple(refused_hazards(found, work.permissions)),
            steps=steps.run,
            skips=steps.skips,
            undecided=tuple(str(doubt) for doubt in steps.doubts if doubt.decision(work.permissions) is None),
            seeds=results,
            is_new=latest is None,
            is_applied=succeeded is not None and succeeded.declaration_digest == work.declaration.digest,
        )


def _additive(work: Work, found: Narrowed, *, is_new: bool) -> PlanReport:
    """What an apply with ``additive_only`` would do."""
    waiting = pending(work.declaration.steps, states(History(work.session, work.dialect)))
    return PlanReport(
        saved=saved_plan(work.declaration, found.structure.plan, waiting),
        target=work.destination.name,
        environment=work.declaration.environment or "",
        plan=found.structure.plan,
        refused=(),
        steps=(),
        seeds=(),
        left=found.left,
        is_new=is_new,
    )
