"""The common case of every ``terraform apply``: what the last run has proven already need not be proven again.

A run is believed where it proved this very structure, with this very version of ours, and the server computes the same
fingerprint of its structure as then. Seeds and steps have proofs of their own; declared checks run all the same.
"""

from __future__ import annotations

import hashlib

from bootstrap import __version__
from bootstrap.catalog.ref import Ref, without_members
from bootstrap.declaration.meaning import structure_of
from bootstrap.declaration.model import Declaration
from bootstrap.run.checks import run_checks
from bootstrap.run.history import History
from bootstrap.run.ledger import Ledger
from bootstrap.run.records import Outcome, Run
from bootstrap.run.seeds import SeedRunner
from bootstrap.run.step_states import pending, states
from bootstrap.run.verify import Verification, verification
from bootstrap.service.reports import ApplyReport
from bootstrap.service.work import Work


def ready_token(declaration: Declaration) -> str:
    """The token of a database that is proven to be what is declared: the same as long as the same is declared."""
    return hashlib.sha256(f"ready {declaration.digest}".encode()).hexdigest()


def proven_run(work: Work) -> Run | None:
    """The last run, where it proved this very structure and the database still has it; else None."""
    return _proven(work, History(work.session, work.dialect).latest()[1])


def unchanged(work: Work) -> ApplyReport | None:
    """The report of a database on which there is nothing to do; None where there may be something.

    This reads only, and so needs no lock: what it reports holds at the moment of the fingerprint. A run that is under
    way is not looked past; under the lock it turns out what became of it.

    Raises:
        VerificationFailed: a declared check does not hold.
    """
    history = History(work.session, work.dialect)
    latest, proven = history.latest()
    if latest is None or latest.outcome is Outcome.RUNNING:
        return None
    run = _proven(work, proven)
    steps, seeds, checks = work.declaration.steps, work.declaration.seeds, work.declaration.checks
    if run is None or run.ready_token != ready_token(work.declaration) or (steps and pending(steps, states(history))):
        return None
    if not SeedRunner(work.session, work.dialect, work.declaration.catalog).proven(seeds):
        return None
    Verification(checks=tuple(run_checks(work.session, checks))).require(work.destination.name)
    return ApplyReport(
        target=work.destination.name,
        environment=run.environment,
        outcome=Outcome.UNCHANGED,
        run=run.id,
        ready_token=run.ready_token,
        fingerprint=run.fingerprint_after,
        checks=tuple(check.name for check in checks),
        kept=kept_objects(work),
    )


def verify_proven(work: Work) -> Verification | None:
    """What is missing or differs beside the structure, where that is proven; None where it is not."""
    if proven_run(work) is None:
        return None
    steps = work.declaration.steps
    seeds = SeedRunner(work.session, work.dialect, work.declaration.catalog)
    return verification(
        steps=steps,
        known=states(History(work.session, work.dialect)) if steps else {},
        seeds=seeds.preview(work.declaration.seeds),
        failed_checks=run_checks(work.session, work.declaration.checks),
        kept=kept_objects(work),
    )


def kept_objects(work: Work) -> tuple[Ref, ...]:
    """What the last run kept though it was declared no longer."""
    if not work.keeps_removed:
        return ()
    return without_members(Ledger(History(work.session, work.dialect)).kept())


def _proven(work: Work, last: Run | None) -> Run | None:
    """``--exact`` and ``contract`` look at more of the database than an earlier run need have proven."""
    if last is None or work.request.exact or work.request.contract:
        return None
    structure = work.declaration.structure_digest
    if structure_of(last.declaration_digest) != structure or last.tool_version != __version__:
        return None
    return last if work.fingerprint() == last.fingerprint_after else None
