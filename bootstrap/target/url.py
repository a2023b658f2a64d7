"""Targets given as ``--url``, written as the drivers know them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from bootstrap.dialects.base import Endpoint
from bootstrap.problems import TargetError
from bootstrap.redact import remember
from bootstrap.target.tls import MODES, ca_file, tls_warnings

PASSWORD_VARIABLE = "DB_BOOTSTRAP_PASSWORD"  # noqa: S105  # the name of a variable
EXAMPLE = {
    "postgresql": "postgresql://user@host:5432/database?sslmode=verify-full",
    "mysql": "mysql://user@host:3306/database",
}
PORTS = {"postgresql": 5432, "mysql": 3306}

_SCHEMES = {"postgresql": "postgresql", "postgres": "postgresql", "mysql": "mysql", "mariadb": "mysql"}
# Names of libpq (https://www.postgresql.org/docs/current/libpq-connect.html), of the mysql client and of PyMySQL.
_PARAMETERS = {
    "postgresql": {
        "host": "host", "port": "port", "dbname": "database", "user": "username", "password": "password",
        "sslmode": "tls", "sslrootcert": "ca", "connect_timeout": "timeout",
    },
    "mysql": {
        "unix_socket": "socket", "socket": "socket", "host": "host", "port": "port", "user": "username",
        "password": "password", "ssl-mode": "tls", "ssl_mode": "tls", "sslmode": "tls", "ssl-ca": "ca", "ssl_ca": "ca",
        "connect_timeout": "timeout",
    },
}  # fmt: skip
# The mysql client's names for the same things.
_MODE_NAMES = {"verify_identity": "verify-full", "verify_ca": "verify-ca", "required": "require", "disabled": "disable"}
# What libpq and mysql do by default: they go on without TLS, or without looking whom they talk to, and nobody notices.
_OPPORTUNISTIC = ("allow", "prefer", "preferred")


@dataclass(frozen=True, slots=True)
class UrlTarget:
    """Where a URL leads, and what is to be said about the way it was written. ``deadline_seconds`` is how long to wait
    for the server where the URL says it.
    """

    endpoint: Endpoint
    warnings: tuple[str, ...] = ()
    deadline_seconds: int | None = None


class _UrlError(ValueError):
    """What is wrong with a URL, without the option's name."""


def parse_url(
    url: str, environ: Mapping[str, str], *, database_required: bool = True, option: str = "--url"
) -> UrlTarget:
    """Read a ``postgresql://`` or ``mysql://`` URL.

    Args:
        url: percent-encoded where a part holds a character that URLs give a meaning.
        environ: where DB_BOOTSTRAP_PASSWORD and DB_BOOTSTRAP_CA_FILE are looked up.
        database_required: False where the URL names a server only, as for scratch places.
        option: what gave it, for messages.

    Raises:
        TargetError: what is wrong with it; never the URL itself, because a password may stand in it.
    """
    try:
        if not url.isprintable():
            raise _UrlError("has characters that cannot be printed: percent-encode them")
        return _parse(url, environ, database_required=database_required)
    except _UrlError as error:
        raise TargetError(f"{option} {error}") from error


def _parse(url: str, environ: Mapping[str, str], *, database_required: bool) -> UrlTarget:
    engine, facts = _split(url)
    password = facts.get("password")
    remember(password)
    remember(environ.get(PASSWORD_VARIABLE))
    socket = facts.get("socket")
    mode = "disable" if socket else _tls_mode(facts.get("tls"))
    database = facts.get("database", "")
    if not database and database_required:
        raise _UrlError(f"names no database: write it as {EXAMPLE[engine]}")
    timeout = _number("connect_timeout", facts["timeout"], low=1) if facts.get("timeout") else None
    endpoint = Endpoint(
        engine=engine,
        host="" if socket else facts.get("host") or "localhost",
        port=_number("port", facts["port"], low=1) if facts.get("port") else PORTS[engine],
        database=database,
        username=facts.get("username") or _own_name(),
        password=password or environ.get(PASSWORD_VARIABLE) or None,
        socket=socket,
        tls_mode=mode,
        ca_file=ca_file(mode, facts.get("ca"), environ),
        connect_timeout_seconds=min(timeout or 10, 10),
    )
    return UrlTarget(endpoint, tuple(_warnings(password, endpoint)), timeout)


