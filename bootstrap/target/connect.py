"""From a target to a session: waits for a database that is still starting, fails at once where waiting is no use."""

from __future__ import annotations

import math
import re
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from bootstrap.dialects.base import IDLE_SECONDS, Endpoint, ServerError
from bootstrap.problems import Incomplete, TargetError, Unreachable
from bootstrap.redact import redact
from bootstrap.target.tls import ca_file, tls_warnings

if TYPE_CHECKING:
    from bootstrap.declaration.model import Target
    from bootstrap.dialects.base import Dialect, Session
    from bootstrap.problems import BootstrapError
    from bootstrap.target.url import UrlTarget

APPLICATION_NAME = "db-bootstrap"
DEADLINE_VARIABLE = "DB_BOOTSTRAP_CONNECT_DEADLINE"
IDLE_VARIABLE = "DB_BOOTSTRAP_IDLE_TIMEOUT"
_NO_PASSWORD = "set DB_BOOTSTRAP_PASSWORD, or name credentials in the target"  # noqa: S105  # advice
URL_DEADLINE_SECONDS = 30  # somebody waits at a keyboard
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 5.0
_ATTEMPT_SECONDS = 30  # an Aurora that sleeps needs 15 s and more to answer its first connection

# No wait mends these. Both drivers report them like a connection that broke, without a code of the server's.
_NO_WAIT = re.compile(
    r"certificate|does not support SSL|doesn't support SSL|SSL is required|no pg_hba\.conf entry|no password supplied"
    r'|(database|role) ".*" does not exist|permission denied|invalid response to SSL negotiation',
    re.IGNORECASE,
)
# libpq's own advice, once per address; ours follows.
_LIBPQ_ADVICE = re.compile(r"\s*Is the server running [^?]*\?")
# A declaration in one of these would change the server itself.
_SYSTEM_DATABASES = {"mysql": frozenset({"mysql", "information_schema", "performance_schema", "sys"})}


class Login(Protocol):
    """User name and password for one attempt, and whether another one is worth it after a refusal."""

    @property
    def name(self) -> str:
        """What the password is, for messages."""

    def login(self) -> tuple[str, str]:
        """User name and password."""

    def refused(self) -> bool:
        """Whether another attempt can succeed."""


@dataclass(frozen=True, slots=True)
class UrlLogin:
    """User and password as the URL and the environment give them."""

    endpoint: Endpoint
    name: str = "the password in DB_BOOTSTRAP_PASSWORD or in the URL"

    def login(self) -> tuple[str, str]:
        """User name and password."""
        return self.endpoint.username, self.endpoint.password or ""

    def refused(self) -> bool:
        """Never: it stays the same."""
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A target that is ready to be connected to. ``endpoint`` holds no password: ``login`` gives it per attempt."""

    endpoint: Endpoint
    login: Login
    deadline_seconds: int
    region: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Where it leads, for messages: ``postgresql host:5432/database``."""
        endpoint = self.endpoint
        place = endpoint.socket or f"{endpoint.host}:{endpoint.port}"
        return f"{endpoint.engine} {place}/{endpoint.database}"


def from_url(url: UrlTarget, environ: Mapping[str, str]) -> Destination:
    """The destination that ``--url`` names. Raises TargetError where that is one of the server's own databases."""
    _check_database(url.endpoint)
    seconds = _deadline(environ, URL_DEADLINE_SECONDS if url.deadline_seconds is None else url.deadline_seconds)
    login = UrlLogin(url.endpoint)
    endpoint = replace(url.endpoint, password=None, idle_seconds=_idle(environ))
    return Destination(endpoint=endpoint, login=login, deadline_seconds=seconds, warnings=url.warnings)


