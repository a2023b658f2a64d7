"""What the server itself says once somebody is logged in: pooler, writer, privileges, clock, settings."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from bootstrap.catalog.catalog import Catalog
from bootstrap.dialects.base import Dialect, Endpoint, ServerError, Session
from bootstrap.findings import Check, Finding, State
from bootstrap.insight.doctor import terraform
from bootstrap.problems import BootstrapError, Pooled, Replica, Unreachable
from bootstrap.redact import redact
from bootstrap.target.connect import APPLICATION_NAME, Destination, explain

_SKEW_SECONDS = 300  # what AWS allows between a request's time and its own
_Answer = TypeVar("_Answer")


@dataclass(slots=True)
class DatabaseHops:
    """Checks that share one session; one of them asks at a time."""

    dialect: Dialect
    destination: Destination
    seconds: float
    rotation: Callable[[], str] = str  # when the password is rotated, in words
    session: Session | None = None
    pooled: str = ""
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def close(self) -> None:
        """End the session, if there is one."""
        session, self.session = self.session, None
        if session is not None:
            session.close()

    def credentials(self) -> Finding:
        """Fetch the password from where it is kept."""
        try:
            username, password = self.destination.login.login()
        except BootstrapError as error:
            fact, _, remedy = redact(str(error)).rpartition(": ")
            return Finding(Check.CREDENTIALS, State.FAILED, fact, remedy, terraform.credentials())
        if not password:
            return Finding(Check.CREDENTIALS, State.SKIPPED, f"no password for {username}: the server may need none",
                           "set DB_BOOTSTRAP_PASSWORD, or name credentials in the target")  # fmt: skip
        return Finding(
            Check.CREDENTIALS,
            State.OK,
            "; ".join(filter(None, [f"user {username}, {self.destination.login.name}", self.rotation()])),
        )

    def log_in(self) -> Finding:
        """Open the session, in one attempt: a second one could lock the account."""
        username, password = self.destination.login.login()
        endpoint = replace(
            self.destination.endpoint,
            username=username, password=password or None, connect_timeout_seconds=max(2, round(self.seconds)),
            deadline=time.monotonic() + 8 * self.seconds,
        )  # fmt: skip
        try:
            self.session = self.dialect.connect(endpoint, application_name=APPLICATION_NAME)
        except Pooled as error:
            self.pooled = str(error)
            return Finding(Check.LOGIN, State.OK, f"logged in as {username}")
        except ServerError as error:
            return self._not_logged_in(endpoint, error)
        server = self.session.server
        return Finding(Check.LOGIN, State.OK, f"logged in as {server.account or username}: {server.vendor}"
                       f" {server.version_text}, database {self.session.database}")  # fmt: skip

    def _not_logged_in(self, endpoint: Endpoint, error: ServerError) -> Finding:
        fact, remedy = explain(self.destination, endpoint, error)
        if error.login_refused and self.destination.login.refused():
            fact += " (the password was rotated a moment ago)"
            remedy = "wait until the rotation has ended, then try again"
        return Finding(Check.LOGIN, State.FAILED, redact(fact), redact(remedy),
                       terraform.credentials() if error.login_refused else ())  # fmt: skip

    def pooler(self) -> Finding:
        """Whether the session is one server process from its start to its end."""
        error = self.pooled or self._refusal(self.dialect.check_direct)
        if error:
            remedy = "connect to the database's own endpoint, or to a pooler in session mode"
            return Finding(Check.POOLER, State.FAILED, error, remedy, terraform.direct())
        return Finding(Check.POOLER, State.OK, "the session keeps its server process")

    def writer(self) -> Finding:
        """Whether this server takes changes."""
        try:
            self._ask(self.dialect.check_writable)
        except Replica as error:
            return Finding(
                Check.WRITER, State.FAILED, str(error), "connect to the writer's endpoint", terraform.writer()
            )
        except Unreachable as error:
            return Finding(Check.WRITER, State.FAILED, str(error), "let this account's sessions write")
        return Finding(Check.WRITER, State.OK, "this server takes changes")

    def clock(self) -> Finding:
        """How far this machine's clock is from the server's."""
        started = time.time()
        theirs = self._ask(self.dialect.clock)
        apart = theirs - (started + time.time()) / 2
        fact = f"{abs(apart):.1f} s {'behind' if apart > 0 else 'ahead of'} the server's clock"
        if abs(apart) <= _SKEW_SECONDS:
            return Finding(Check.CLOCK, State.OK, f"this machine's clock is {fact}")
        remedy = "set this machine's clock (NTP): AWS refuses requests and IAM tokens that are five minutes off"
        return Finding(Check.CLOCK, State.FAILED, f"this machine's clock is {fact}", remedy)

    def privileges(self, declared: Catalog, *, scratch: bool, proven: Callable[[Session], bool]) -> Finding:
        """Whether the account has what ``grants`` would print for an apply of this declaration.

        Args:
            declared: the declaration's catalog.
            scratch: whether scratch databases are made on another server.
            proven: whether the structure is known to be what is declared, so that nothing is pending.
        """
        lacking = self._ask(lambda session: self.dialect.lacking_rights(session, declared, scratch=scratch))
        if not lacking:
            return Finding(Check.PRIVILEGES, State.OK, "the account may apply this declaration")
        remedy = "as an administrator or the owner of the database, run: " + " ".join(lacking)
        if self._ask(proven):
            fact = f"nothing is pending; an apply that changes the structure needs {len(lacking)} more grants"
            return Finding(Check.PRIVILEGES, State.OK, fact, remedy)
        return Finding(Check.PRIVILEGES, State.FAILED, f"an apply needs {len(lacking)} more grants", remedy)

    def parameters(self, declared: Catalog) -> Finding:
        """Whether a setting of the server would make a run fail."""
        traps = self._ask(lambda session: self.dialect.traps(session, declared))
        tripping = [trap for trap in traps if trap.trips]
        if not tripping:
            values = ", ".join(f"{trap.setting}={trap.value}" for trap in traps)
            return Finding(Check.PARAMETERS, State.OK, values or "no setting that a run would trip over")
        fact = "; ".join(f"{trap.setting} is {trap.value}: {trap.trips}" for trap in tripping)
        wanted = ", ".join(f"{trap.setting} = {trap.wanted}" for trap in tripping)
        first = tripping[0]
        return Finding(Check.PARAMETERS, State.FAILED, fact, f"set {wanted} in the parameter group of the database",
                       terraform.parameter(self.destination.endpoint.engine, first.setting, first.wanted))  # fmt: skip

    def _refusal(self, check: Callable[[Session], None]) -> str:
        try:
            self._ask(check)
        except Pooled as error:
            return str(error)
        return ""

    def _ask(self, question: Callable[[Session], _Answer]) -> _Answer:
        with self._turn:
            if self.session is None:
                raise ServerError("there is no session")
            return question(self.session)
