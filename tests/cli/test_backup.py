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


def test_what_cannot_be_kept_asks_by_its_own_name(database: Database, tmp_path: Path) -> None:
    schema = "tables: {logs: {columns: {a: varchar(9), b: varchar(9)}}}"
    database.run("apply", "test", "--dir", declared(tmp_path, database, "first", schema)).ended(0)
    database.sql("INSERT INTO logs VALUES ('1', 'x'), ('1', 'y')")
    without = declared(tmp_path, database, "second", "tables: {logs: {columns: {a: varchar(9)}}}")
    said = database.run("apply", "test", "--dir", without, "--allow", "data_loss").refused(3)
    assert "no_backup:" in said
    assert "logs keeps no primary key" in said
    assert len(database.columns("logs")) == 2
    small = declared(tmp_path, database, "third", "tables: {}", ", backup_limit_mb: 0")
    said = database.run("apply", "test", "--dir", small, "--allow", "data_loss").refused(3)
    assert "more than policy.backup_limit_mb: 0" in said
    database.run("apply", "test", "--dir", small, "--allow", "data_loss", "--allow", "no_backup").ended(0)
    assert database.tables() == []
    assert database.sql(f"SELECT count(*) FROM {database.own('trash')}") == [(0,)]


def test_copies_go_when_their_time_is_over_and_are_believed_only_as_they_were_made(
    database: Database, tmp_path: Path
) -> None:
    columns = "id: int not null, n: int not null, gone: varchar(30)"
    schema = "tables: {t: {columns: {%s}, primary_key: [id]}}"
    first = declared(tmp_path, database, "first", schema % columns)
    database.run("apply", "test", "--dir", first).ended(0)
    database.sql("INSERT INTO t VALUES (1, 10, 'one'), (2, 20, 'two')")
    second = declared(tmp_path, database, "second", schema % columns.replace(", gone: varchar(30)", ""))
    database.run("apply", "test", "--dir", second, "--allow", "data_loss").ended(0)
    copy = database.own("trash_2_1")
    assert database.sql(f"SELECT gone FROM {copy} ORDER BY id") == [("one",), ("two",)]

    # Rows that came since have what the column gives them; those that went stay away.
    database.sql("DELETE FROM t WHERE id = 1", "INSERT INTO t VALUES (3, 30)")
    database.sql(f"UPDATE {copy} SET gone = 'TWO' WHERE id = 2")
    said = database.run("rollback", "test", "--dir", second).refused(3)
    assert "trash_2_1" in said
    database.sql(f"UPDATE {copy} SET gone = 'two' WHERE id = 2")
    database.run("rollback", "test", "--dir", second).ended(0)
    assert database.sql("SELECT id, n, gone FROM t ORDER BY id") == [(2, 20, "two"), (3, 30, None)]

    today = declared(tmp_path, database, "third", schema % "id: int not null, n: int not null", ", backup_days: 0")
    database.run("apply", "test", "--dir", today, "--allow", "data_loss").ended(0)
    assert database.sql(f"SELECT gone FROM {database.own('trash_4_1')} ORDER BY id") == [("two",), (None,)]
    database.sql("ALTER TABLE t ADD COLUMN more int")
    database.run("apply", "test", "--dir", today, "--exact", "--allow", "data_loss").ended(0)
    remaining = database.sql(f"SELECT run FROM {database.own('trash')} ORDER BY run")
    assert (4,) not in remaining
    assert (2,) in remaining


def test_rows_that_a_seed_deletes_and_values_that_a_type_cuts_are_kept(database: Database, tmp_path: Path) -> None:
    schema = "tables: {t: {columns: {id: int not null, v: varchar(%s)}, primary_key: [id]}}"
    seeds = {"seeds/t.yaml": "seeds: {t: {mode: sync, key: [id], delete_limit: 0, rows: [{id: 1, v: a}]}}\n"}
    policy = {"environments/test.yaml": "policy: {backup: table}\n"}
    database.run("apply", "test", "--dir", declared(tmp_path, database, "first", schema % 30)).ended(0)
    database.sql("INSERT INTO t VALUES (1, 'a'), (2, 'bb'), (3, 'ccc')")
    second = write(tmp_path / "second", database.engine, {"schema/s.yaml": schema % 9, **seeds, **policy})
    report = database.run("apply", "test", "--dir", second, "--allow", "data_loss", "--format", "json").ended(0).data
    assert len(report["backups"]) == 1
    assert database.sql("SELECT id, v FROM t") == [(1, "a")]
    assert database.sql(f"SELECT id, v FROM {database.own('trash_2_1')} ORDER BY id") == [
        (1, "a"), (2, "bb"), (3, "ccc"),
    ]  # fmt: skip