def from_target(target: Target, environ: Mapping[str, str]) -> Destination:
    """The destination that a target names. Nothing is asked of AWS yet.

    Raises:
        TargetError: its CA file is missing, an IAM token would go through an unverified connection, or the database is
            the server's own.
    """
    from bootstrap.target.credentials import CredentialSource  # noqa: PLC0415  # a URL has its password with it

    iam = target.credentials.kind == "iam"
    if iam and target.tls.mode == "disable":
        raise TargetError("credentials: iam needs TLS: the token is sent in clear text inside of it: set tls.mode")
    endpoint = Endpoint(
        engine=target.engine,
        host=target.host,
        port=target.port,
        database=target.database,
        username=target.username,
        tls_mode=target.tls.mode,
        ca_file=ca_file(target.tls.mode, target.tls.ca_file, environ),
        iam=iam,
        connect_timeout_seconds=_ATTEMPT_SECONDS,
        idle_seconds=_idle(environ),
    )
    _check_database(endpoint)
    warnings = tuple(tls_warnings(target.tls.mode))
    return Destination(
        endpoint=endpoint,
        login=CredentialSource(target, environ),
        region=target.region,
        deadline_seconds=_deadline(environ, target.connect_deadline_seconds),
        warnings=warnings,
    )


def _check_database(endpoint: Endpoint) -> None:
    if endpoint.database.lower() in _SYSTEM_DATABASES.get(endpoint.engine, ()):
        raise TargetError(f"{endpoint.database} is the server's own database: name one that holds your tables")


def connect(
    dialect: Dialect,
    destination: Destination,
    *,
    application_name: str = APPLICATION_NAME,
    waiting: Callable[[str], None] = lambda _: None,
) -> Session:
    """Open one session.

    A server that cannot be found, refuses connections or is still starting is tried again with growing pauses until
    the deadline. A wrong password, a missing database and a certificate that does not verify end it at once.

    Args:
        dialect: of the destination's engine.
        destination: where to.
        application_name: what the server shows of us.
        waiting: told once per reason why we wait, in words for a person.

    Raises:
        Unreachable: it was waited for in vain; one message with the place and what to do, never a password.
        TargetError: waiting does not help: a wrong or missing password, database or certificate.
        Incomplete: the run's deadline is over.
    """
    import random  # noqa: PLC0415  # only where something is waited for

    start = time.monotonic()
    end = min(start + destination.deadline_seconds, destination.endpoint.deadline or math.inf)
    pause, told = _FIRST_PAUSE, ""
    while True:
        left = end - time.monotonic()
        if left <= 0 and destination.deadline_seconds > 0:
            raise Incomplete(f"out of time before {destination.name} was connected to: run again with more time")
        endpoint = _with_login(destination, max(1, min(destination.endpoint.connect_timeout_seconds, round(left))))
        try:
            return dialect.connect(endpoint, application_name=application_name)
        except ServerError as error:
            again = destination.login.refused() if error.login_refused else _may_pass(error)
            if not again or time.monotonic() + pause > end:
                waited = round(time.monotonic() - start) if again else None
                raise _unreachable(destination, endpoint, error, waited=waited) from error
            words = redact(_words(error))
            if words != told:
                waiting(f"waiting for {destination.name}: {words}")
                told = words
        time.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311  # jitter, so that many runners do not come at once
        pause = min(pause * 1.6, _LONGEST_PAUSE)


def connect_once(dialect: Dialect, destination: Destination, *, seconds: int) -> Session:
    """Open one session by one attempt of so many seconds at most. Raises ServerError, and BootstrapError for a login
    that cannot be had.
    """
    return dialect.connect(_with_login(destination, seconds), application_name=APPLICATION_NAME)


def _with_login(destination: Destination, seconds: int) -> Endpoint:
    username, password = destination.login.login()
    return replace(
        destination.endpoint,
        username=username,
        password=password or None,
        connect_timeout_seconds=seconds,
        renew=lambda: destination.login.login() if destination.login.refused() else None,
    )


def _may_pass(error: ServerError) -> bool:
    """Whether the fault can be over in a moment."""
    return (error.retryable or error.connection_lost) and not error.missing_object and not _NO_WAIT.search(str(error))


def _deadline(environ: Mapping[str, str], configured: int) -> int:
    return _seconds(environ, DEADLINE_VARIABLE, configured)


