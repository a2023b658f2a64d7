"""Sessions on fresh databases of both vendors; each test that takes ``place`` runs on MariaDB and on MySQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.servers import MariaDBServer, MySQLServer
from demo.servers.versions import ALL
from tests.conftest import fresh_database, shared_server, with_routines
from tests.mysql.home import Home
from tests.mysql.place import Place, open_place


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On the servers at hand, or on every version of both vendors."""
    if "server" in metafunc.fixturenames:
        every = [name for name in ALL if not name.startswith("postgresql")]
        names = every if metafunc.config.getoption("--all-versions") else ["mariadb", "mysql"]
        metafunc.parametrize("server", names, indirect=True)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> MariaDBServer | MySQLServer:
    found = shared_server(with_routines(request.param))
    assert isinstance(found, MariaDBServer | MySQLServer)
    return found


@pytest.fixture
def place(server: MariaDBServer | MySQLServer) -> Iterator[Place]:
    with fresh_database(server) as url, open_place(url) as opened:
        yield opened


@pytest.fixture
def other(server: MariaDBServer | MySQLServer) -> Iterator[Place]:
    with fresh_database(server) as url, open_place(url) as opened:
        yield opened


@pytest.fixture
def home(server: MariaDBServer | MySQLServer) -> Iterator[Home]:
    with fresh_database(server) as url:
        opened = Home(server, url)
        try:
            yield opened
        finally:
            opened.drop_accounts()
