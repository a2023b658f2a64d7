"""Rows never get a value that nobody wrote without somebody allowing it."""

from __future__ import annotations

from pathlib import Path

from demo.servers import MariaDBServer, MySQLServer
from tests.cli.command import Outcome, db_bootstrap, write
from tests.conftest import endpoint_of, fresh_database

# What the table becomes: a column that no row has a value for, of every family of types.
UNFILLED = (
    "int not null", "varchar(9) not null", "date not null", "datetime(3) not null", "timestamp not null",
    "enum('x','y') not null", "decimal(5,2) not null", "blob not null",
)  # fmt: skip


def declare(folder: Path, columns: str) -> Path:
    return write(
        folder, "mysql",
        {"schema/t.yaml": f"tables: {{t: {{columns: {{id: int not null, {columns}}}, primary_key: [id]}}}}"},
    )  # fmt: skip


def apply(url: str, folder: Path, *allowed: str) -> Outcome:
    return db_bootstrap(
        "apply", "--url", url, "--dir", folder, *(word for kind in allowed for word in ("--allow", kind))
    )


def test_a_new_column_needs_a_default_where_there_are_rows(server: MariaDBServer | MySQLServer, tmp_path: Path) -> None:
    assert isinstance(server, MariaDBServer | MySQLServer)
    columns = ", ".join(f'c{number}: "{kind}"' for number, kind in enumerate(UNFILLED))
    wanted = declare(tmp_path / "wanted", columns)
    with fresh_database(server) as url:
        database = endpoint_of(url).database
        server.execute("CREATE TABLE t (id int PRIMARY KEY)", database)
        server.execute("INSERT INTO t VALUES (1), (2)", database)
        said = apply(url, wanted).refused(3)
        assert said.count("is NOT NULL and has no default") == len(UNFILLED)
        assert "say by backfill" in said
        assert server.execute("SELECT * FROM t ORDER BY id", database) in ([(1,), (2,)], ((1,), (2,)))
        server.execute("DELETE FROM t", database)  # the server's estimate need not know
        apply(url, wanted).ended(0)
    with fresh_database(server) as url:
        database = endpoint_of(url).database
        server.execute("CREATE TABLE t (id int PRIMARY KEY)", database)
        server.execute("INSERT INTO t VALUES (1)", database)
        filled = declare(tmp_path / "filled", "a: {type: int, nullable: false, default: 7}, b: int")
        apply(url, filled).ended(0)
        apply(url, declare(tmp_path / "one", 'a: {type: int, nullable: false, default: 7}, b: int, c: int not null'),
              "validation_may_fail:t.c").ended(0)  # fmt: skip
        assert [tuple(row) for row in server.execute("SELECT * FROM t", database)] == [(1, 7, None, 0)]


def test_a_column_that_becomes_not_null_keeps_no_null_in_silence(
    server: MariaDBServer | MySQLServer, tmp_path: Path
) -> None:
    kinds = {"a": "int", "d": "date", "s": "varchar(9)", "m": "timestamp", "w": "datetime"}
    with fresh_database(server) as url:
        database = endpoint_of(url).database
        columns = ", ".join(f"{column} {kind} NULL" for column, kind in kinds.items())
        server.execute(f"CREATE TABLE t (id int PRIMARY KEY, {columns})", database)
        server.execute("INSERT INTO t (id) VALUES (1)", database)
        nulls = ", ".join(f"{column}: {kind}" for column, kind in kinds.items())
        for column, kind in {**kinds, "w": "timestamp"}.items():
            wanted = nulls.replace(f"{column}: {kinds[column]}", f"{column}: {kind} not null")
            said = apply(url, declare(tmp_path / column, wanted))
            assert said.code in (1, 3), said.text
            assert f"t.{column}" in said.text
        assert [tuple(row) for row in server.execute("SELECT a, d, s, m, w FROM t", database)] == [(None,) * 5]
