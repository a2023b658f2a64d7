"""`policy.on_failure: rollback`: a run that fails leaves structure and values as they were, and says what it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.command import write
from tests.cli.databases import Database
from tests.cli.killed import killed
from tests.cli.test_rollback import structure
from tests.conftest import fresh_database, shared_server

MANIFEST = "version: 1\nengine: {}\npolicy: {{on_failure: rollback, lock_timeout: 20s}}\n"
BEFORE = """
    tables:
      a_people:
        columns: {id: int not null, name: varchar(20) not null, nick: varchar(20)}
        primary_key: [id]
        indexes: {a_people_nick: [nick]}
      b_orders:
        columns: {id: int not null, amount: int not null, note: varchar(40)}
        primary_key: [id]
      c_mails:
        columns: {id: int not null, address: varchar(60) not null}
        primary_key: [id]
      d_logs:
        columns: {id: int not null, line: varchar(60)}
        primary_key: [id]
    views:
      names: SELECT id FROM a_people WHERE name <> 'x'
    """
# Two columns and an index, a longer type, a new table and a renamed column; the key on c_mails has duplicates.
AFTER = """
    tables:
      a_people:
        columns:
          id: int not null
          label: {type: varchar(20), nullable: false, renamed_from: name}
          nick: varchar(20)
          phone: varchar(30) default 'none'
          since: {type: timestamp, nullable: false, default: current_timestamp}
        primary_key: [id]
        indexes: {a_people_phone: [phone]}
      b_orders:
        columns: {id: int not null, amount: bigint not null, note: varchar(80)}
        primary_key: [id]
      b_parts:
        columns: {id: int not null, order_id: int}
        primary_key: [id]
        foreign_keys: {b_parts_order: {columns: [order_id], references: b_orders(id)}}
      c_mails:
        columns: {id: int not null, address: varchar(60) not null}
        primary_key: [id]
        unique: {c_mails_address: [address]}
      d_logs:
        columns: {id: int not null, line: varchar(60), level: int}
        primary_key: [id]
    views:
      names: SELECT id FROM a_people WHERE label <> 'x'
    """
TABLES = ("a_people", "b_orders", "c_mails", "d_logs", "names")


@pytest.fixture(params=["postgresql", "mariadb", "mysql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database of each vendor."""
    server = shared_server(request.param)
    with fresh_database(server) as url:
        yield Database(server.as_master, urlsplit(url).path.removeprefix("/"))


def prepared(database: Database, tmp_path: Path, after: str = AFTER) -> Path:
    """The first release with rows, two of them alike; returns the declaration of the second."""
    manifest = MANIFEST.format(database.engine)
    first = write(tmp_path / "first", database.engine, {"bootstrap.yaml": manifest, "schema/all.yaml": BEFORE})
    database.run("apply", "--dir", first).ended(0)
    database.sql(
        "INSERT INTO a_people VALUES (1, 'Ada', 'a'), (2, 'Bo', NULL)",
        "INSERT INTO b_orders VALUES (1, 5, 'one'), (2, 150, NULL)",
        "INSERT INTO c_mails VALUES (1, 'ada@x'), (2, 'ada@x'), (3, 'bo@x')",
        "INSERT INTO d_logs VALUES (1, 'first'), (2, 'second')",
    )
    return write(tmp_path / "second", database.engine, {"bootstrap.yaml": manifest, "schema/all.yaml": after})


def values(database: Database) -> list[list[tuple[object, ...]]]:
    """Every row."""
    return [database.sql(f"SELECT * FROM {table} ORDER BY id") for table in TABLES]


def test_a_run_that_fails_leaves_what_was_there(database: Database, tmp_path: Path) -> None:
    second = prepared(database, tmp_path)
    rows, before = values(database), structure(database)
    said = database.run("apply", "--dir", second, "--allow", "all").refused(1)
    assert "c_mails_address" in said
    assert "on_failure: rollback" in said
    assert "the structure is what it was before" in said, said
    assert "stays" not in said
    assert "continues from there" not in said
    assert structure(database) == before
    assert values(database) == rows
    assert database.outcomes()[-1] == "failed"
    [(error,)] = database.sql(f"SELECT error FROM {database.own('runs')} ORDER BY id DESC LIMIT 1")
    assert "on_failure: rollback" in error
    undone = database.sql(f"SELECT count(*) FROM {database.own('statements')} WHERE subject LIKE 'undo: %'")
    assert undone[0][0] >= 3
    database.run("history", "--dir", second, "--check").ended(0)

    database.sql("UPDATE c_mails SET address = 'ada@y' WHERE id = 2")
    database.run("apply", "--dir", second, "--allow", "all").ended(0)
    assert database.sql("SELECT id, label, phone FROM a_people ORDER BY id") == [(1, "Ada", "none"), (2, "Bo", "none")]


