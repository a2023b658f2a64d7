"""Whether a database is still what the last run proved: the question that every ``apply`` begins with.

A run is believed where it proved this very structure, with this very version of ours, and the server computes the same
fingerprint of its structure as then. Seeds and steps have proofs of their own; declared checks run all the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bootstrap import __version__
from bootstrap.dialects.base import Scope
from bootstrap.run.records import Outcome
from bootstrap.service.apply_report import ApplyReport

if TYPE_CHECKING:
    from bootstrap.catalog.ref import Ref
    from bootstrap.dialects.base import Session
    from bootstrap.run.history import History
    from bootstrap.run.outline import Outline
    from bootstrap.run.records import Run


def ready_token(digest: str) -> str:
    """Return the token of a database that is proven to be what is declared: it changes with the declaration only."""
    return hashlib.sha256(f"ready {digest}".encode()).hexdigest()


def is_unchanged(history: History, outline: Outline, proven: Run | None) -> bool:
    """Whether nothing is to be done, declared checks aside. ``proven`` is the last run that proved its declaration.

    This only reads.
    """
    return (
        proven is not None
        and proven.declaration_digest == outline.digest
        and proven.ready_token == ready_token(outline.digest)
        and proven.tool_version == __version__
        and history.dialect.fingerprint(history.session, Scope(), outline.roles) == proven.fingerprint_after
        and _steps_are_done(history, outline)
        and _rows_are_proven(history, outline)
    )


def failed_checks(session: Session, outline: Outline) -> list[str]:
    """Return a sentence for each declared check that does not hold."""
    if not outline.checks:
        return []
    from bootstrap.run.checks import run_checks  # noqa: PLC0415  # many declarations have no checks

    return run_checks(session, outline.checks)


def unchanged_report(target: str, outline: Outline, run: Run, facts: Mapping[str, str]) -> ApplyReport:
    """Return the report of an apply that had nothing to do."""
    return ApplyReport(
        target=target,
        environment=run.environment,
        outcome=Outcome.UNCHANGED,
        run=run.id,
        ready_token=run.ready_token,
        fingerprint=run.fingerprint_after,
        checks=tuple(check.name for check in outline.checks),
        kept=_kept(facts) if outline.keeps_removed else (),
    )


def _steps_are_done(history: History, outline: Outline) -> bool:
    if not outline.steps:
        return True
    from bootstrap.run.step_states import all_done  # noqa: PLC0415  # many declarations have no steps

    return all_done(history, [name for name, _ in outline.steps])


def _rows_are_proven(history: History, outline: Outline) -> bool:
    if not outline.seeds:
        return True
    from bootstrap.run.seed_proofs import SeedProofs  # noqa: PLC0415  # many declarations have no seeds

    return len(SeedProofs(history.session, history.dialect).holding(outline.seeds)) == len(outline.seeds)


def _kept(facts: Mapping[str, str]) -> tuple[Ref, ...]:
    from bootstrap.run.ledger import kept_in  # noqa: PLC0415  # only where the policy keeps anything

    return kept_in(facts)