def _idle(environ: Mapping[str, str]) -> int:
    """How long the server keeps a session that asks nothing; it must outlast our own work between two statements."""
    return max(1, _seconds(environ, IDLE_VARIABLE, IDLE_SECONDS))


def _seconds(environ: Mapping[str, str], variable: str, usual: int) -> int:
    written = environ.get(variable)
    if not written:
        return usual
    if not written.isascii() or not written.isdigit():
        raise TargetError(f"{variable} is {written!r}: write a number of seconds")
    return int(written)


def _words(error: ServerError) -> str:
    """What the driver says, in one line."""
    return " ".join(_LIBPQ_ADVICE.sub("", str(error)).split())


def _unreachable(
    destination: Destination, endpoint: Endpoint, error: ServerError, *, waited: int | None
) -> BootstrapError:
    """One message: where, what the server or the network says, and what to do.

    ``waited`` are the seconds for which it was tried; None where waiting does not help.
    """
    if waited is not None and not error.login_refused:
        text = f"cannot reach {destination.name} (tried for {waited} s): {_words(error)}: {probe(endpoint)}"
        return Unreachable(redact(text))
    fact, remedy = explain(destination, endpoint, error)
    return TargetError(redact(f"{fact}: {remedy}"))


def explain(destination: Destination, endpoint: Endpoint, error: ServerError) -> tuple[str, str]:
    """Why a login failed, in the words of the server or the network, and what to do about it.

    Args:
        destination: where to.
        endpoint: with the user and the password of this attempt.
        error: what the attempt ended with.
    """
    words = _words(error)
    no_rights = error.code == "1044"
    if endpoint.password is None and not no_rights and (error.login_refused or "no password supplied" in words):
        return f"no password for {destination.name}: {words}", _NO_PASSWORD
    if no_rights:
        fact = (
            f"{destination.name}: user {endpoint.username} has no privileges on database {endpoint.database}: {words}"
        )
        return fact, "grant them, or correct the database's name"
    if error.login_refused:
        advice = f"check {destination.login.name} and that user {endpoint.username} may log in from here"
        return f"{destination.name} refuses the login of {endpoint.username}: {words}", advice
    return f"cannot connect to {destination.name}: {words}", _advice(endpoint, words)


def _advice(endpoint: Endpoint, words: str) -> str:
    """What to do about what no waiting mends."""
    lowered = words.lower()
    if "invalid response to ssl" in lowered:
        return f"what listens at port {endpoint.port} is not PostgreSQL: check the port"
    if "certificate" in lowered or "ssl" in lowered or "tls" in lowered:
        return (
            f"the server must offer TLS with a certificate for {endpoint.host} from an authority in"
            f" {endpoint.ca_file or 'the CA file'}: name its CA file in DB_BOOTSTRAP_CA_FILE or tls.ca_file; through a"
            " tunnel or without such a certificate, choose another mode with ?sslmode=verify-ca (PostgreSQL),"
            " ?ssl-mode=VERIFY_CA (MySQL) or tls.mode (docs/tunnels.md)"
        )
    if "database" in lowered:
        if "denied" in lowered:
            return f"grant {endpoint.username} privileges on {endpoint.database}, or correct the database in the target"
        return f"create database {endpoint.database}, or correct its name in the target"
    return "check the target"


def probe(endpoint: Endpoint) -> str:
    """Look where the way to the server ends, and say what to check."""
    if endpoint.socket:
        return "check that the server runs and where its socket is"
    try:
        addresses = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    except OSError:
        return "the host name does not resolve: check it, and the DNS of this network"
    address = addresses[0][4][0]
    try:
        socket.create_connection((endpoint.host, endpoint.port), timeout=3).close()
    except ConnectionRefusedError:
        return f"nothing listens at {address} port {endpoint.port}: check the port and that the server runs"
    except OSError:
        return (
            f"{address} port {endpoint.port} does not answer: check security groups, routes and that we are in the VPC"
        )
    return "the port answers, the database does not: check that it has started and has connections left"
