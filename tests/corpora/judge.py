"""The verdict on one case, in the way the README of the corpora says, and the way a user of the product goes.

The database takes rows of values that tell. The declaration is applied without any permission first, then with exactly
those that the refusal names. The database is then what was wanted, a second plan is empty, and every value that is
gone or different was announced by a hazard that names its object.
"""

from __future__ import annotations

import contextlib
import difflib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bootstrap.catalog.roles import without_strangers
from bootstrap.declaration.writer import WriteSettings, write
from bootstrap.dialects.base import Dialect, Introspection, Scope, ServerError, Session
from bootstrap.dialects.registry import dialect_for
from bootstrap.problems import BootstrapError, DeclarationError, Refused, VerificationFailed
from bootstrap.service.import_ import session_user
from bootstrap.service.plan import plan
from bootstrap.service.work import Request
from tests.corpora import picture
from tests.corpora.losses import unannounced
from tests.corpora.places import NotLoadedError, Place
from tests.corpora.product import DiedError, RefusedTwiceError, carry_out, dying_after
from tests.corpora.records import Case
from tests.corpora.rows import Structure, fill, structure
from tests.corpora.samples import Care

SHOWN_LINES = 12

CONVERGED, REFUSED, FAILED, WRONG = "converged", "refused", "failed", "wrong"
NOT_LOADED = "not loaded"  # no verdict: the server of this run does not take the case's own SQL
# What became of the rows. Unfit: the rules of what is wanted refuse them, and the case was judged without.
KEPT, NONE, UNFIT = "kept", "none", "unfit"


@dataclass(frozen=True)
class Verdict:
    """What became of a case: converged, refused (by name), failed (loudly), or wrong (in silence: the worst)."""

    outcome: str
    reason: str = ""
    detail: tuple[str, ...] = ()
    rows: str = NONE
    allowed: tuple[str, ...] = ()  # what the product asked for, and was allowed
    superuser: str = ""  # why the master could not make it

    def __str__(self) -> str:
        allowed = [f"  allowed: {', '.join(self.allowed)}"] if self.allowed else []
        return "\n".join([f"{self.outcome}: {self.reason}", *self.detail, *allowed])


def judge(case: Case, place: Place, *, dies_after: float | None = None) -> Verdict:
    """Run one case as the server's master, or as the superuser where nobody else may make what is in it.

    ``dies_after`` is the part of the statements after which a first run ends; the second one takes it up.
    """
    try:
        return _judge(case, place, dies_after)
    except NotLoadedError as error:
        return replace(_judge(case, place.administrator, dies_after), superuser=str(error))


def _judge(case: Case, place: Place, dies_after: float | None) -> Verdict:
    """Run one case: with rows that tell, else with rows that are alike, else without rows."""
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
            tables = structure(connection, case.engine)
        with declared(dialect, found, account) as folder:
            if isinstance(folder, Verdict):
                return folder
            attempt = Attempt(case, place, folder, expected, tables, dies_after)
            for care in (Care.TELLING, Care.ALIKE):
                verdict = attempt.made(care)
                if verdict.rows != UNFIT:
                    return verdict
            again = attempt.made(None)
            return replace(again, rows=UNFIT) if again.outcome == CONVERGED else again


def account_of(session: Session, dialect: Dialect) -> str:
    """Who is logged in, as ``import`` finds it out."""
    return session.server.account or session_user(session, dialect)


@contextlib.contextmanager
def declared(dialect: Dialect, found: Introspection, account: str) -> Iterator[Path | Verdict]:
    """Write a catalog down as a declaration, as ``import`` does; ``account`` is who imported.

    As there, without the roles that the database has nothing to do with: those of other tests come and go.
    """
    catalog = without_strangers(found.catalog, account)
    with tempfile.TemporaryDirectory(prefix="dbb-corpora-", dir=_memory()) as folder:
        try:
            write(catalog, dialect.name, Path(folder), settings=WriteSettings(owner=account))
            goal: Path | Verdict = Path(folder)
        except Refused as error:
            goal = Verdict(REFUSED, _first_line(error))
        yield goal


def _memory() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # small files of a test


@dataclass(frozen=True)
class Attempt:
    """Applies the declaration of a case to a fresh database, and compares."""

    case: Case
    place: Place
    folder: Path
    expected: list[str]
    tables: Structure  # of the wanted database
    dies_after: float | None

    def made(self, care: Care | None) -> Verdict:
        """With rows of such values, or without."""
        with self.place.database() as current:
            self.place.load(current, self.case.current_sql, self.case.session)
            if care is not None:
                with self._administrator(current) as connection:
                    fill(connection, self.place.engine, self.tables, care)
            before = self._picture(current)
            request = Request(directory=self.folder, url=self.place.url(current), exact=True, environ={})
            allowed: set[str] = set()
            try:
                self._carried_out(request, allowed)
                verdict = self._compared(current, before, allowed)
            except RefusedTwiceError as error:
                verdict = Verdict(WRONG, _first_line(error))
            except Refused as error:
                verdict = Verdict(REFUSED, _first_line(error))
            except DeclarationError as error:
                verdict = Verdict(FAILED, f"declaration: {_first_line(error)}", _lines(error))
            except VerificationFailed as error:
                verdict = Verdict(WRONG, f"a second plan is not empty: {_first_line(error)}", _lines(error))
            except (BootstrapError, ServerError) as error:
                unfit = before.count and refuses_rows(error)
                verdict = Verdict(FAILED, _first_line(error), _lines(error), rows=UNFIT if unfit else NONE)
            return replace(verdict, allowed=tuple(sorted(allowed)))

    def _carried_out(self, request: Request, allowed: set[str]) -> None:
        if self.dies_after is not None:
            with contextlib.suppress(DiedError), dying_after(self.dies_after):
                carry_out(request, allowed)
        carry_out(request, allowed)
        pending = plan(request).pending
        if pending:
            raise VerificationFailed("\n".join(pending))

    def _compared(self, current: str, before: picture.Picture, allowed: set[str]) -> Verdict:
        kept = KEPT if before.count else NONE
        got = self.place.dump(current)
        if got != self.expected:
            changed = list(difflib.unified_diff(self.expected, got, "wanted", "got", n=0, lineterm=""))[3:]
            lines = [part for line in changed for part in line.splitlines()]
            return Verdict(WRONG, f"the dump differs: {_summary(changed)}", tuple(lines[: 2 * SHOWN_LINES]), rows=kept)
        lost = unannounced(before, self._picture(current), allowed)
        if lost:
            return Verdict(WRONG, f"lost in silence: {lost[0]}", tuple(lost[:SHOWN_LINES]), rows=kept)
        return Verdict(CONVERGED, rows=kept)

    def _picture(self, database: str) -> picture.Picture:
        with self._administrator(database) as connection:
            return picture.take(connection, self.place.engine)

    def _administrator(self, database: str) -> contextlib.closing[Any]:
        return contextlib.closing(self.place.connect(database))


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


def _lines(error: BaseException) -> tuple[str, ...]:
    return tuple(str(error).splitlines()[1:SHOWN_LINES])
