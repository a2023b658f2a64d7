"""The use-case ``verify``: whether a database is what its declaration says."""

from __future__ import annotations

from dataclasses import replace

from bootstrap.run.checks import run_checks
from bootstrap.run.history import History
from bootstrap.run.seeds import SeedRunner
from bootstrap.run.step_states import states
from bootstrap.run.verify import Verification, verification
from bootstrap.service.errors import readable_server_errors
from bootstrap.service.unchanged import verify_proven
from bootstrap.service.work import Request, Work, open_work


def verify(request: Request) -> Verification:
    """Whether the database is what the declaration says: structure, steps, rows and declared checks. Reads only."""
    with open_work(request) as work, readable_server_errors():
        work.check_identity()
        proven = verify_proven(work)
        found = verify_work(work) if proven is None else proven
        return replace(found, target=f"{work.destination.name} ({work.identity})")


def verify_work(work: Work) -> Verification:
    """Compare everything with the declaration; change nothing."""
    from bootstrap.service.comparison import plan_structure  # noqa: PLC0415  # a proven structure is not compared

    structure = plan_structure(work)
    seeds = SeedRunner(work.session, work.dialect, structure.desired)
    return verification(
        changes=structure.plan.differences,
        steps=work.declaration.steps,
        known=states(History(work.session, work.dialect)),
        seeds=seeds.preview(work.declaration.seeds, structure.current),
        failed_checks=run_checks(work.session, work.declaration.checks),
        kept=structure.plan.kept,
    )
