"""The verdict on one case, in the way the README of the corpora says."""

from __future__ import annotations

import contextlib
import difflib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.roles import without_strangers
from bootstrap.declaration.load import load
from bootstrap.declaration.model import Declaration, Manifest
from bootstrap.declaration.writer import WriteSettings, write
from bootstrap.dialects.base import Dialect, Introspection, Scope, ServerError, Session
from bootstrap.dialects.registry import dialect_for
from bootstrap.plan.statement import Plan
from bootstrap.problems import BootstrapError, DeclarationError, Refused
from bootstrap.run.executor import Executor
from bootstrap.run.history import History
from bootstrap.run.lock import run_lock
from bootstrap.run.records import RunFacts
from bootstrap.service.comparison import plan_structure
from bootstrap.service.import_ import session_user
from bootstrap.service.work import Request, Work
from bootstrap.target.connect import from_url
from bootstrap.target.url import UrlTarget
from tests.corpora.places import Place
from tests.corpora.records import Case
from tests.corpora.rows import Rows, fill, lost, structure

EVERYTHING = Request(exact=True, permissions=("all",))
SHOWN_LINES = 12

ROWS_LOST = "rows were lost"

CONVERGED, REFUSED, FAILED, WRONG = "converged", "refused", "failed", "wrong"
NOT_LOADED = "not loaded"  # no verdict: the server of this run does not take the case's own SQL


@dataclass(frozen=True)
class Verdict:
    """What became of a case: converged, refused (by name), failed (loudly), or wrong (in silence: the worst)."""

    outcome: str
    reason: str = ""
    detail: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()  # tables that lost whole rows
    rows: str = "none"  # kept, none (no table is shared or takes rows), unfit (the target's rules refuse them)

    def __str__(self) -> str:
        return "\n".join([f"{self.outcome}: {self.reason}", *self.detail])


@dataclass
class Statements:
    """What a case ran, for the report of a failure."""

    sql: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Wanted:
    """What a database shall become: a declaration, or for the search of faults the catalog itself, past all YAML."""

    declaration: Declaration
    catalog: Catalog | None = None


def judge(case: Case, place: Place, *, direct: bool = False, dies_after: float | None = None) -> Verdict:
    """Run one case: with rows first, and where the target's own rules do not take these rows, without.

    ``direct`` leaves out the declaration: what the engine does with the catalog of the wanted database. ``dies_after``
    is the part of the statements after which a first run ends; the second one takes it up.
    """
    with place.database() as wanted:
        place.load(wanted, case.desired_sql, case.session)
        expected = place.dump(wanted)
        dialect = dialect_for(case.engine)
        with session_to(dialect, place, wanted) as session:
            try:
                found, account = dialect.introspect(session, Scope()), account_of(session, dialect)
            except (BootstrapError, ServerError) as error:
                return Verdict(FAILED, f"import: {_first_line(error)}")
        if found.unsupported:
            return Verdict(REFUSED, "; ".join(f"{item.what} {item.name}" for item in found.unsupported))
        if place.dump(wanted) != expected:
            return Verdict(WRONG, "the import changed the database")
        with contextlib.closing(place.connect(wanted)) as connection:
            shared = set(structure(connection, case.engine))
        with declared(dialect, found, account, direct=direct) as goal:
            if isinstance(goal, Verdict):
                return goal
            verdict = _attempt(case, place, goal, expected, shared, dies_after)
            if verdict.reason.startswith(ROWS_LOST) and not _holds(place, wanted, verdict.lost):
                verdict = Verdict(CONVERGED, rows="unfit")
            if verdict.rows == "unfit":
                again = _attempt(case, place, goal, expected, set(), dies_after)
                verdict = replace(again, rows="unfit") if again.outcome == CONVERGED else again
            return verdict


def account_of(session: Session, dialect: Dialect) -> str:
    """Who is logged in, as ``import`` finds it out."""
    return session.server.account or session_user(session, dialect)


@contextlib.contextmanager
def declared(
    dialect: Dialect, found: Introspection, account: str, *, direct: bool = False
) -> Iterator[Wanted | Verdict]:
    """Write a catalog down as a declaration and read it again, as ``import`` does; ``account`` is who imported.

    As there, without the roles that the database has nothing to do with: those of other tests come and go.
    """
    catalog = without_strangers(found.catalog, account)
    if direct:
        manifest = Manifest(name="direct", engine=dialect.name, environment=None, environments=(), default_schema="")
        yield Wanted(Declaration(manifest=manifest, catalog=catalog, sources={}), catalog)
        return
    with tempfile.TemporaryDirectory(prefix="dbb-corpora-", dir=_memory()) as folder:
        try:
            write(catalog, dialect.name, Path(folder), settings=WriteSettings(owner=account))
            goal: Wanted | Verdict = Wanted(load(Path(folder)))
        except Refused as error:
            goal = Verdict(REFUSED, _first_line(error))
        except DeclarationError as error:
            goal = Verdict(FAILED, f"declaration: {_first_line(error)}", tuple(str(error).splitlines()[:SHOWN_LINES]))
        yield goal


def _memory() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # small files of a test


