"""Real servers for the tests: one of each kind per test session, shared by all workers; a fresh database per test.

The databases are those of an account like RDS's master: no superuser, and their owner. Servers are used as superuser,
to look at what no owner sees; whoever lets the product run as that says why.

A server is started when the first test asks for it. The process that began the session owns it: the pytest-xdist
controller, or pytest itself. It ends the servers with the session, and if it is killed their guards end them.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bootstrap.dialects.base import Endpoint, Session
from bootstrap.dialects.postgresql.session import PostgresSession
from bootstrap.target.url import parse_url
from demo.aws import local
from demo.servers import MariaDBServer, MySQLServer, PostgresServer, Registry, Server
from demo.servers.cache import file_lock

SESSION = "DB_BOOTSTRAP_TEST_SESSION"
SERVERS = "DB_BOOTSTRAP_SERVERS_DIR"
LOGIN_SECONDS = 120
MEMORY, ENOUGH_BYTES = Path("/dev/shm"), 6 << 30  # noqa: S108  # for the data of all servers of a session


def pytest_addoption(parser: pytest.Parser) -> None:
    """What is too much for every run."""
    parser.addoption("--all-versions", action="store_true", help="run what is to hold on every version on all")


def pytest_configure(config: pytest.Config) -> None:
    """Begin the session: workers of pytest-xdist inherit the environment, and so find the folder and the owner."""
    if not hasattr(config, "workerinput"):
        os.environ[SESSION] = f"{os.getpid()}:{tempfile.mkdtemp(prefix='dbb-tests-')}"
        if MEMORY.is_dir() and _is_fit(MEMORY):
            os.environ.setdefault(SERVERS, str(MEMORY))  # a database is made there in a sixth of the time


def _is_fit(folder: Path) -> bool:
    """Whether there is room for the data of all servers, and programs that were copied there may be executed."""
    return shutil.disk_usage(folder).free >= ENOUGH_BYTES and not os.statvfs(folder).f_flag & os.ST_NOEXEC


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the session's servers."""
    if not hasattr(config, "workerinput"):
        folder = Path(os.environ.pop(SESSION).split(":", 1)[1])
        local.stop(folder / "aws")
        Registry(folder).stop_all()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Share the tests out so that those of one slow world stay in one worker (`--dist loadgroup`)."""
    if config.getoption("dist") != "loadgroup":
        return None
    from tests.sharing import Sharing  # noqa: PLC0415 without pytest-xdist there is nothing to share

    return Sharing(config, log)


@pytest.fixture(autouse=True)
def _own_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test's passwords hide in texts, such as "secret", is hidden in its own only, whichever ran before it."""
    monkeypatch.setattr("bootstrap.redact._known", set())


def with_routines(name: str) -> str:
    """Return the server of a kind on which the master may make functions and triggers.

    MySQL and MariaDB with a binary log do not let it, unless log_bin_trust_function_creators is set, as on RDS in the
    parameter group.
    """
    return name if name.startswith("postgresql") else f"{name}+routines"


def shared_server(name: str) -> Server:
    """Return the session's server of a kind, such as `postgresql-18`; a missing one fails the test in one line."""
    owner, folder = os.environ[SESSION].split(":", 1)
    return Registry(Path(folder)).get(name, owner=int(owner))


@pytest.fixture(scope="session")
def local_aws() -> local.LocalAws:
    """The session's local AWS: one for all workers, so whatever a test creates in it needs a name of its own."""
    owner, folder = os.environ[SESSION].split(":", 1)
    state = Path(folder) / "aws"
    with file_lock(Path(folder) / "aws.lock"):
        return local.running(state) or local.start(state, owner=int(owner))


@pytest.fixture(scope="session")
def postgres_server() -> PostgresServer:
    """The session's PostgreSQL, of the version at hand."""
    server = shared_server("postgresql")
    assert isinstance(server, PostgresServer)
    return server


@pytest.fixture(scope="session")
def mariadb_server() -> MariaDBServer:
    """The session's MariaDB."""
    server = shared_server("mariadb")
    assert isinstance(server, MariaDBServer)
    return server


@pytest.fixture(scope="session")
def mysql_server() -> MySQLServer:
    """The session's MySQL (not MariaDB)."""
    server = shared_server("mysql")
    assert isinstance(server, MySQLServer)
    return server


def endpoint_of(url: str) -> Endpoint:
    """Where a URL leads, for a test's own sessions: a server that is busy may take its time to let one in."""
    return dataclasses.replace(parse_url(url, {}).endpoint, connect_timeout_seconds=LOGIN_SECONDS)


def finding_public(session: Session) -> Session:
    """Let a session of ours find what a test creates by hand without a schema; on PostgreSQL it finds nothing else."""
    if isinstance(session, PostgresSession):
        session._fixed["search_path"] = "public, pg_catalog, pg_temp"
        session.execute("SET search_path = public, pg_catalog, pg_temp")
    return session


@contextlib.contextmanager
def fresh_database(server: Server) -> Iterator[str]:
    """Give the master's URL of a new, empty database, which is dropped in the end.

    Yields:
        A URL over TCP with TLS; certificate and host name are verified against the server's CA.
    """
    name = f"test_{uuid.uuid4().hex[:12]}"
    try:
        yield server.as_master.create_database(name)
    finally:
        server.drop_database(name)


@pytest.fixture
def postgres_database(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of an empty database on the session's PostgreSQL."""
    with fresh_database(postgres_server) as url:
        yield url


@pytest.fixture
def mariadb_database(mariadb_server: MariaDBServer) -> Iterator[str]:
    """The URL of an empty database on the session's MariaDB."""
    with fresh_database(mariadb_server) as url:
        yield url


@pytest.fixture
def mysql_database(mysql_server: MySQLServer) -> Iterator[str]:
    """The URL of an empty database on the session's MySQL."""
    with fresh_database(mysql_server) as url:
        yield url


@pytest.fixture
def postgres_administrator(postgres_server: PostgresServer, postgres_database: str) -> str:
    """The URL of the test's database for the superuser; whoever uses it says why."""
    return postgres_server.url(urlsplit(postgres_database).path.removeprefix("/"))


@pytest.fixture
def mariadb_routines_database() -> Iterator[str]:
    """The URL of an empty database on a MariaDB on which functions and triggers may be made."""
    with fresh_database(shared_server(with_routines("mariadb"))) as url:
        yield url


@pytest.fixture
def mysql_routines_database() -> Iterator[str]:
    """The URL of an empty database on a MySQL on which functions and triggers may be made."""
    with fresh_database(shared_server(with_routines("mysql"))) as url:
        yield url
