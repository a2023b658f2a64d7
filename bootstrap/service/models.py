"""The use-case ``models``: whether an application's models find what they expect, declared and live. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from bootstrap.catalog.borrow import borrowed
from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.types import Schema
from bootstrap.declaration.model import Declaration
from bootstrap.dialects.base import Dialect, Endpoint, Scope, Session
from bootstrap.dialects.registry import dialect_for
from bootstrap.insight.models.create_all import CreateAll, find_create_all
from bootstrap.insight.models.faults import faults
from bootstrap.insight.models.findings import Finding, Role, Surroundings, Verdict, findings
from bootstrap.insight.models.script import created_names, structural
from bootstrap.insight.models.snippet import snippet
from bootstrap.insight.models.sources import FORMAT_VERSION, Expectation, Interpreter, Source, read_source
from bootstrap.problems import BootstrapError, DeclarationError, Refused, VerificationFailed
from bootstrap.run.history import History
from bootstrap.run.ledger import Ledger
from bootstrap.service.comparison import normalised
from bootstrap.service.errors import readable_server_errors
from bootstrap.service.work import Request, open_work, read_declaration
from bootstrap.target.connect import connect, from_url
from bootstrap.target.destination import check_engine
from bootstrap.target.url import parse_url


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsReport:
    """What was compared with what, and what does not fit."""

    target: str
    sources: Mapping[Role, str]
    findings: tuple[Finding, ...]
    create_all: tuple[CreateAll, ...] = ()

    @property
    def exit_code(self) -> int:
        """3 where a declared change breaks the old release, 4 where something is missing or differs, else 0."""
        verdicts = {finding.verdict for finding in self.findings}
        if Verdict.REFUSED in verdicts:
            return Refused.exit_code
        return VerificationFailed.exit_code if Verdict.FAULT in verdicts else 0

    @property
    def data(self) -> dict[str, Any]:
        """The JSON form."""
        status = {0: "fits", Refused.exit_code: "refused", VerificationFailed.exit_code: "differs"}[self.exit_code]
        return {
            "format_version": FORMAT_VERSION,
            "status": status,
            "target": self.target or None,
            "sources": {role.value: source for role, source in self.sources.items()},
            "findings": [finding.data for finding in self.findings],
            "create_all": [{"file": use.file, "line": use.line} for use in self.create_all],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """What the models are compared with, and a session to build their structure on the same server."""

    declaration: Declaration
    dialect: Dialect
    session: Session
    scratch: Endpoint | None
    declared: Catalog
    live: Catalog | None
    managed: frozenset[Ref]
    target: str


def models(
    request: Request, sources: Mapping[Role, Source], interpreter: Interpreter, *, code: Path | None = None
) -> ModelsReport:
    """Compare what each release expects with the declaration and the database.

    Args:
        request: the environment. Without one and without a URL, its ``scratch_url`` is the only server that is used,
            and the models are compared with the declaration alone.
        sources: where each release says what it expects.
        interpreter: the application's.
        code: the application's source code; default: that of the imported module.
    """
    with _opened(request) as place, readable_server_errors():
        found: list[Finding] = []
        uses: set[CreateAll] = set()
        for role, source in sources.items():
            expectation = _read(source, interpreter, place)
            uses |= set(_create_all(code, expectation)) if role is not Role.OLD else set()
            found += _compare(role, expectation, place, request)
    return ModelsReport(
        target=place.target,
        sources={role: source.name for role, source in sources.items()},
        findings=tuple(found),
        create_all=tuple(sorted(uses)),
    )


def export(request: Request, source: Source, interpreter: Interpreter) -> dict[str, Any]:
    """Return what an application expects, for another machine; needs no server."""
    engine = read_declaration(request).engine
    return read_source(source, interpreter, engine=engine, vendor=engine).data(engine)


@contextmanager
def _opened(request: Request) -> Iterator[_Place]:
    if request.environment is None and request.url is None:
        with _declaration_alone(request) as place:
            yield place
        return
    with open_work(request) as work, readable_server_errors():
        work.check_identity()
        keeps = work.keeps_removed
        yield _Place(
            declaration=work.declaration, dialect=work.dialect, session=work.session, scratch=work.scratch,
            declared=_declared(work.session, work.dialect, work.declaration, work.scratch),
            live=work.dialect.introspect(work.session, Scope()).catalog,
            managed=frozenset() if keeps else Ledger(History(work.session, work.dialect)).managed(),
            target=f"{work.destination.name} ({work.identity})",
        )  # fmt: skip


@contextmanager
def _declaration_alone(request: Request) -> Iterator[_Place]:
    """Work on the development server of ``--scratch-url`` only."""
    if request.scratch_url is None:
        raise BootstrapError(
            "no database given: name an environment, or a database with --url, or a development server with"
            " --scratch-url to compare the models with the declaration alone"
        )
    declaration = read_declaration(request)
    url = parse_url(request.scratch_url, request.environ, database_required=False, option="--scratch-url")
    destination = from_url(url, request.environ)
    check_engine(destination, declaration.manifest)
    dialect = dialect_for(declaration.engine)
    with closing(connect(dialect, destination, waiting=request.tell)) as session, readable_server_errors():
        yield _Place(
            declaration=declaration, dialect=dialect, session=session, scratch=None,
            declared=_declared(session, dialect, declaration, None), live=None, managed=frozenset(), target="",
        )  # fmt: skip


def _declared(session: Session, dialect: Dialect, declaration: Declaration, scratch: Endpoint | None) -> Catalog:
    return normalised(session, dialect, declaration.catalog, locate=declaration.locate, scratch=scratch)


def _read(source: Source, interpreter: Interpreter, place: _Place) -> Expectation:
    server = place.session.server
    version = ".".join(str(number) for number in server.version)
    return read_source(source, interpreter, engine=place.declaration.engine, vendor=server.vendor, version=version)


def _create_all(code: Path | None, expectation: Expectation) -> list[CreateAll]:
    """Return the uses in the application's code: that of the package of the imported module, unless named."""
    if code is not None:
        if not code.exists():
            raise BootstrapError(f"{code} does not exist: name the application's source code with --source")
        return find_create_all(code)
    if expectation.module is None or "site-packages" in expectation.module:
        return []
    path = Path(expectation.module)
    while (path.parent / "__init__.py").exists():
        path = path.parent
    here = Path.cwd()
    return find_create_all(path.relative_to(here) if path.is_relative_to(here) else path)


