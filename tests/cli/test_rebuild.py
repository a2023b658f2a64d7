"""`rebuild`: an empty database from the declaration, never a protected one, never without the name typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.command import write
from tests.cli.databases import Database
from tests.conftest import fresh_database, shared_server

FILES = {
    "schema/s.yaml": """
        tables:
          teams: {columns: {id: int not null, name: varchar(20)}, primary_key: [id]}
          people:
            columns: {id: int not null, team_id: int}
            primary_key: [id]
            foreign_keys: {people_team_fk: {columns: [team_id], references: teams(id)}}
        views: {members: "SELECT id, team_id FROM people WHERE team_id IS NOT NULL"}
        """,
    "seeds/s.yaml": "seeds: {teams: {key: [id], mode: upsert, rows: [{id: 1, name: red}]}}\n",
    "steps/0001_people.after.sql": "INSERT INTO people (id) VALUES (7);",
    "environments/dev.yaml": "policy: {}\n",
    "environments/production.yaml": "policy: {}\n",
    "environments/guarded.yaml": "policy: {protected: true}\n",
}


@pytest.fixture(params=["postgresql", "mariadb", "mysql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database of each vendor."""
    server = shared_server(request.param)
    with fresh_database(server) as url:
        yield Database(server.as_master, urlsplit(url).path.removeprefix("/"))


def test_everything_is_dropped_and_made_again(database: Database, tmp_path: Path) -> None:
    folder = write(tmp_path, database.engine, FILES)
    for environment in ("production", "guarded"):
        said = database.run("rebuild", environment, "--dir", folder, "--confirm", database.name).refused(3)
        assert "is protected" in said
    database.run("apply", "dev", "--dir", folder).ended(0)
    database.sql(
        "INSERT INTO teams VALUES (2, 'blue')",
        "INSERT INTO people VALUES (8, 2)",
        "CREATE TABLE by_hand (id int PRIMARY KEY)",
        "INSERT INTO by_hand VALUES (1)",
    )
    for wrong in ("dev", database.name.upper() + "x"):
        said = database.run("rebuild", "dev", "--dir", folder, "--confirm", wrong).refused(3)
        assert f"--confirm {database.name}" in said
    assert "--confirm" in database.run("rebuild", "dev", "--dir", folder).ended(1).err
    assert database.sql("SELECT id FROM people ORDER BY id") == [(7,), (8,)]

    database.run("rebuild", "dev", "--dir", folder, "--confirm", database.name).ended(0)
    assert set(database.tables()) - {"members"} == {"people", "teams"}
    assert database.sql("SELECT id, team_id FROM people") == [(7, None)]
    assert database.sql("SELECT id, name FROM teams") == [(1, "red")]
    assert database.sql(f"SELECT action, outcome FROM {database.own('runs')} ORDER BY id") == [
        ("apply", "applied"), ("rebuild", "applied"), ("apply", "applied"),
    ]  # fmt: skip
    database.run("verify", "dev", "--dir", folder).ended(0)
    database.run("history", "--check").ended(0)


def test_a_database_that_is_production_is_protected_by_any_name(database: Database, tmp_path: Path) -> None:
    folder = write(tmp_path, database.engine, FILES)
    database.run("apply", "production", "--dir", folder).ended(0)
    adopted = ("--adopt-environment", "--confirm", database.name)
    assert "is protected" in database.run("rebuild", "dev", "--dir", folder, *adopted).refused(3)
    assert database.sql("SELECT id FROM people") == [(7,)]