# Each of these is done before the key fails, and then written to by somebody, or takes values itself.
KEPT = """
    tables:
      a_people:
        columns: {id: int not null, name: varchar(20) not null, phone: varchar(30) default 'none', fax: varchar(9)}
        primary_key: [id]
      b_orders:
        columns:
          id: int not null
          amount: bigint not null
          note: {type: varchar(40), nullable: false, backfill: "'-'"}
        primary_key: [id]
      b_parts:
        columns: {id: int not null}
        primary_key: [id]
      b_spare:
        columns: {id: int not null}
        primary_key: [id]
      c_mails:
        columns: {id: int not null, address: varchar(60) not null}
        primary_key: [id]
      d_logs:
        columns: {id: int not null, line: varchar(60)}
        primary_key: [id]
    views:
      names: SELECT id FROM a_people WHERE name <> 'x'
    """
WRITES = """
UPDATE a_people SET phone = '11' WHERE id = 1;
INSERT INTO b_parts VALUES (7);
UPDATE b_orders SET amount = 3000000000 WHERE id = 2;
"""
FAILS = "-- phase: after\nINSERT INTO c_mails VALUES (1, 'twice');\n"


def test_what_would_lose_values_stays_and_is_named(database: Database, tmp_path: Path) -> None:
    second = prepared(database, tmp_path, KEPT)
    steps = {"steps/0001_write.sql": f"-- phase: after\n{WRITES}", "steps/0002_fail.sql": FAILS}
    write(second, database.engine, {"bootstrap.yaml": MANIFEST.format(database.engine), **steps})
    said = database.run("apply", "--dir", second, "--allow", "all").refused(1)
    stays = [line for line in said.splitlines() if line.startswith("  stays: ")]
    columns = ("a_people.phone", "b_orders.amount", "b_orders.note", "a_people.nick")
    for name in (*columns, "a_people.a_people_nick", "b_parts", "step 0001_write"):
        assert [line for line in stays if name in line], (name, said)
    assert len(stays) == 7, said
    assert set(database.columns("a_people")) == {"id", "name", "phone"}
    assert "b_spare" not in database.tables()
    assert database.sql("SELECT id, name, phone FROM a_people ORDER BY id") == [(1, "Ada", "11"), (2, "Bo", "none")]
    assert database.sql("SELECT id, amount, note FROM b_orders ORDER BY id") == [(1, 5, "one"), (2, 3000000000, "-")]
    assert database.sql("SELECT id FROM b_parts") == [(7,)]
    database.sql("INSERT INTO b_orders (id, amount) VALUES (3, 1)")  # NULL is allowed again, as before the run

    database.sql("DELETE FROM c_mails WHERE id = 1")
    database.run("apply", "--dir", second, "--allow", "all").ended(0)
    assert "b_spare" in database.tables()
    assert database.sql("SELECT phone FROM a_people ORDER BY id") == [("11",), ("none",)]


def test_dropped_values_come_back_from_the_backup(database: Database, tmp_path: Path) -> None:
    second = prepared(database, tmp_path, KEPT)
    policy = "policy: {on_failure: rollback, backup: table}\n"
    manifest = f"version: 1\nengine: {database.engine}\n{policy}"
    write(second, database.engine, {"bootstrap.yaml": manifest, "steps/0002_fail.sql": FAILS})
    said = database.run("apply", "--dir", second, "--allow", "all").refused(1)
    assert "a_people.nick" not in said.partition("on_failure")[2], said
    assert database.sql("SELECT id, nick FROM a_people ORDER BY id") == [(1, "a"), (2, None)]
    assert set(database.columns("a_people")) == {"id", "name", "nick"}


def test_a_process_that_dies_while_it_undoes_is_followed_by_a_run_that_says_so(
    database: Database, tmp_path: Path
) -> None:
    second = prepared(database, tmp_path)
    rows = database.sql("SELECT id, amount, note FROM b_orders ORDER BY id")
    drop = "DROP COLUMN level" if database.engine == "postgresql" else "DROP COLUMN `level`"
    killed(database, "after", drop, "apply", "--dir", second, "--allow", "all")
    database.sql("UPDATE c_mails SET address = 'ada@y' WHERE id = 2")
    told = database.run("apply", "--dir", second, "--allow", "all").ended(0).err
    assert "did not end" in told
    assert "undoing" in told
    assert "level" in database.columns("d_logs")
    assert database.sql("SELECT id, amount, note FROM b_orders ORDER BY id") == rows
    assert database.outcomes()[-2:] == ["interrupted", "applied"]
