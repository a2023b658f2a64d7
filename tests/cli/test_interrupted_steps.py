"""Steps that a run dies in, the session that each step has for itself, and a history that is lost."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.cli.command import write
from tests.cli.databases import Database, eventually
from tests.cli.killed import killed
from tests.cli.test_many_runs import running

TABLE = """
tables:
  counters:
    columns: {id: int not null, number: int not null}
    primary_key: [id]
"""
SEEDS = "seeds:\n  counters: {key: [id], mode: insert, rows: [{id: 1, number: 0}]}\n"
STEP = "steps/0001_count.sql"
BUMP = {
    "postgresql": "CREATE PROCEDURE bump() LANGUAGE plpgsql AS $$ BEGIN UPDATE counters SET number = number + 1;"
    " COMMIT; PERFORM pg_sleep(3); END $$",
    "mysql": "CREATE PROCEDURE bump() BEGIN UPDATE counters SET number = number + 1; DO SLEEP(3); END",
}
BLOCK = {
    "postgresql": "DO $$ BEGIN UPDATE counters SET number = number + 1; COMMIT; PERFORM pg_sleep(3); END $$",
    "mysql": "BEGIN NOT ATOMIC UPDATE counters SET number = number + 1; DO SLEEP(3); END",
}


@pytest.fixture
def folder(database: Database, tmp_path: Path) -> Path:
    """A declaration that has been applied; its steps come later."""
    found = write(tmp_path, database.engine, {"schema/c.yaml": TABLE, "seeds/c.yaml": SEEDS})
    database.run("apply", "--dir", found).ended(0)
    return found


def step(folder: Path, database: Database, text: str) -> None:
    write(folder, database.engine, {STEP: text})


def number(database: Database) -> int:
    [(found,)] = database.sql("SELECT number FROM counters WHERE id = 1")
    return int(found)


@pytest.mark.parametrize("kind", ["procedure", "block"])
def test_a_statement_that_may_have_been_done_is_never_repeated_unasked(
    database: Database, folder: Path, kind: str
) -> None:
    if kind == "procedure":
        database.sql(BUMP[database.engine])
    opaque = "CALL bump()" if kind == "procedure" else BLOCK[database.engine]
    text = f"-- transaction: off\nUPDATE counters SET number = number + 10;\n{opaque};\n"
    if kind == "block":
        text = text.replace("BEGIN NOT", "delimiter //\nBEGIN NOT").replace("; END;", "; END //\n")
    step(folder, database, text + "UPDATE counters SET number = number + 100;\n" * (kind == "procedure"))
    first = database.start("apply", "--dir", folder)
    text_of_it = {"postgresql": "bump" if kind == "procedure" else "pg_sleep", "mysql": "SLEEP"}[database.engine]
    eventually(lambda: bool(running(database, text_of_it)), "the statement runs")
    first.process.send_signal(signal.SIGKILL)
    first.finish()

    message = database.run("apply", "--dir", folder).refused(3)
    for way in ("skip_step", "run_step"):
        assert f"--allow '{way}:0001_count:2'" in message
    assert f"{STEP}:{4 if 'delimiter' in text else 3}: " in message
    assert "skip_step:0001_count:2" in database.run("plan", "--dir", folder).ended(0).out
    assert number(database) == 11, "once"
    database.run("apply", "--dir", folder, "--allow", "skip_step:0001_count:2").ended(0)
    assert number(database) == (111 if kind == "procedure" else 11)
    assert "unchanged" in database.run("apply", "--dir", folder).ended(0).out


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_structural_change_is_repeated_only_where_it_was_not_done(
    database: Database, folder: Path, when: str
) -> None:
    change = {"postgresql": "CREATE INDEX CONCURRENTLY by_number ON counters (number)",
              "mysql": "ALTER TABLE counters ADD INDEX by_number (number)"}[database.engine]  # fmt: skip
    again = "UPDATE counters SET number = number + 1;\n"
    step(folder, database, f"-- transaction: off\n{again}{change};\n{again}")
    killed(database, when, change, "apply", "--dir", folder)
    if when == "after":
        database.run("apply", "--dir", folder).refused(3)
        database.run("apply", "--dir", folder, "--allow", "skip_step").ended(0)
    else:
        database.run("apply", "--dir", folder).ended(0)
    assert number(database) == 2
    assert "by_number" in database.indexes("counters")
    database.run("verify", "--dir", folder).ended(0)


@pytest.mark.parametrize("mode", ["on", "off"])
def test_session_variables_are_there_when_a_step_is_resumed(database: Database, folder: Path, mode: str) -> None:
    variables = {
        "postgresql": ("SET app.n = '5'", "current_setting('app.n')::int"),
        "mysql": ("SET @n = 5", "@n"),
    }
    setting, value = variables[database.engine]
    step(folder, database, f"-- transaction: {mode}\n{setting};\nUPDATE counters SET number = number + {value};\n")
    killed(database, "before", "SET number = number +", "apply", "--dir", folder)
    database.run("apply", "--dir", folder).ended(0)
    assert number(database) == 5


def test_what_went_with_the_session_is_named(database: Database, folder: Path) -> None:
    made = "CREATE TEMPORARY TABLE kept AS SELECT number + 7 AS n FROM counters"
    used = "UPDATE counters SET number = (SELECT n FROM kept)"
    step(folder, database, f"-- transaction: off\n{made};\n{used};\n")
    killed(database, "before", used, "apply", "--dir", folder)
    message = database.run("apply", "--dir", folder).refused(3)
    assert f"{STEP}:3" in message
    assert "kept went with its session" in message
    step(folder, database, f"-- transaction: off\n{made};\nUPDATE counters SET number = 7;\n")
    database.run("apply", "--dir", folder).ended(0)
    assert number(database) == 7


def test_what_a_step_sets_ends_with_the_step(database: Database, folder: Path) -> None:
    schema = TABLE + (
        "  children:\n    columns: {id: int not null, counter: int}\n    primary_key: [id]\n"
        "    foreign_keys: {children_fk: {columns: [counter], references: counters(id)}}\n"
    )
    off = {
        "postgresql": "SET session_replication_role = replica;\nSET search_path = pg_catalog;\n",
        "mysql": "SET foreign_key_checks = 0;\nSET sql_mode = '';\n",
    }[database.engine]
    rows = "seeds:\n  children: {key: [id], mode: upsert, rows: [{id: 1, counter: 404}]}\n"
    write(folder, database.engine, {
        "schema/c.yaml": schema, "seeds/children.yaml": rows,
        "steps/0001_off.sql": off, "steps/0002_next.sql": "UPDATE counters SET number = 3;\n",
    })  # fmt: skip
    assert "children_fk" in database.run("apply", "--dir", folder).refused(1)
    assert number(database) == 3
    assert database.sql("SELECT count(*) FROM children") == [(0,)]


def test_a_step_that_takes_on_another_role_is_recorded(database: Database, folder: Path) -> None:
    if database.engine == "postgresql":
        role, administrator = f"weak_{database.name}", database.server.administrator
        # Whoever creates a role is its member from PostgreSQL 16 on only.
        administrator.execute(f"CREATE ROLE {role} ROLE {database.server.login.username}")
        database.sql(f"GRANT ALL ON counters TO {role}")
        step(folder, database, f"SET ROLE {role};\nUPDATE counters SET number = 4;\n")
        try:
            database.run("apply", "--dir", folder).ended(0)
        finally:
            administrator.execute(f"DROP OWNED BY {role}", database.name)
            administrator.execute(f"DROP ROLE {role}")
        assert number(database) == 4


LOST = {
    "whole": {"postgresql": ["DROP SCHEMA db_bootstrap CASCADE"],
              "mysql": [f"DROP TABLE db_bootstrap_{name}" for name in
                        ("version", "runs", "statements", "steps", "managed", "seeds", "facts", "catalogs",
                         "run_catalogs")]},
    "steps": {"postgresql": ["DROP TABLE db_bootstrap.steps"], "mysql": ["DROP TABLE db_bootstrap_steps"]},
    "rows of steps": {"postgresql": ["DELETE FROM db_bootstrap.steps"], "mysql": ["DELETE FROM db_bootstrap_steps"]},
}  # fmt: skip


@pytest.mark.parametrize("lost", LOST)
def test_steps_do_not_run_again_because_the_history_was_lost(database: Database, folder: Path, lost: str) -> None:
    step(folder, database, "UPDATE counters SET number = number + 1;\n")
    database.run("apply", "--dir", folder).ended(0)
    database.sql(*LOST[lost][database.engine])
    # A release that adds something must not hide what happened.
    more = "  more:\n    columns: {id: int not null}\n    primary_key: [id]\n"
    write(
        folder, database.engine, {"schema/c.yaml": TABLE + more, "steps/0002_more.sql": "INSERT INTO more VALUES (1);"}
    )
    if (database.engine, lost) == ("mysql", "rows of steps"):  # which everybody can delete who may write rows
        changed = database.run("apply", "--dir", folder).refused(3)
        assert "db_bootstrap_steps" in changed
        database.sql(changed.split("then believe it: ")[1])
    message = database.run("apply", "--dir", folder).refused(3)
    assert "0001_count" in message
    assert "skip_step:0001_count" in message
    assert number(database) == 1
    allowed = ["--allow", "skip_step:0001_count", "--allow", "run_step:0002_more"]
    database.run("apply", "--dir", folder, *allowed).ended(0)
    assert number(database) == 1
    assert database.sql("SELECT id FROM more") == [(1,)]
    assert "unchanged" in database.run("apply", "--dir", folder).ended(0).out


@pytest.mark.parametrize("table", ["runs", "statements", "managed", "seeds", "facts", "version", "catalogs"])
def test_a_table_of_the_history_that_is_missing_is_made_again(database: Database, folder: Path, table: str) -> None:
    cascade = " CASCADE" if database.engine == "postgresql" else ""
    database.sql(f"DROP TABLE {database.own(table)}{cascade}")
    write(folder, database.engine, {"schema/c.yaml": TABLE.replace("number: int not null", "number: bigint not null")})
    database.run("apply", "--dir", folder, "--allow", "all").ended(0)
    assert database.columns("counters")["number"].startswith("bigint")
    database.run("verify", "--dir", folder).ended(0)
