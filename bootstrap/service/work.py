"""From a request to everything a command works with: the declaration, its dialect, and a session to the target."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bootstrap.declaration.store import Memory, declaration_in
from bootstrap.dialects.base import Scope
from bootstrap.dialects.registry import dialect_for
from bootstrap.problems import BootstrapError
from bootstrap.run.history import History
from bootstrap.run.identity import Identity, check_identity
from bootstrap.service.errors import readable_server_errors
from bootstrap.target.connect import connect, from_url
from bootstrap.target.destination import check_engine, destination_of
from bootstrap.target.url import parse_url

if TYPE_CHECKING:
    from bootstrap.declaration.model import Declaration, Files, Manifest
    from bootstrap.declaration.store import Store
    from bootstrap.dialects.base import Dialect, Endpoint, Session
    from bootstrap.plan.context import Policy
    from bootstrap.service.saved_plan import SavedPlan
    from bootstrap.target.connect import Destination

_SECONDS_TO_REPORT = 5.0


def _silent(_: str) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody asked for: the arguments of a command, or the event of a Lambda.

    Exactly one of ``directory`` and ``files`` holds the declaration. ``url`` wins over ``target``, that over
    DB_BOOTSTRAP_TARGET, that over the overlay. ``contract`` drops what ``policy.removed: keep`` has kept. ``to`` is the
    run to whose structure a rollback leads. ``additive_only`` leaves all changes that do not only add.
    ``deadline`` is a time of ``time.monotonic()``, after which no statement may be started. ``saved_plan`` is the plan
    that must still hold for an apply. ``tell`` hears what goes on, a line at a time.
    """

    directory: Path | None = None
    files: Files | None = None
    environment: str | None = None
    url: str | None = None
    target: Mapping[str, Any] | None = None
    permissions: tuple[str, ...] = ()
    exact: bool = False
    contract: bool = False
    additive_only: bool = False
    to: int | None = None
    adopt_environment: bool = False
    scratch_url: str | None = None
    saved_plan: SavedPlan | None = None
    origin: str = "command line"
    git_revision: str = ""
    deadline: float | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    tell: Callable[[str], None] = _silent

    @property
    def store(self) -> Store:
        """The files of the declaration. Raises BootstrapError where there are none."""
        return declaration_in(_directory(self)) if self.files is None else Memory(self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Early:
    """A destination that is known without the declaration, and a trusted session to it where it could be reached."""

    destination: Destination
    session: Session | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Everything that a use-case works with, open until the end of its block."""

    request: Request
    declaration: Declaration
    dialect: Dialect
    destination: Destination
    session: Session
    started: float = field(default_factory=time.monotonic)

    @property
    def identity(self) -> Identity:
        """What a database becomes by this declaration."""
        manifest = self.declaration.manifest
        return Identity(environment=manifest.environment or "", declaration=manifest.given_name)

    def check_identity(self) -> None:
        """Raise Refused where the database was bootstrapped as something else."""
        history = History(self.session, self.dialect)
        check_identity(history, self.identity, adopt=self.request.adopt_environment)

    @property
    def scope(self) -> Scope:
        """Which part of the database is looked at."""
        declared = self.declaration.manifest.scope
        return Scope(schemas=declared.schemas, tables=declared.tables, ignore=declared.ignore)

    def fingerprint(self) -> str:
        """The server's digest of what is there now, with the roles that are declared."""
        return self.dialect.fingerprint(self.session, self.scope, self.declaration.roles)

    @property
    def policy(self) -> Policy:
        """The declared limits, with the product's defaults where none are declared."""
        return policy_of(self.declaration.manifest)

    @property
    def permissions(self) -> tuple[str, ...]:
        """What the overlay and the request allow."""
        return (*self.declaration.manifest.policy.allow, *self.request.permissions)

    @property
    def keeps_removed(self) -> bool:
        """Whether what earlier runs declared, and the declaration does not any more, stays in the database."""
        return self.declaration.keeps_removed and not self.request.contract

    @property
    def scratch(self) -> Endpoint | None:
        """The development server for scratch databases, where one was named."""
        return scratch_endpoint(self.request)

    def with_session(self, session: Session) -> Work:
        """The same work on another connection."""
        return replace(self, session=session)

    @property
    def deadline(self) -> float | None:
        """When the run must have ended: the caller's deadline or the declared one, whichever is first."""
        return run_deadline(self.request, self.declaration.manifest, self.started)

    def connect(self) -> Session:
        """Another session to the same target."""
        return connect(self.dialect, self.destination, waiting=self.request.tell)


@contextmanager
def open_work(request: Request, *, writing: bool = False, early: Early | None = None) -> Iterator[Work]:
    """Read and validate the declaration, then connect. The session is closed at the end.

    Args:
        request: what somebody asked for.
        writing: whether the database, and our history in it, will be written to.
        early: the destination, and a session to it, where they are known already. The caller closes that session.

    Raises:
        DeclarationError: before anything is written.
        TargetError: the target is not usable as configured.
        Unreachable: it cannot be reached or logged in to.
        Refused: what belongs to somebody else would steer the run, or run as this account.
    """
    from bootstrap.plan.gate import check_permissions  # noqa: PLC0415  # an unchanged database needs nothing of it

    started = time.monotonic()
    declaration = read_declaration(request)
    check_permissions(request.permissions)
    if early is None:
        destination = find_destination(request, declaration.manifest)
    else:
        destination = early.destination
        check_engine(destination, declaration.manifest)
    deadline = run_deadline(request, declaration.manifest, started)
    destination = replace(destination, endpoint=replace(destination.endpoint, deadline=cut_at(started, deadline)))
    dialect = dialect_for(declaration.engine)
    for warning in destination.warnings:
        request.tell(f"warning: {warning}")
    session = early.session if early else None
    if session is not None:
        session.limit(destination.endpoint)
    with closing(session or connect(dialect, destination, waiting=request.tell)) as session:
        if early is None or session is not early.session:  # else it has been looked at
            with readable_server_errors():
                dialect.check_trust(session, writing=writing)
        if "lower_case_tables" in session.server.capabilities:
            from bootstrap.declaration.lower_case import in_lower_case  # noqa: PLC0415  # few servers are so

            declaration = in_lower_case(declaration)
        yield Work(
            request=request, declaration=declaration, dialect=dialect, destination=destination, session=session,
            started=started,
        )  # fmt: skip


def cut_at(started: float, deadline: float | None) -> float | None:
    """When connections are cut: AWS Lambda ends the process without a word, so some of the time is left to report."""
    if deadline is None:
        return None
    return deadline - min(_SECONDS_TO_REPORT, max(0.0, deadline - started) / 8)


def run_deadline(request: Request, manifest: Manifest, started: float) -> float | None:
    """When a run that began then must have ended, as a time of ``time.monotonic()``; None: it may take its time."""
    declared = manifest.policy.deadline_seconds
    known = (request.deadline, None if declared is None else started + declared)
    return min((deadline for deadline in known if deadline is not None), default=None)


@contextmanager
def open_connection(request: Request) -> Iterator[tuple[Dialect, Session, Destination, Scope]]:
    """Connect without a declaration's content: for import and history. A URL needs no declaration at all.

    Raises:
        TargetError: the target is not usable as configured.
        Unreachable: it cannot be reached or logged in to.
    """
    scope = Scope()
    if request.url is not None:
        destination = from_url(parse_url(request.url, request.environ), request.environ)
    else:
        from bootstrap.declaration.load import manifest as load_manifest  # noqa: PLC0415  # a URL needs nothing of it

        if request.files is not None:
            manifest = read_declaration(request).manifest
        else:
            manifest = load_manifest(_directory(request), request.environment)
        destination = find_destination(request, manifest)
        scope = Scope(manifest.scope.schemas, manifest.scope.tables, manifest.scope.ignore)
    dialect = dialect_for(destination.endpoint.engine)
    for warning in destination.warnings:
        request.tell(f"warning: {warning}")
    with closing(connect(dialect, destination, waiting=request.tell)) as session:
        yield dialect, session, destination, scope


def scratch_endpoint(request: Request) -> Endpoint | None:
    """The development server for scratch databases, where the request names one."""
    if request.scratch_url is None:
        return None
    return parse_url(request.scratch_url, request.environ, database_required=False, option="--scratch-url").endpoint


def read_declaration(request: Request) -> Declaration:
    """The declaration for the request's environment, complete and validated."""
    from bootstrap.declaration.load import load, load_files  # noqa: PLC0415  # the same files need not be read again

    if request.files is not None:
        return load_files(request.files, request.environment)
    return load(_directory(request), request.environment)


def find_destination(request: Request, manifest: Manifest) -> Destination:
    """Where to connect: the URL, the request's target, DB_BOOTSTRAP_TARGET, or the overlay's target.

    Raises:
        TargetError: none of them says, or it names another engine than the declaration.
    """
    return destination_of(
        manifest, request.environ, url=request.url, target=request.target, directory=request.directory
    )


def policy_of(manifest: Manifest) -> Policy:
    """The declared limits, with the product's defaults where none are declared."""
    from bootstrap.plan.context import Policy  # noqa: PLC0415  # an unchanged database needs nothing of it

    declared, defaults = manifest.policy, Policy()
    return Policy(
        max_block_ms=_given(declared.max_block_ms, defaults.max_block_ms),
        lock_timeout_ms=_given(declared.lock_timeout_ms, defaults.lock_timeout_ms),
        statement_timeout_ms=declared.statement_timeout_ms,
        backfill_batch=_given(declared.backfill_batch, defaults.backfill_batch),
        backfill_pause_ms=_given(declared.backfill_pause_ms, defaults.backfill_pause_ms),
        online=declared.online,
    )


def _directory(request: Request) -> Path:
    if request.directory is None:
        raise BootstrapError("the declaration has no directory: name one with --dir")
    return request.directory


def _given(value: int | None, default: int) -> int:
    return default if value is None else value
