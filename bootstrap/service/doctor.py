"""The use-case ``doctor``: every hop from the declaration to a server that a run can work on. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bootstrap.declaration.load import manifest as load_manifest
from bootstrap.declaration.model import Declaration, Manifest
from bootstrap.dialects.base import Session
from bootstrap.dialects.registry import dialect_for
from bootstrap.findings import Check, Finding, State
from bootstrap.insight.doctor.aws import AwsHops, aws_target
from bootstrap.insight.doctor.database import DatabaseHops
from bootstrap.insight.doctor.hops import Hop, run_hops
from bootstrap.insight.doctor.network import open_port, resolve
from bootstrap.insight.doctor.tls import check_tls
from bootstrap.problems import BootstrapError, Unreachable, VerificationFailed
from bootstrap.redact import redact
from bootstrap.service.unchanged import proven_run
from bootstrap.service.work import Request, Work, find_destination, read_declaration
from bootstrap.target.connect import Destination

FORMAT_VERSION = 1
SECONDS = 5.0
_CONFIGURATION = frozenset({Check.DECLARATION, Check.TARGET})
_WAY = frozenset({
    Check.AWS_IDENTITY, Check.INSTANCE, Check.DNS, Check.SECURITY_GROUPS, Check.ROUTE, Check.TCP, Check.TLS,
    Check.CREDENTIALS, Check.LOGIN, Check.POOLER, Check.WRITER,
})  # fmt: skip
_NOT_ON_AWS = "AWS is not asked: --url names the database, or nothing in the target says that it is on AWS"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorReport:
    """One finding a check, in the order of the way."""

    target: str
    environment: str
    findings: tuple[Finding, ...]

    @property
    def first_failure(self) -> Finding | None:
        """The first check that failed: what to see to first."""
        return next((finding for finding in self.findings if finding.state is State.FAILED), None)

    @property
    def exit_code(self) -> int:
        """0: nothing failed; 1: the declaration or the target; 5: the way to a session that may write; 4: the rest."""
        first = self.first_failure
        if first is None:
            return 0
        if first.check in _CONFIGURATION:
            return BootstrapError.exit_code
        return Unreachable.exit_code if first.check in _WAY else VerificationFailed.exit_code

    @property
    def summary(self) -> str:
        """The outcome in one line."""
        name = self.environment or "the database"
        first = self.first_failure
        if first is not None:
            return f"{name}: {first.check} failed: {first.fact}"
        unknown = [finding.check.value for finding in self.findings if finding.state is State.UNKNOWN]
        if unknown:
            return f"{name}: no check failed; unknown: {', '.join(unknown)}"
        return f"{name}: every check is ok"

    @property
    def data(self) -> dict[str, Any]:
        """The JSON form."""
        first = self.first_failure
        return {
            "format_version": FORMAT_VERSION,
            "target": self.target or None,
            "environment": self.environment or None,
            "ok": first is None,
            "first_failure": first and first.check.value,
            "summary": self.summary,
            "findings": [finding.data for finding in self.findings],
        }


def doctor(request: Request, *, seconds: float = SECONDS) -> DoctorReport:
    """Look at every hop; those that do not depend on each other at the same time.

    Args:
        request: which environment.
        seconds: how long one hop may take.
    """
    declaration, first = _declaration(request)
    destination, second = _destination(request, declaration)
    findings = [first, second]
    if destination is not None:
        findings += _look(request, declaration, destination, seconds)
    else:
        named = {finding.check for finding in findings}
        cause = first.check if first.state is State.FAILED else second.check
        findings += [
            Finding(check, State.SKIPPED, f"needs {cause}, which failed", because=cause)
            for check in Check
            if check not in named
        ]
    return DoctorReport(
        target=destination.name if destination else "", environment=request.environment or "",
        findings=tuple(findings),
    )  # fmt: skip


def _declaration(request: Request) -> tuple[Declaration | None, Finding]:
    try:
        declaration = read_declaration(request)
    except BootstrapError as error:
        remedy = "correct it; db-bootstrap lint checks all of it"
        return None, Finding(Check.DECLARATION, State.FAILED, redact(str(error)), remedy)
    fact = f"{declaration.manifest.name}: {len(declaration.catalog.objects)} objects, {len(declaration.seeds)} seeds"
    return declaration, Finding(Check.DECLARATION, State.OK, fact)


def _destination(request: Request, declaration: Declaration | None) -> tuple[Destination | None, Finding]:
    """Where to connect: also known where only the schema of the declaration is wrong."""
    try:
        destination = find_destination(request, declaration.manifest if declaration else _manifest(request))
    except BootstrapError as error:
        if declaration is None:
            reason = f"needs {Check.DECLARATION}, which failed"
            return None, Finding(Check.TARGET, State.SKIPPED, reason, because=Check.DECLARATION)
        return None, Finding(Check.TARGET, State.FAILED, redact(str(error)))
    warnings = "; ".join(destination.warnings)
    return destination, Finding(Check.TARGET, State.OK, redact(destination.name), redact(warnings))


def _manifest(request: Request) -> Manifest:
    if request.directory is None:
        raise BootstrapError("the declaration has no directory: correct the files of the event")
    return load_manifest(request.directory, request.environment)


def _look(
    request: Request, declaration: Declaration | None, destination: Destination, seconds: float
) -> Sequence[Finding]:
    endpoint = destination.endpoint
    dialect = dialect_for(endpoint.engine)
    target = aws_target(destination)
    aws = AwsHops(target) if target else None
    database = DatabaseHops(dialect, destination, seconds, aws.rotation if aws else str)
    hops = [
        *(_aws_hops(aws) if aws else ()),
        Hop(Check.DNS, lambda: resolve(endpoint)),
        Hop(Check.TCP, lambda: open_port(endpoint, seconds * 0.8), (Check.DNS,)),
        Hop(Check.TLS, lambda: check_tls(dialect, endpoint, seconds * 0.8), (Check.TCP,)),
        Hop(Check.CREDENTIALS, database.credentials),
        Hop(Check.LOGIN, database.log_in, (Check.TLS, Check.CREDENTIALS), patience=1.2),
        Hop(Check.POOLER, database.pooler, (Check.LOGIN,)),
        Hop(Check.WRITER, database.writer, (Check.POOLER,)),
        Hop(Check.CLOCK, database.clock, (Check.POOLER,)),
    ]
    if declaration is not None:
        proven = _proven(request, declaration, database)
        scratch = request.scratch_url is not None
        hops += [
            Hop(
                Check.PRIVILEGES,
                lambda: database.privileges(declaration.catalog, scratch=scratch, proven=proven),
                (Check.POOLER,),
            ),
            Hop(Check.PARAMETERS, lambda: database.parameters(declaration.catalog), (Check.POOLER,)),
        ]
    try:
        found = run_hops(hops, seconds)
    finally:
        database.close()
    return _complete(found, declaration)


def _aws_hops(aws: AwsHops) -> Sequence[Hop]:
    """These neither need the others nor keep them from being looked at: what AWS hides may work all the same."""
    return [
        Hop(Check.AWS_IDENTITY, aws.identity, patience=2),
        Hop(Check.INSTANCE, aws.instance, (Check.AWS_IDENTITY,), patience=2),
        Hop(Check.SECURITY_GROUPS, aws.security_groups, (Check.INSTANCE,), patience=2, any_end=True),
        Hop(Check.ROUTE, aws.route, (Check.INSTANCE,), patience=2, any_end=True),
        Hop(Check.STORAGE, aws.storage, (Check.INSTANCE,), patience=2, any_end=True),
    ]


def _proven(request: Request, declaration: Declaration, database: DatabaseHops) -> Any:
    def proven(session: Session) -> bool:
        work = Work(
            request=request, declaration=declaration, dialect=database.dialect, destination=database.destination,
            session=session,
        )  # fmt: skip
        return proven_run(work) is not None

    return proven


def _complete(found: Sequence[Finding], declaration: Declaration | None) -> list[Finding]:
    """In the order of the way, with a finding also for what nobody looked at."""
    known = {finding.check: finding for finding in found}
    for check in Check:
        if check in known or check in _CONFIGURATION:
            continue
        if declaration is None and check in (Check.PRIVILEGES, Check.PARAMETERS):
            reason = f"needs {Check.DECLARATION}, which failed"
            known[check] = Finding(check, State.SKIPPED, reason, because=Check.DECLARATION)
        elif check is Check.STORAGE:
            known[check] = Finding(check, State.UNKNOWN, "no server reports the free space of its disk")
        else:
            known[check] = Finding(check, State.SKIPPED, _NOT_ON_AWS)
    return [known[check] for check in Check if check in known]