def _attempt(
    case: Case,
    place: Place,
    goal: Wanted,
    expected: list[str],
    shared: set[tuple[str, str]],
    dies_after: float | None,
) -> Verdict:
    with place.database() as current:
        place.load(current, case.current_sql, case.session)
        with contextlib.closing(place.connect(current)) as connection:
            rows = fill(connection, case.engine, shared)
        done = Statements()
        try:
            if dies_after is not None:
                apply(place, current, goal, done, part=dies_after)
            pending = apply(place, current, goal, done)
        except Refused as error:
            return Verdict(REFUSED, _first_line(error))
        except (BootstrapError, ServerError) as error:
            kept = "unfit" if rows.count and refuses_rows(error) else "none"
            return Verdict(FAILED, _first_line(error), tuple(str(error).splitlines()[1:SHOWN_LINES]), rows=kept)
        return _compared(place, current, expected, pending, rows, done)


def apply(place: Place, database: str, goal: Wanted, done: Statements, *, part: float = 1.0) -> list[str]:
    """Apply a declaration with everything managed and allowed, or the first ``part`` of the statements; returns what a
    second plan would still do.
    """
    dialect = dialect_for(place.engine)
    with session_to(dialect, place, database) as session:
        work = work_of(place, database, goal.declaration, session)
        structure_ = plan_structure(work, goal.catalog)
        plan = _beginning(structure_.plan, part)
        if plan.statements:
            done.sql = [statement.text for statement in plan.statements]
            history = History(session, dialect)
            history.ensure()
            run = history.begin(RunFacts(action="apply", environment="corpora"))
            with run_lock(session, deadline_seconds=300):
                Executor(session, dialect, run).execute(plan)
        second = plan_structure(work, structure_.desired)
        return [statement.text for statement in second.plan.statements] or [
            f"{type(change).__name__} {getattr(change, 'ref', change)}" for change in second.differences
        ]


def _beginning(plan: Plan, part: float) -> Plan:
    """The first part of a plan's operations."""
    return replace(plan, operations=plan.operations[: round(part * len(plan.operations))])


def work_of(place: Place, database: str, declaration: Declaration, session: Session) -> Work:
    """The work of a command on that database, everything managed."""
    endpoint = place.endpoint(database)
    destination = from_url(UrlTarget(endpoint=endpoint), {})
    return Work(
        request=EVERYTHING,
        declaration=declaration,
        dialect=dialect_for(place.engine),
        destination=destination,
        session=session,
    )


def _compared(
    place: Place, current: str, expected: list[str], pending: list[str], rows: Rows, done: Statements
) -> Verdict:
    script = tuple(f"    {line}" for sql in done.sql for line in sql.splitlines())[: 4 * SHOWN_LINES]
    got = place.dump(current)
    if got != expected:
        changed = list(difflib.unified_diff(expected, got, "wanted", "got", n=0, lineterm=""))[3:]
        lines = [part for line in changed for part in line.splitlines()]
        return Verdict(WRONG, f"the dump differs: {_summary(changed)}", (*lines[: 2 * SHOWN_LINES], "  ran:", *script))
    if pending:
        return Verdict(
            WRONG, f"a second plan is not empty: {pending[0][:150]}", (*pending[:SHOWN_LINES], "  ran:", *script)
        )
    with contextlib.closing(place.connect(current)) as connection:
        missing = lost(connection, place.engine, rows)
    if missing:
        tables = tuple(sorted({line.split(": ")[0] for line in missing}))
        return Verdict(WRONG, f"{ROWS_LOST}: {missing[0]}", (*missing[:SHOWN_LINES], "  ran:", *script), lost=tables)
    return Verdict(CONVERGED, rows="kept" if rows.count else "none")


def _holds(place: Place, wanted: str, tables: tuple[str, ...]) -> bool:
    """Whether the wanted database itself takes such rows: a partition for their values may not be there any more."""
    with contextlib.closing(place.connect(wanted)) as connection:
        rows = fill(connection, place.engine, set(structure(connection, place.engine)))
    taken = {".".join(part for part in table if part) for table in rows.content}
    return any(table in taken or table.rpartition(".")[0] in taken for table in tables)  # a table, or its column


def _summary(changed: list[str]) -> str:
    return " / ".join(line.splitlines()[0][:100] for line in changed[:2])


@contextlib.contextmanager
def session_to(dialect: Dialect, place: Place, database: str) -> Iterator[Session]:
    """A session of the product's own."""
    with contextlib.closing(dialect.connect(place.endpoint(database), application_name="corpora")) as session:
        yield session


# What a server answers when rows do not fit what is wanted of them: no fault of the way there.
_UNFIT_SQLSTATES = ("22", "23")
_UNFIT_NUMBERS = {
    "1048", "1062", "1138", "1216", "1217", "1263", "1264", "1265", "1292", "1364", "1366", "1406", "1411", "1416",
    "1451", "1452", "1526", "1690", "1830", "1916", "1918", "3140", "3643", "3819", "4025",
}  # fmt: skip


def refuses_rows(error: BaseException) -> bool:
    """Whether the server refused values, rather than the statement."""
    cause: Any = error
    while cause is not None:
        code = getattr(cause, "code", "")
        if isinstance(cause, ServerError) and (
            (len(code) == 5 and code[:2] in _UNFIT_SQLSTATES) or code in _UNFIT_NUMBERS
        ):
            return True
        cause = cause.__cause__
    return False


def _first_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"[:300]