def _own_name() -> str:
    """The name of who runs this, as both clients take it."""
    import getpass  # noqa: PLC0415  # a URL mostly names the user

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # the user of a container need not be in /etc/passwd
        raise _UrlError("names no user, and whoever runs this has no name: write user@ before the host") from None


def _split(url: str) -> tuple[str, dict[str, str]]:
    """The engine, and the parts of the URL and of its query by what they mean."""
    try:
        parts = urlsplit(url)
        user, password, host, port = parts.username, parts.password, parts.hostname, parts.port
    except ValueError as error:
        if "," in url.rpartition("@")[2].partition("/")[0]:
            raise _UrlError("names several hosts: name one, the writer") from error
        raise _UrlError(f"cannot be read: {_reason(error)}: percent-encode special characters") from error
    # postgresql+psycopg2, mysql+pymysql: as SQLAlchemy writes them; the drivers are the same
    engine = _SCHEMES.get(parts.scheme.partition("+")[0])
    if engine is None:
        examples = " or ".join(EXAMPLE.values())
        raise _UrlError(f"has the scheme {parts.scheme!r}: write it as {examples}")
    facts = {"username": user, "password": password, "host": _host(parts.netloc, host)}
    facts |= {"port": str(port) if port else None, "database": parts.path.removeprefix("/")}
    decoded = {name: unquote(value) for name, value in facts.items() if value}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        meaning = _PARAMETERS[engine].get(name)
        if meaning is None:
            known = ", ".join(sorted(_PARAMETERS[engine]))
            raise _UrlError(f"has the unknown parameter {name!r}: known are {known}")
        decoded[meaning] = value
    if decoded.get("host", "").startswith("/"):
        decoded["socket"] = decoded.pop("host")
    if "," in decoded.get("host", ""):
        raise _UrlError("names several hosts: name one, the writer")
    return engine, decoded


def _host(netloc: str, lowered: str | None) -> str | None:
    """The host as it was written: urlsplit lowers its case, which would break the path of a socket."""
    if not lowered:
        return None
    written = netloc.rpartition("@")[2]
    start = written.lower().find(lowered)
    return written[start : start + len(lowered)] if start >= 0 else lowered


def _tls_mode(written: str | None) -> str:
    if written is None:
        return "verify-full"
    mode = _MODE_NAMES.get(written.lower(), written.lower())
    if mode in _OPPORTUNISTIC:
        raise _UrlError(
            f"has TLS mode {written!r}, which silently goes on without TLS: say verify-full, require or disable"
        )
    if mode not in MODES:
        raise _UrlError(f"has the unknown TLS mode {written!r}: one of {', '.join(MODES)}")
    return mode


def _number(name: str, written: str, *, low: int, high: int = 65535) -> int:
    if not written.isascii() or not written.isdigit() or not low <= int(written) <= high:
        raise _UrlError(f"has {name} {written!r}: a number from {low} to {high} is needed")
    return int(written)


def _reason(error: ValueError) -> str:
    """urlsplit's own words where they hold nothing of the URL but its form."""
    text = str(error)
    return "the port is not a number from 0 to 65535" if "ort" in text else "it is malformed"


def _warnings(password: str | None, endpoint: Endpoint) -> Iterable[str]:
    if password:
        yield f"the password stands in the URL, and so in process lists and shell histories: use {PASSWORD_VARIABLE}"
    if endpoint.socket is None:
        yield from tls_warnings(endpoint.tls_mode)
