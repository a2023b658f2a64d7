"""Hundreds of tables at the servers' default settings; `make benchmark` does the same with 5000.

The lock table of a PostgreSQL is everybody's: what one session takes of it the others lack, and they fail with 53200.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pymysql
import pytest

from benchmarks.locks import GUARANTEED, LockWatch
from benchmarks.workload import add_column, declare, statements
from bootstrap.catalog.tables import Table
from bootstrap.run.records import Outcome
from bootstrap.service.apply import apply
from bootstrap.service.import_ import import_database
from bootstrap.service.plan import plan
from bootstrap.service.verify import verify
from bootstrap.service.work import Request, open_work
from demo.servers import MariaDBServer, PostgresServer
from demo.servers.process import log_file
from tests.conftest import shared_server

TABLES = 200  # made in one transaction they would hold 3400 locks; as many views, read at once, hold 400
FEW, MORE = 5, 40


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[PostgresServer]:
    """Default settings, nobody else on it, and a log of what it was asked."""
    with PostgresServer.start(settings={"log_statement": "all", "log_line_prefix": "<%d> "}) as server:
        assert server.execute("SHOW max_locks_per_transaction") == [("64",)]
        assert server.execute("SHOW max_connections") == [("100",)]
        yield server


def asked(server: PostgresServer, database: str) -> int:
    """How many statements the server has been sent in a database."""
    log = log_file(server.process.directory).read_text(errors="replace")
    return sum(line.startswith(f"<{database}> LOG:  statement: ") for line in log.splitlines())


def test_postgresql_at_default_settings(own_postgres: PostgresServer, tmp_path: Path) -> None:
    url = own_postgres.create_database("many")
    declare(tmp_path / "d", "postgresql", TABLES, views=TABLES)
    request = Request(adopt_environment=True, directory=tmp_path / "d", url=url)
    with LockWatch.over(own_postgres) as watch:
        assert apply(request).outcome is Outcome.APPLIED
        made = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        assert own_postgres.execute(made, "many") == [(TABLES,)]
        import_database(Request(adopt_environment=True, url=url), tmp_path / "imported")
        found = plan(Request(adopt_environment=True, directory=tmp_path / "imported", url=url))
        assert found.plan.statements == ()
        add_column(tmp_path / "d", "more")
        assert len(apply(request).statements) == TABLES
        assert verify(request).holds
    assert 0 < watch.most < GUARANTEED / 2


def test_postgresql_is_asked_as_often_whatever_the_number_of_tables(
    own_postgres: PostgresServer, tmp_path: Path
) -> None:
    counts: dict[int, tuple[int, int]] = {}
    for tables in (FEW, MORE):
        name = f"count{tables}"
        url = own_postgres.create_database(name)
        declare(tmp_path / name, "postgresql", tables)
        request = Request(adopt_environment=True, directory=tmp_path / name, url=url)
        apply(request)
        start = asked(own_postgres, name)
        plan(request)
        planned = asked(own_postgres, name)
        verify(request)
        counts[tables] = planned - start, asked(own_postgres, name) - planned
    assert counts[FEW] == counts[MORE]
    assert max(counts[MORE]) < 40


def test_mariadb_is_asked_as_often_whatever_the_number_of_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = shared_server("mariadb")
    assert isinstance(server, MariaDBServer)
    sent: list[int] = []
    command: Any = pymysql.connections.Connection._execute_command  # type: ignore[attr-defined]  # each is one round trip

    def counted(connection: Any, number: int, sql: Any) -> None:
        sent.append(number)
        command(connection, number, sql)

    counts: dict[int, int] = {}
    for tables in (FEW, MORE):
        name = f"count_{tmp_path.name[-8:]}_{tables}"
        request = Request(adopt_environment=True, directory=tmp_path / name, url=server.create_database(name))
        with closing(server.connect(name)) as connection, connection.cursor() as cursor:
            for statement in ";".join(statements("mysql", tables)).split(";"):
                cursor.execute(statement)
        declare(tmp_path / name, "mysql", tables)
        with open_work(request) as work, monkeypatch.context() as patched:
            patched.setattr(pymysql.connections.Connection, "_execute_command", counted)
            assert len(work.dialect.introspect(work.session, work.scope).catalog.of(Table)) == tables
            work.dialect.fingerprint(work.session, work.scope)
        counts[tables] = len(sent)
        sent.clear()
        server.drop_database(name)
    assert 0 < counts[FEW] == counts[MORE] < 20
