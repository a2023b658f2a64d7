"""Steps that have nothing to do here: in a new environment, where a condition does not hold, or edited since."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.command import write
from tests.cli.databases import Database

USERS = """
tables:
  users:
    columns: {id: int not null, email: varchar(100) not null}
    primary_key: [id]
"""
LOGS = "  logs:\n    columns: {id: int not null}\n    primary_key: [id]\n"
STEP = "steps/0001_fix.sql"
FIX = {
    "update": "UPDATE users SET email = 'none' WHERE email IS NULL;\n",
    "delete and session": "SET @a = 1;\nDELETE FROM users WHERE email IS NULL;\n",
    "truncate": "TRUNCATE TABLE users;\n",
    "quoted": "UPDATE `users` SET email = lower(email);\n",
    "with": "WITH d AS (SELECT id FROM users) DELETE FROM users WHERE id IN (SELECT id FROM d);\n",
    "a column that is no longer declared": "-- phase: after\nUPDATE users SET email = old_email;\n",
}


def fix(database: Database, name: str) -> str:
    text = FIX[name]
    if database.engine == "postgresql":
        text = text.replace("SET @a = 1", "SET app.a = '1'").replace("`", '"')
    return text if "phase" in text else f"-- phase: before\n{text}"


def steps(database: Database) -> dict[str, tuple[str, str]]:
    rows = database.sql(f"SELECT name, state, coalesce(error, '') FROM {database.own('steps')}")
    return {name: (state, error) for name, state, error in rows}


def test_a_new_environment_has_no_rows_to_fix(database: Database, tmp_path: Path) -> None:
    names = {f"{number:04}_fix": name for number, name in enumerate(FIX, 1)}
    files = {f"steps/{step}.sql": fix(database, name) for step, name in names.items()}
    folder = write(tmp_path, database.engine, {"schema/u.yaml": USERS, **files})
    planned = database.run("plan", "--dir", folder).ended(0).out
    assert planned.count("not run, recorded as done: baseline: this run creates ") == len(FIX), planned
    assert "UPDATE" not in planned
    done = database.run("apply", "--dir", folder).ended(0).out
    assert "0 steps" in done
    assert database.columns("users")
    known = steps(database)
    assert {(state, "baseline" in error) for state, error in known.values()} == {("done", True)}
    assert known.keys() == names.keys()
    database.run("verify", "--dir", folder).ended(0)
    assert "unchanged" in database.run("apply", "--dir", folder).ended(0).out


def test_the_same_step_runs_where_the_table_has_rows(database: Database, tmp_path: Path) -> None:
    database.sql("CREATE TABLE users (id int NOT NULL PRIMARY KEY, email varchar(100))")
    database.sql("INSERT INTO users VALUES (1, NULL), (2, 'b')")
    step = fix(database, "update")
    folder = write(tmp_path, database.engine, {"schema/u.yaml": USERS + LOGS, STEP: step})
    database.run("apply", "--dir", folder, "--allow", "run_step", "--allow", "all").ended(0)
    assert database.sql("SELECT id, email FROM users ORDER BY id") == [(1, "none"), (2, "b")]


def test_a_step_that_may_do_more_runs(database: Database, tmp_path: Path) -> None:
    rows = "-- phase: after\nINSERT INTO logs VALUES (1);\n"
    folder = write(tmp_path, database.engine, {
        "schema/u.yaml": USERS + LOGS, STEP: rows, "steps/0002_next.sql": "UPDATE logs SET id = id + 1;\n",
        "steps/0003_other.sql": "DELETE FROM users;\n",
    })  # fmt: skip
    database.run("apply", "--dir", folder).ended(0)
    assert database.sql("SELECT id FROM logs") == [(2,)]
    known = steps(database)
    assert known["0001_fix"] == known["0002_next"] == ("done", "")
    assert "baseline" in known["0003_other"][1]


def test_a_step_for_the_former_name_of_a_table(database: Database, tmp_path: Path) -> None:
    schema = USERS.replace("  users:\n", "  users:\n    renamed_from: people\n")
    step = "-- phase: before\nUPDATE people SET email = '' WHERE email IS NULL;\n"
    folder = write(tmp_path, database.engine, {"schema/u.yaml": schema, STEP: step})
    database.run("apply", "--dir", folder).ended(0)
    assert "baseline" in steps(database)["0001_fix"][1]


CONDITIONS = [
    ("exists(legacy)", True, False),
    ("not exists(legacy)", False, True),
    ("exists(legacy.note)", True, False),
    ("exists(legacy.nothing)", False, False),
    ("exists(legacy) and not exists(legacy.nothing)", True, False),
]


def test_conditions_are_looked_up_before_the_step(database: Database, tmp_path: Path) -> None:
    folder = write(tmp_path, database.engine, {"schema/l.yaml": "tables:\n" + LOGS})
    database.run("apply", "--dir", folder).ended(0)
    for round_, place in ((1, 2), (2, 1)):
        if round_ == 2:
            database.sql("CREATE TABLE legacy (id int, note varchar(9))")
        numbers = {round_ * 100 + number: case for number, case in enumerate(CONDITIONS)}
        for number, case in numbers.items():
            text = f"-- phase: before\n-- when: {case[0]}\nINSERT INTO logs VALUES ({number});\n"
            write(folder, database.engine, {f"steps/{number:04}_fix.sql": text})
        expected = {number for number, case in numbers.items() if case[place]}
        planned = database.run("plan", "--dir", folder).ended(0).out
        assert {number for number in numbers if f"INSERT INTO logs VALUES ({number})" in planned} == expected
        database.run("apply", "--dir", folder).ended(0)
        assert {number for (number,) in database.sql("SELECT id FROM logs")} & numbers.keys() == expected
        database.run("verify", "--dir", folder).ended(0)
        known = steps(database)
        for number in numbers:
            reason = known[f"{number:04}_fix"][1]
            assert (reason == "") is (number in expected), reason
            assert number in expected or "does not hold" in reason


def test_an_edited_step_says_what_it_replaces(database: Database, tmp_path: Path) -> None:
    folder = write(tmp_path, database.engine, {"schema/l.yaml": "tables:\n" + LOGS})
    database.run("apply", "--dir", folder).ended(0)
    write(folder, database.engine, {STEP: "INSERT INTO logs VALUES (1);\n"})
    database.run("apply", "--dir", folder).ended(0)
    edited = "INSERT INTO logs VALUES (1) -- as it should have been written\n;\n"
    write(folder, database.engine, {STEP: edited})
    message = database.run("apply", "--dir", folder).refused(3)
    found = re.search(r"-- replaces: ([0-9a-f]+)", message)
    assert found, message
    write(folder, database.engine, {STEP: f"{found[0]}\n{edited}"})
    database.run("verify", "--dir", folder).ended(0)
    database.run("apply", "--dir", folder).ended(0)
    assert database.sql("SELECT id FROM logs") == [(1,)]
    write(folder, database.engine, {STEP: f"-- replaces: 0123456789abcdef\n{edited}"})
    database.run("apply", "--dir", folder).refused(3)


def test_bad_headers_are_named(database: Database, tmp_path: Path) -> None:
    text = "-- when: legacy is there\n-- replaces: yesterday\nDELETE FROM logs;\n"
    folder = write(tmp_path, database.engine, {"schema/l.yaml": "tables:\n" + LOGS, STEP: text})
    message = database.run("apply", "--dir", folder).refused(1)
    assert f"{STEP}:1" in message
    assert "exists(table)" in message
    assert f"{STEP}:2" in message
