"""What a live environment is, read on one session. Nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bootstrap import __version__
from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.declaration.model import Declaration, Seed, SeedMode
from bootstrap.dialects.base import Dialect, Scope, SeedCounts, Session
from bootstrap.insight.snapshot.model import (
    PlanPolicy,
    RunRecord,
    SeedKeys,
    SeedRecord,
    Snapshot,
    StepProgress,
    StepRecord,
)
from bootstrap.run.history import History
from bootstrap.run.identity import Identity, recorded_identity
from bootstrap.run.ledger import Ledger
from bootstrap.run.records import Outcome, Run
from bootstrap.run.seed_tables import by_table
from bootstrap.run.seeds import SeedResult, SeedRunner
from bootstrap.run.step_states import StepState, states

_PROGRESS = {
    Outcome.DONE: StepProgress.APPLIED,
    Outcome.STARTED: StepProgress.STARTED,
    Outcome.FAILED: StepProgress.FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The database to read. ``declaration`` is None where only a URL is known."""

    session: Session
    dialect: Dialect
    target: str
    scope: Scope
    declaration: Declaration | None = None
    policy: PlanPolicy = field(default_factory=PlanPolicy)


def take_snapshot(place: Place, *, keys: int = 0) -> Snapshot:
    """Read everything that environments are compared by.

    Args:
        place: the database.
        keys: how many keys of seed rows of each kind to name; 0: none.
    """
    session, dialect, declaration = place.session, place.dialect, place.declaration
    history = History(session, dialect)
    identity = recorded_identity(history, shown=True)
    roles = [ref.name for ref in declaration.catalog.objects if ref.kind is Kind.ROLE] if declaration else []
    fingerprint = dialect.fingerprint(session, place.scope, roles)
    found = dialect.introspect(session, place.scope).catalog
    latest, proven = history.latest()
    manifest = declaration.manifest if declaration else None
    return Snapshot(
        environment=(manifest.environment if manifest else "") or identity.environment,
        declaration=(manifest.given_name if manifest else "") or identity.declaration,
        engine=dialect.name,
        target=place.target,
        taken_at=datetime.now(UTC).replace(microsecond=0),
        tool_version=__version__,
        server=session.server,
        settings=dict(dialect.server_settings(session)),
        fingerprint=fingerprint,
        structure=_structure(declaration, identity),
        last_run=run_record(latest) if latest else None,
        proven_run=run_record(proven) if proven else None,
        steps=tuple(_steps(declaration, states(history))),
        seeds=tuple(_seeds(place, found, keys)) if declaration else (),
        sizes={ref.path: size for ref, size in dialect.table_sizes(session, _tables(found)).items()},
        policy=place.policy,
        catalog=found,
        managed=Ledger(history).managed(),
        declared=declaration.catalog.members if declaration else None,
    )


def _tables(catalog: Catalog) -> list[Ref]:
    return [table.ref for table in catalog.of(Table)]


def _structure(declaration: Declaration | None, identity: Identity) -> str:
    """The digest of the declared structure; "" where the declaration at hand is that of another environment."""
    if declaration is None or identity.environment not in {"", declaration.environment or ""}:
        return ""
    return declaration.structure_digest


def run_record(run: Run) -> RunRecord:
    """What a snapshot keeps of a recorded run."""
    return RunRecord(
        id=run.id,
        action=run.action,
        outcome=run.outcome,
        started_at=run.started_at,
        finished_at=run.finished_at,
        by=run.principal or run.os_user or run.db_user,
        git_revision=run.git_revision,
        tool_version=run.tool_version,
        declaration=run.declaration_digest,
        fingerprint=run.fingerprint_after,
        error=run.error,
    )


def _steps(declaration: Declaration | None, known: dict[str, StepState]) -> Iterator[StepRecord]:
    declared = {step.name: step.checksum for step in declaration.steps} if declaration else {}
    for name in sorted(declared.keys() | known.keys()):
        state = known.get(name)
        yield StepRecord(
            name=name,
            progress=_PROGRESS.get(state.state, StepProgress.UNKNOWN) if state else StepProgress.NOT_APPLIED,
            checksum=state.checksum if state else declared[name],
            declared=name in declared,
        )


def _seeds(place: Place, live: Catalog, keys: int) -> Iterator[SeedRecord]:
    seeds = place.declaration.seeds if place.declaration else ()
    digests = {table: item.digest for table, item in by_table(seeds).items()}
    compared = [_compared(seed) for seed in seeds]
    for result in SeedRunner(place.session, place.dialect, live, named=keys).preview(compared, live):
        yield _seed(result, digests[result.table], keys)


def _compared(seed: Seed) -> Seed:
    """The seed so that rows with other values are found too.

    A run leaves a row of mode insert alone if it exists, so neither that mode nor the proof of the last run tells
    whether the row is the declared one. Between environments it is a difference.
    """
    return replace(seed, mode=SeedMode.UPSERT, digest="") if seed.mode is SeedMode.INSERT else seed


def _seed(result: SeedResult, digest: str, keys: int) -> SeedRecord:
    counts = result.counts or result.so_far or SeedCounts()
    found = counts.keys
    return SeedRecord(
        table=result.table.path,
        digest=digest,
        missing=counts.inserted,
        different=counts.updated,
        undeclared=counts.deleted,
        unchanged=counts.unchanged,
        comparable=result.counts is not None,
        keys=SeedKeys(missing=found.inserted, different=found.updated, undeclared=found.deleted) if keys else None,
    )
