"""On every version of every server: what is imported is built again, plans nothing, and becomes another structure.

`--all-versions` (`make versions`) runs them all; without it a few stand for the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bootstrap.run.records import Outcome
from bootstrap.service.apply import apply
from bootstrap.service.import_ import import_database
from bootstrap.service.plan import plan
from bootstrap.service.verify import verify
from bootstrap.service.work import Request
from demo.servers import PostgresServer, Server, ServerUnavailableError
from tests.conftest import fresh_database, shared_server, with_routines
from tests.requirements import missing
from tests.versions.schemas import mysql, postgresql

ROWS = {
    "postgresql": (
        "INSERT INTO people (email, name, price) VALUES ('a@b', 'one', 2), ('c@d', 'two', 3)",
        "INSERT INTO child VALUES (1, 'b', 2)",
        "INSERT INTO measures VALUES ('2024-02-02', 1, 5), ('2030-01-01', 1, 6)",
    ),
    "mysql": (
        "INSERT INTO people (name, email, paid, place) VALUES ('one', 'a@b', 2, point(1, 2)),"
        " ('two', 'c@d', 3, point(3, 4))",
        "INSERT INTO orders VALUES (1, 1, 1, 'first'), (1, 2, 2, NULL)",
        "INSERT INTO measures VALUES ('2023-05-05', 1), ('2024-05-05', 2), ('2031-01-01', 3)",
        "INSERT INTO old_words VALUES ('Äpfel')",
    ),
}
TABLES = {"postgresql": ("people", "child", "measures"), "mysql": ("people", "orders", "measures", "old_words")}


@pytest.fixture
def server(version: str) -> Server:
    """The session's server of that version."""
    try:
        return shared_server(with_routines(version)).as_master
    except ServerUnavailableError as error:
        missing(str(error))


@pytest.fixture
def copy(server: Server) -> Iterator[str]:
    with fresh_database(server) as url:
        yield url


@pytest.fixture
def source(server: Server) -> Iterator[str]:
    with fresh_database(server) as url:
        yield url


def scripts(server: Server) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The statements of the schema and of its later version, as this server takes them."""
    if isinstance(server, PostgresServer):
        found = "SELECT EXISTS (SELECT FROM {}), EXISTS (SELECT FROM {})"
        libraries = ("pg_available_extensions WHERE name = 'citext'", "pg_collation WHERE collname = 'de-x-icu'")
        [(extensions, icu)] = server.execute(found.format(*libraries))
        first, later = postgresql(int(server.version), extensions=extensions, icu=icu)
        return (first,), (later,)
    return mysql(sequences=server.flavour == "mariadb")


def run(server: Server, url: str, *statements: str) -> None:
    for statement in statements:
        server.execute(statement, name_in(url))


def name_in(url: str) -> str:
    """The database that a URL leads to."""
    return urlsplit(url).path.removeprefix("/")


def contents(directory: Path) -> dict[str, list[str]]:
    """All that an import wrote, but for the database's name and the order of columns, which is never changed."""
    return {
        str(path.relative_to(directory)): sorted(path.read_text().splitlines())
        for path in directory.rglob("*")
        if path.is_file() and path.name != "bootstrap.yaml"
    }


def imported(url: str, folder: Path) -> Path:
    import_database(Request(adopt_environment=True, url=url), folder)
    return folder


def test_every_kind_of_object_survives_import_rebuild_and_change(
    version: str, server: Server, source: str, copy: str, tmp_path: Path
) -> None:
    first, later = scripts(server)
    engine = version.partition("-")[0].replace("mariadb", "mysql")
    run(server, source, *first)
    declared = imported(source, tmp_path / "first")
    assert plan(Request(adopt_environment=True, directory=declared, url=source, exact=True)).plan.statements == ()

    everything = Request(adopt_environment=True, directory=declared, url=copy, exact=True, permissions=("all",))
    assert apply(everything).outcome is Outcome.APPLIED
    assert plan(everything).plan.statements == ()
    assert contents(imported(copy, tmp_path / "copy")) == contents(declared)

    run(server.administrator, copy, *ROWS[engine])  # whom no policy keeps from rows
    with fresh_database(server) as other:
        run(server, other, *later)
        wanted = imported(other, tmp_path / "later")
    change = Request(adopt_environment=True, directory=wanted, url=copy, exact=True, permissions=("all",))
    assert apply(change).outcome is Outcome.APPLIED
    assert verify(change).holds
    assert contents(imported(copy, tmp_path / "changed")) == contents(wanted)
    rows = [
        server.administrator.execute(f"SELECT count(*) FROM {table}", name_in(copy))[0][0] for table in TABLES[engine]
    ]
    assert rows == ([2, 1, 2] if engine == "postgresql" else [2, 2, 3, 1])
