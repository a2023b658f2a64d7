"""`history --check`: a run that was changed, removed or inserted is found and named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.command import write
from tests.cli.databases import Database
from tests.conftest import fresh_database, shared_server

# What somebody does to the history, and which run is named with which word. {runs} and the like are our own tables.
MEDDLING = {
    "who": ("UPDATE {runs} SET principal = 'nobody' WHERE id = 2", {(2, "changed")}),
    "a statement": ("UPDATE {statements} SET sql_text = 'SELECT 1' WHERE run = 3", {(3, "changed")}),
    "no statement": ("DELETE FROM {statements} WHERE run = 2", {(2, "changed")}),
    "the last run": ("UPDATE {runs} SET error = 'x' WHERE id = 4", {(4, "changed")}),
    "a link": ("UPDATE {chain} SET digest = 'x' WHERE run = 2", {(2, "changed")}),
    "one gone": ("DELETE FROM {statements} WHERE run = 2; DELETE FROM {runs} WHERE id = 2", {(2, "missing")}),
    "one gone with its link": ("DELETE FROM {chain} WHERE run = 3; DELETE FROM {runs} WHERE id = 3", {(3, "missing")}),
    "the last gone": ("DELETE FROM {chain} WHERE run = 4; DELETE FROM {runs} WHERE id = 4", {(4, "missing")}),
    "the first gone": ("DELETE FROM {chain} WHERE run = 1; DELETE FROM {runs} WHERE id = 1", {(1, "missing")}),
    "one more": (
        "INSERT INTO {runs} (id, action, environment, outcome, started_at, db_user, backend)"
        " VALUES (9, 'apply', '', 'failed', now(), '', '')",
        {(9, "inserted")},
    ),
}
TABLES = ("runs", "statements", "chain")


@pytest.fixture(params=["postgresql", "mariadb", "mysql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database of each vendor."""
    server = shared_server(request.param)
    with fresh_database(server) as url:
        yield Database(server.as_master, urlsplit(url).path.removeprefix("/"))


def test_what_was_meddled_with_is_named(database: Database, tmp_path: Path) -> None:
    for number in range(1, 5):  # the last one fails
        columns = "".join(f", c{n}: int" for n in range(1, number))
        schema = f"tables: {{t: {{columns: {{id: int not null{columns}}}, primary_key: [id]}}}}"
        step = {"steps/0001_wrong.after.sql": "INSERT INTO t (id) VALUES (1), (1);"} if number == 4 else {}
        folder = write(tmp_path / str(number), database.engine, {"schema/s.yaml": schema, **step})
        database.run("apply", "--dir", folder).ended(1 if step else 0)
    assert database.outcomes() == ["applied", "applied", "applied", "failed"]
    said = database.run("history", "--check").ended(0).out
    assert "4 runs, each as it was recorded" in said

    for table in TABLES:
        database.sql(f"CREATE TABLE copy_of_{table} AS SELECT * FROM {database.own(table)}")
    for what, (statements, named) in MEDDLING.items():
        for statement in statements.split("; "):
            database.sql(statement.format(**{table: database.own(table) for table in TABLES}))
        report = database.run("history", "--check", "--format", "json").ended(4).data
        assert {(fault["run"], fault["kind"]) for fault in report["faults"]} == named, what
        for table in reversed(TABLES):
            database.sql(f"DELETE FROM {database.own(table)}")
        for table in TABLES:
            database.sql(f"INSERT INTO {database.own(table)} SELECT * FROM copy_of_{table}")
    assert database.run("history", "--check").ended(0)
    database.run("rollback", "--to", "3", "--dir", tmp_path / "3", "--allow", "all").ended(0)
    assert "5 runs" in database.run("history", "--check").ended(0).out
