"""The use-cases. Each takes a request and gives a report, or raises the problem that a person can mend.

What compares, plans and carries out is imported where it turns out to be needed: an unchanged database needs none.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bootstrap.assembly import Request, open_connection, open_work, scratch_endpoint
from bootstrap.catalog.ref import Kind
from bootstrap.dialects.base import Scope, ServerError
from bootstrap.plan.gate import refused_hazards
from bootstrap.problems import BootstrapError, StatementError, Unreachable
from bootstrap.reports import ApplyReport, PlanReport
from bootstrap.run import steps
from bootstrap.run.history import History
from bootstrap.run.records import Run, StatementRecord
from bootstrap.run.seeds import SeedRunner
from bootstrap.run.verify import Verification
from bootstrap.unchanged import proven_run, unchanged, verify_proven


def plan(request: Request) -> PlanReport:
    """What :func:`apply` would do; reads only, and takes no lock.

    Raises:
        BootstrapError: of the kind that the problem is, see :mod:`bootstrap.problems`.
    """
    from bootstrap.planning import plan_structure, proven_structure  # noqa: PLC0415

    with open_work(request) as work, readable_server_errors():
        history = History(work.session, work.dialect)
        proven = proven_run(work)
        structure = proven_structure(work, proven) if proven else plan_structure(work)
        pending = steps.pending(work.declaration.steps, steps.states(history))
        seeds = SeedRunner(work.session, work.dialect, structure.desired)
        return PlanReport(
            target=work.destination.name,
            environment=work.declaration.environment or "",
            plan=structure.plan,
            refused=tuple(refused_hazards(structure.plan, work.permissions)),
            steps=tuple(step.name for step in pending),
            seeds=tuple(seeds.preview(work.declaration.seeds, structure.current)),
        )


def apply(request: Request) -> ApplyReport:
    """Bring the database to its declaration, prove it, record it.

    Raises:
        Refused: a hazard is not allowed; nothing was changed.
        VerificationFailed: the database is not what the declaration says after all.
        Incomplete: out of time; the next apply goes on.
        BootstrapError: any other problem; what was done stays done and the next apply goes on from there.
    """
    with open_work(request) as work, readable_server_errors():
        work.dialect.check_writable(work.session)
        done = unchanged(work)
        if done is not None:
            return done
        from bootstrap.runner import apply_work  # noqa: PLC0415

        return apply_work(work)


def verify(request: Request) -> Verification:
    """Whether the database is what the declaration says: structure, steps, rows and declared checks. Reads only."""
    with open_work(request) as work, readable_server_errors():
        proven = verify_proven(work)
        if proven is not None:
            return proven
        from bootstrap.runner import verify_work  # noqa: PLC0415

        return verify_work(work)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryReport:
    """The latest runs, and the statements of the one that was asked for."""

    target: str
    runs: tuple[Run, ...]
    statements: tuple[StatementRecord, ...] = ()


def history(request: Request, *, limit: int = 20, run: int | None = None) -> HistoryReport:
    """The audit trail in the database itself; with ``run`` that run and each of its statements.

    It can be read whatever state the declaration is in: a URL needs none.
    """
    with open_connection(request) as (dialect, session, destination, _), readable_server_errors():
        record = History(session, dialect)
        if run is None:
            return HistoryReport(target=destination.name, runs=tuple(record.runs(limit)))
        found = record.run(run)
        if found is None:
            raise BootstrapError(f"{destination.name} has no run {run}: db-bootstrap history lists those it has")
        return HistoryReport(target=destination.name, runs=(found,), statements=tuple(record.statements(run)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import wrote; schemas are not counted: the one that is always there is no object of anybody's."""

    target: str
    files: tuple[Path, ...]
    objects: int
    left_out: tuple[str, ...] = ()


def import_database(
    request: Request, out: Path, *, checked: bool = True, scope: Scope | None = None, leave_out: bool = False
) -> ImportReport:
    """Write a declaration of what the database holds. ``plan`` right after it is empty.

    Args:
        request: which database.
        out: a new or empty directory.
        checked: build the declaration in a scratch place first and compare: what would be lost is refused.
        scope: what to look at, instead of what the declaration's bootstrap.yaml says.
        leave_out: name what cannot be declared in a comment instead of refusing it.

    Raises:
        Refused: the database holds something that cannot be declared; names each. Nothing is written then.
    """
    # An apply needs nothing of this.
    from bootstrap.declaration.writer import check_empty, save  # noqa: PLC0415
    from bootstrap.importing import check_import, imported  # noqa: PLC0415

    check_empty(out)
    with open_connection(request) as (dialect, session, destination, declared), readable_server_errors():
        found = imported(session, dialect, scope or declared, leave_out=leave_out)
        if checked:
            check_import(session, dialect, found.catalog, found.files, scratch_endpoint(request))
        paths = save(found.files, out)
        objects = sum(ref.kind is not Kind.SCHEMA for ref in found.catalog.objects)
        return ImportReport(target=destination.name, files=tuple(paths), objects=objects, left_out=found.left_out)


@contextmanager
def readable_server_errors() -> Iterator[None]:
    """A server's refusal outside of any statement of a plan, as a problem of ours."""
    try:
        yield
    except ServerError as error:
        if error.connection_lost:
            raise Unreachable(f"the connection was lost: {error}: check the way to the server, try again") from error
        raise StatementError(f"the server refused: {error}") from error
