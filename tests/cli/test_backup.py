"""`policy.backup: table`: what a plan loses is kept before, and a rollback brings it back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.command import write
from tests.cli.databases import Database
from tests.conftest import fresh_database, shared_server

POLICY = {"environments/test.yaml": "policy: {backup: table}\n"}
BEFORE = """
tables:
  teams:
    columns: {id: int not null, name: varchar(40) not null}
    primary_key: [id]
  people:
    columns:
      id: int not null
      team_id: int
      code: varchar(20) not null
      fax: varchar(20)
      rank: {type: int, nullable: false, default: 7}
      name: varchar(40) not null
    primary_key: [id]
    unique: {people_code_key: [code]}
    foreign_keys:
      people_team_fk: {columns: [team_id], references: teams(id)}
  notes:
    columns: {body: varchar(40)}
"""
# Two columns of one table, one of them unique and demanded, a table to which another one refers, and one without a key.
AFTER = """
tables:
  people:
    columns: {id: int not null, team_id: int, name: varchar(40) not null}
    primary_key: [id]
"""
ROWS = (
    "INSERT INTO teams VALUES (1, 'red'), (2, 'it''s \\\\ blue')",
    "INSERT INTO people (id, team_id, code, fax, rank, name) VALUES"
    " (1, 1, 'a', '11', 1, 'Ada'), (2, 2, 'b', NULL, 2, 'Bo'), (3, NULL, 'c', '33', 3, 'Cy')",
    "INSERT INTO notes VALUES ('one'), ('two'), ('two')",
)


@pytest.fixture(params=["postgresql", "mariadb", "mysql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database of each vendor."""
    server = shared_server(request.param)
    with fresh_database(server) as url:
        yield Database(server.as_master, urlsplit(url).path.removeprefix("/"))


def rows(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Everything, as the server says it."""
    return {
        "teams": database.sql("SELECT id, name FROM teams ORDER BY id"),
        "people": database.sql("SELECT id, team_id, code, fax, `rank`, name FROM people ORDER BY id".replace(
            "`", "`" if database.engine == "mysql" else "")),
        "notes": database.sql("SELECT body FROM notes ORDER BY body"),
    }  # fmt: skip


def quoted(database: Database, sql: str) -> str:
    """`rank` is a word of MySQL's."""
    return sql.replace(" rank", " `rank`") if database.engine == "mysql" else sql


def declared(tmp_path: Path, database: Database, name: str, schema: str, more: str = "") -> Path:
    policy = f"policy: {{backup: table{more}}}\n"
    return write(tmp_path / name, database.engine, {"schema/s.yaml": schema, "environments/test.yaml": policy})


def test_what_was_dropped_comes_back_with_its_values(database: Database, tmp_path: Path) -> None:
    first = declared(tmp_path, database, "first", BEFORE)
    database.run("apply", "test", "--dir", first).ended(0)
    database.sql(*(quoted(database, sql) for sql in ROWS))
    before = rows(database)
    second = declared(tmp_path, database, "second", AFTER)

    planned = database.run("plan", "test", "--dir", second, "--format", "json").ended(0).data
    kept = " ".join(planned["backups"])
    assert all(name in kept for name in ("people.code", "people.fax", "people.rank", "teams", "notes"))
    report = database.run("apply", "test", "--dir", second, "--allow", "data_loss", "--format", "json").ended(0).data
    assert len(report["backups"]) == 3
    assert database.tables() == ["people"]

    # Our copies are never looked at: nothing is pending, nothing is undeclared, nothing is imported.
    again = database.run("plan", "test", "--dir", second, "--detailed-exitcode", "--format", "json").ended(0).data
    assert again["unmanaged"] == []
    database.run("import", "--out", tmp_path / "imported").ended(0)
    assert "trash" not in "".join(path.read_text() for path in (tmp_path / "imported").rglob("*.yaml"))

    back = database.run("rollback", "test", "--dir", second, "--allow", "all", "--format", "json").ended(0).data
    assert rows(database) == before
    assert back["lost"] == []
    assert len(back["restored"]) == 5
    database.run("verify", "test", "--dir", first).ended(0)
    database.run("plan", "test", "--dir", first, "--detailed-exitcode").ended(0)