def _compare(role: Role, expectation: Expectation, place: _Place, request: Request) -> list[Finding]:
    engine = place.declaration.engine
    statements, left_out = structural(expectation.statements, engine, place.session.database)
    for line in left_out:
        request.tell(f"warning: {line}")
    expected = _structure(replace(expectation, statements=tuple(statements)), place)
    return findings(
        role,
        faults(place.declared, expected),
        None if place.live is None else faults(place.live, expected),
        Surroundings(
            environment=request.environment or "the database",
            apply=_apply(request),
            locate=place.declaration.locate,
            source=expectation.source,
            models=expectation.models,
            is_dropped=partial(_is_dropped, place.managed),
            yaml=partial(snippet, expected, engine, place.declared.settings.get("default_schema") or "public"),
        ),
    )


def _structure(expectation: Expectation, place: _Place) -> Catalog:
    """Build what the models describe, beside the schemas, types and extensions that they find there already.

    Raises:
        DeclarationError: the server refuses a statement.
    """
    offered = Catalog(objects={**(place.live or Catalog()).objects, **place.declared.objects})
    created = created_names(expectation.statements, place.declaration.engine)
    beside: dict[Ref, DatabaseObject] = {
        ref: replace(item, owner=None, comment=None)
        for ref, item in offered.objects.items()
        if isinstance(item, Schema) and item.name != "public"
    }
    while True:
        around = Catalog(objects=beside, settings=place.declaration.catalog.settings)
        try:
            found = place.dialect.structure_of(place.session, expectation.statements, around, place.scratch)
        except DeclarationError as error:
            more = {
                ref: item
                for ref, item in borrowed(offered, around, error.lacking).items()
                if ref.kind in {Kind.SCHEMA, Kind.EXTENSION} or ref.name not in created
            }
            if not error.lacking or not more:
                raise
            beside |= more
        else:
            known = {*beside, Ref(Kind.SCHEMA, "", "public")}
            return replace(found, objects={ref: item for ref, item in found.objects.items() if ref not in known})


def _is_dropped(managed: frozenset[Ref], ref: Ref) -> bool:
    """Whether an apply drops what is declared no longer, and code notices: of keys, those that upserts name."""
    if ref.kind in {Kind.UNIQUE, Kind.PRIMARY_KEY}:
        return ref.owner in managed
    return ref in managed and ref.kind not in {Kind.INDEX, Kind.CHECK, Kind.FOREIGN_KEY, Kind.EXCLUSION}


def _apply(request: Request) -> str:
    target = request.environment or "--url …"
    directory = f" --dir {request.directory}" if request.directory not in (None, Path()) else ""
    return f"db-bootstrap apply {target}{directory}"