def test_values_of_types_that_go_too_come_back_and_nobody_else_reads_them(tmp_path: Path) -> None:
    server = shared_server("postgresql")
    with fresh_database(server) as url:
        database = Database(server.as_master, urlsplit(url).path.removeprefix("/"))
        schema = """
            enums: {mood: [sad, ok]}
            tables:
              parents:
                columns: {id: {type: int, identity: always}, name: text}
                primary_key: [id]
              people:
                columns: {id: int not null, is: mood not null, all: "mood[]"}
                primary_key: [id]
            """
        database.run("apply", "test", "--dir", declared(tmp_path, database, "first", schema)).ended(0)
        database.sql(
            "INSERT INTO parents (name) VALUES ('x'), ('y')",
            "INSERT INTO people VALUES (1, 'ok', '{sad,ok}'), (2, 'sad', NULL)",
            "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
        )
        left = declared(
            tmp_path, database, "second", "tables: {people: {columns: {id: int not null}, primary_key: [id]}}"
        )
        database.run("apply", "test", "--dir", left, "--allow", "data_loss").ended(0)
        assert database.sql(
            "SELECT count(*) FROM pg_class, aclexplode(relacl) a WHERE relname LIKE 'trash\\_2%' AND a.grantee = 0"
        ) == [(0,)]
        database.run("rollback", "test", "--dir", left).ended(0)
        assert database.sql('SELECT id, "is"::text, "all"::text FROM people ORDER BY id') == [
            (1, "ok", "{sad,ok}"), (2, "sad", None),
        ]  # fmt: skip
        database.sql("INSERT INTO parents (name) VALUES ('z')")
        assert database.sql("SELECT id, name FROM parents ORDER BY id") == [(1, "x"), (2, "y"), (3, "z")]


def test_the_plan_of_a_rollback_says_what_comes_back_and_changes_nothing(database: Database, tmp_path: Path) -> None:
    schema = "tables: {t: {columns: {id: int not null%s}, primary_key: [id]}}"
    first = declared(tmp_path, database, "first", schema % ", gone: varchar(9), counted: int not null")
    database.run("apply", "test", "--dir", first).ended(0)
    database.sql("INSERT INTO t VALUES (1, 'one', 5)")
    second = declared(tmp_path, database, "second", schema % ", more: int")
    database.run("apply", "test", "--dir", second, "--allow", "data_loss").ended(0)
    database.sql("UPDATE t SET more = 3")
    planned = database.run("rollback", "test", "--dir", second, "--plan", "--format", "json").ended(0).data
    assert any("t.gone comes back" in line for line in planned["remarks"])
    assert [name.split(".")[-1] for name in planned["refused"]] == ["more"]
    assert any("more" in line for line in planned["backups"])
    assert list(database.columns("t")) == ["id", "more"]
    assert len(database.outcomes()) == 2
    database.run("rollback", "test", "--dir", second, "--allow", "data_loss").ended(0)
    assert database.sql("SELECT id, gone, counted FROM t") == [(1, "one", 5)]


def test_rows_of_partitions_come_back_to_their_partitions(tmp_path: Path) -> None:
    server = shared_server("postgresql")
    with fresh_database(server) as url:
        database = Database(server.as_master, urlsplit(url).path.removeprefix("/"))
        database.sql(
            "CREATE TABLE p (id int, region text, PRIMARY KEY (id, region)) PARTITION BY LIST (region)",
            "CREATE TABLE p_eu PARTITION OF p FOR VALUES IN ('eu')",
            "CREATE TABLE p_us PARTITION OF p FOR VALUES IN ('us', 'ca')",
            "CREATE TABLE stays (id int PRIMARY KEY)",
            "INSERT INTO p VALUES (1, 'eu'), (2, 'us'), (3, 'ca'), (4, 'eu')",
        )
        folder = tmp_path / "imported"
        database.run("import", "--out", folder).ended(0)
        manifest = folder / "bootstrap.yaml"
        manifest.write_text(manifest.read_text() + "policy: {backup: table}\n")
        database.run("apply", "--dir", folder).ended(0)
        less = declared(tmp_path, database, "less", "tables: {stays: {columns: {id: int not null}, primary_key: [id]}}")
        database.run("apply", "--dir", less).ended(3)
        (less / "bootstrap.yaml").write_text(manifest.read_text())
        database.run("apply", "--dir", less, "--allow", "data_loss").ended(0)
        assert database.tables() == ["stays"]
        report = database.run("rollback", "--dir", less, "--format", "json").ended(0).data
        assert report["lost"] == []
        assert database.sql("SELECT tableoid::regclass::text, id, region FROM p ORDER BY id") == [
            ("p_eu", 1, "eu"), ("p_us", 2, "us"), ("p_us", 3, "ca"), ("p_eu", 4, "eu"),
        ]  # fmt: skip
