"""What the last run has proven already need not be proven again: the common case of every ``terraform apply``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bootstrap import __version__
from bootstrap.declaration.meaning import structure_of
from bootstrap.run.checks import run_checks
from bootstrap.run.history import History
from bootstrap.run.ledger import kept_in
from bootstrap.run.outline import outline_of
from bootstrap.run.records import Outcome
from bootstrap.run.seeds import SeedRunner
from bootstrap.run.step_states import states
from bootstrap.run.verify import Verification, verification
from bootstrap.service.nothing_to_do import failed_checks, is_unchanged, unchanged_report

if TYPE_CHECKING:
    from bootstrap.catalog.ref import Ref
    from bootstrap.run.records import Run
    from bootstrap.service.apply_report import ApplyReport
    from bootstrap.service.work import Work


def proven_run(work: Work) -> Run | None:
    """The last run, where it proved this very structure and the database still has it; else None.

    ``--exact`` and ``contract`` look at more of the database than an earlier run need have proven.
    """
    last = History(work.session, work.dialect).latest()[1]
    if last is None or work.request.exact or work.request.contract:
        return None
    structure = work.declaration.structure_digest
    if structure_of(last.declaration_digest) != structure or last.tool_version != __version__:
        return None
    return last if work.fingerprint() == last.fingerprint_after else None


def unchanged(work: Work) -> ApplyReport | None:
    """The report of a database on which there is nothing to do; None where there may be something.

    This reads only, and so needs no lock: what it reports holds at the moment of the fingerprint. A run that is under
    way is not looked past; under the lock it turns out what became of it.

    Raises:
        VerificationFailed: a declared check does not hold.
    """
    history = History(work.session, work.dialect)
    latest, proven = history.latest()
    if work.request.exact or work.request.contract or latest is None or latest.outcome is Outcome.RUNNING:
        return None
    outline = outline_of(work.declaration)
    if proven is None or not is_unchanged(history, outline, proven):
        return None
    Verification(checks=tuple(failed_checks(work.session, outline))).require(work.destination.name)
    facts = history.facts() if outline.keeps_removed else {}
    return unchanged_report(work.destination.name, outline, proven, facts)


def verify_proven(work: Work) -> Verification | None:
    """What is missing or differs beside the structure, where that is proven; None where it is not."""
    if proven_run(work) is None:
        return None
    steps, history = work.declaration.steps, History(work.session, work.dialect)
    seeds = SeedRunner(work.session, work.dialect, work.declaration.catalog)
    return verification(
        steps=steps,
        known=states(history) if steps else {},
        seeds=seeds.preview(work.declaration.seeds),
        failed_checks=run_checks(work.session, work.declaration.checks),
        kept=kept_objects(work),
    )


def kept_objects(work: Work) -> tuple[Ref, ...]:
    """What the last run kept though it was declared no longer."""
    return kept_in(History(work.session, work.dialect).facts()) if work.keeps_removed else ()
