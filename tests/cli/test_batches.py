"""A step in ranges of a key: killed in the middle, it goes on behind the last range, each row treated once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import write
from tests.cli.databases import Database
from tests.cli.killed import killed

ROWS = 20_000
TABLE = """
tables:
  events:
    columns: {id: bigint not null, code: varchar(20) not null, number: bigint not null}
    primary_key: [id]
    unique: {events_code_key: [code]}
"""
STEP = "steps/0001_count.sql"
FILL = {
    "postgresql": f"INSERT INTO events SELECT n * 3, 'c' || n, n FROM generate_series(1, {ROWS}) n",
    "mysql": "INSERT INTO events WITH RECURSIVE d (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM d WHERE n < 199)"
    " SELECT (a.n * 200 + b.n + 1) * 3, concat('c', a.n * 200 + b.n + 1), a.n * 200 + b.n + 1 FROM d a JOIN d b"
    f" WHERE a.n < {ROWS // 200}",
}


@pytest.fixture
def folder(database: Database, tmp_path: Path) -> Path:
    """A declaration that has been applied, with rows; its steps come later."""
    found = write(tmp_path, database.engine, {"schema/e.yaml": TABLE})
    database.run("apply", "--dir", found).ended(0)
    database.sql(FILL[database.engine])
    assert database.sql("SELECT count(*), sum(number) FROM events") == [(ROWS, ROWS * (ROWS + 1) // 2)]
    return found


def step(folder: Path, database: Database, key: str, more: str = "") -> None:
    text = f"-- batch: 1500\n-- key: {key}\n{more}UPDATE events SET number = number + 1000000 WHERE code <> 'c7';\n"
    write(folder, database.engine, {STEP: text})


def treated(database: Database) -> list[tuple[int, int]]:
    """How often rows were treated, and how many of them that often."""
    often = "(number - id / 3) / 1000000" if database.engine == "postgresql" else "(number - id DIV 3) DIV 1000000"
    return [(int(times), int(rows)) for times, rows in database.sql(
        f"SELECT {often} AS often, count(*) FROM events GROUP BY often ORDER BY often")]  # fmt: skip


@pytest.mark.parametrize("key", ["id", "code"])
def test_killed_in_the_middle_each_row_is_treated_once(database: Database, folder: Path, key: str) -> None:
    step(folder, database, key)
    assert f"1500 rows at a time by {key}" in database.run("plan", "--dir", folder).ended(0).out
    at_most = "OPERATOR(pg_catalog.<=)" if database.engine == "postgresql" else "<="
    upper = f"{at_most} '13500'" if database.engine == "postgresql" else f"{at_most} 13500"  # the third range
    if key == "code":
        [(third,)] = database.sql("SELECT code FROM events ORDER BY code LIMIT 1 OFFSET 4499")
        upper = f"{at_most} '{third}'"
    killed(database, "after", upper, "apply", "--dir", folder)
    assert treated(database) == [(0, ROWS - 3000 + (1 if key == "id" else 0)), (1, 3000 - (1 if key == "id" else 0))]
    database.run("apply", "--dir", folder).ended(0)
    assert treated(database) == [(0, 1), (1, ROWS - 1)]
    assert database.sql(f"SELECT count(*) FROM {database.own('facts')} WHERE name LIKE 'batches%'") == [(0,)]
    assert "unchanged" in database.run("apply", "--dir", folder).ended(0).out
    assert treated(database) == [(0, 1), (1, ROWS - 1)]


def test_what_fails_is_mended_and_goes_on(database: Database, folder: Path) -> None:
    long = "UPDATE events SET code = concat('long', code, CASE WHEN id = 30000 THEN repeat('x', 20) ELSE '' END)"
    write(folder, database.engine, {STEP: f"-- batch: 1500\n-- key: id\n-- pause: 1ms\n{long};\n"})
    message = database.run("apply", "--dir", folder).ended(1).err
    assert f"{STEP}:4" in message
    assert "stay done: fix it and apply again; the step continues there" in message
    assert database.sql("SELECT count(*) FROM events WHERE code LIKE 'long%'") == [(9000,)]
    write(folder, database.engine, {STEP: f"-- batch: 2000\n-- key: id\n{long.replace('20', '2')};\n"})
    database.run("apply", "--dir", folder).ended(0)
    assert database.sql("SELECT count(*) FROM events WHERE code LIKE 'longc%'") == [(ROWS,)]


BAD = {
    "-- batch: many\n-- key: id\nDELETE FROM events;\n": "say how many rows at a time",
    "-- batch: 5\nDELETE FROM events;\n": "name a NOT NULL column",
    "-- key: id\nDELETE FROM events;\n": "say how many rows at a time",
    "-- batch: 5\n-- key: id\n-- pause: long\nDELETE FROM events;\n": "is not a time",
    "-- batch: 5\n-- key: id\nINSERT INTO events VALUES (1, 'a', 1);\n": "one UPDATE or DELETE",
    "-- batch: 5\n-- key: id\nUPDATE events SET id = id + 1;\n": "changes the key",
    "-- batch: 5\n-- key: id\nDELETE FROM events;\nDELETE FROM events;\n": "has one statement",
}


def test_what_cannot_run_in_batches_is_named(database: Database, tmp_path: Path) -> None:
    files = {f"steps/{number:04}_bad.sql": text for number, text in enumerate(BAD, 1)}
    folder = write(tmp_path, database.engine, {"schema/e.yaml": TABLE, **files})
    message = database.run("apply", "--dir", folder).refused(1)
    for path, said in zip(files, BAD.values(), strict=True):
        assert any(line.strip().startswith(path) and said in line for line in message.splitlines()), (path, message)


@pytest.mark.parametrize("kind", ["citext", "folded"])
def test_a_key_with_an_order_of_its_own_is_refused(database: Database, tmp_path: Path, kind: str) -> None:
    """It would be sorted as citext, and compared as text: rows would be left out."""
    if database.engine != "postgresql":
        pytest.skip("types of extensions")
    database.sql("CREATE EXTENSION citext", "CREATE DOMAIN folded AS citext")
    database.sql(
        f"CREATE TABLE words (word {kind} PRIMARY KEY, number int)", "INSERT INTO words VALUES ('B', 1), ('a', 2)"
    )
    text = "-- batch: 1\n-- key: word\nUPDATE words SET number = 0;\n"
    folder = write(tmp_path, "postgresql", {STEP: text, "environments/dev.yaml": "{}\n"})
    said = database.run("apply", "dev", "--dir", folder).refused(3)
    assert "its type public.citext has an order of its own: choose a key" in said
    assert database.sql("SELECT word::text, number FROM words ORDER BY number") == [("B", 1), ("a", 2)]
