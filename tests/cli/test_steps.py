"""Versioned steps: once, in order, before or after; one that fails half-way is taken up where it stopped."""

from __future__ import annotations

from pathlib import Path

from bootstrap.plan.statement import Plan
from tests.cli.command import write
from tests.cli.databases import Database

TABLE = """
tables:
  counters:
    columns: {id: int not null, number: int not null}
    primary_key: [id]
"""
SEEDS = "seeds:\n  counters: {key: [id], mode: insert, rows: [{id: 1, number: 0}]}\n"
COUNT = "UPDATE counters SET number = number + 1 WHERE id = 1;\n"
STEP = "steps/0001_count.sql"


def number(database: Database) -> int:
    [(found,)] = database.sql("SELECT number FROM counters WHERE id = 1")
    return int(found)


def test_a_step_runs_once(database: Database, tmp_path: Path) -> None:
    folder = write(tmp_path, database.engine, {"schema/c.yaml": TABLE, "seeds/c.yaml": SEEDS})
    database.run("apply", "--dir", folder).ended(0)
    write(folder, database.engine, {STEP: COUNT + COUNT})
    assert "0001_count" in database.run("plan", "--dir", folder, "--detailed-exitcode").ended(2).out
    assert "0001_count" in database.run("verify", "--dir", folder).ended(4).out
    for _ in range(2):
        database.run("apply", "--dir", folder).ended(0)
    assert number(database) == 2


def test_a_step_that_fails_half_way_is_resumed_after_the_mend(database: Database, tmp_path: Path) -> None:
    folder = write(tmp_path, database.engine, {"schema/c.yaml": TABLE, "seeds/c.yaml": SEEDS})
    database.run("apply", "--dir", folder).ended(0)
    write(folder, database.engine, {STEP: f"{COUNT}\nUPDATE counters SET nmber = 7;\n{COUNT}"})

    for _ in range(2):
        message = database.run("apply", "--dir", folder).ended(1).err
        assert f"{STEP}:3" in message
        assert "nmber" in message
        assert number(database) == 0, "all of it or nothing"
    assert database.outcomes() == ["applied", "failed", "failed"]

    write(folder, database.engine, {STEP: f"{COUNT}\nUPDATE counters SET number = number + 10;\n{COUNT}"})
    database.run("apply", "--dir", folder).ended(0)
    assert number(database) == 12
    assert database.run("apply", "--dir", folder, "--format", "json").ended(0).data["status"] == "unchanged"
    assert number(database) == 12


def test_a_step_that_was_done_may_not_change(database: Database, tmp_path: Path) -> None:
    folder = write(tmp_path, database.engine, {"schema/c.yaml": TABLE, "seeds/c.yaml": SEEDS, STEP: COUNT})
    database.run("apply", "--dir", folder).ended(0)
    write(folder, database.engine, {STEP: COUNT + COUNT})
    assert STEP in database.run("apply", "--dir", folder).refused(3)
    database.run("verify", "--dir", folder).ended(4)


def test_before_and_after_the_structural_change(database: Database, tmp_path: Path) -> None:
    folder = write(tmp_path, database.engine, {"schema/c.yaml": TABLE, "seeds/c.yaml": SEEDS})
    database.run("apply", "--dir", folder).ended(0)
    files = {
        # Not null without a default: with rows in the table that is possible only once the step has filled them.
        "schema/c.yaml": TABLE.replace("number: int not null", "number: int not null, twice: int"),
        "steps/0001_before.sql": "-- phase: before\nUPDATE counters SET number = 4;\n",
        "steps/0002_after.sql": "UPDATE counters SET twice = number * 2;\n",
    }
    write(folder, database.engine, files)
    database.run("apply", "--dir", folder).ended(0)
    assert database.sql("SELECT id, number, twice FROM counters") == [(1, 4, 8)]


def test_the_history_keeps_the_digest_of_the_plan_that_was_run(database: Database, tmp_path: Path) -> None:
    folder = write(tmp_path, database.engine, {"schema/c.yaml": TABLE, "seeds/c.yaml": SEEDS})
    database.run("apply", "--dir", folder).ended(0)
    files = {
        "schema/c.yaml": TABLE.replace("number: int not null", "number: int not null, twice: int"),
        "steps/0001_before.sql": "-- phase: before\nALTER TABLE counters ADD COLUMN twice int;\n",
    }
    write(folder, database.engine, files)
    database.run("apply", "--dir", folder).ended(0)
    runs = f"SELECT plan_digest, fingerprint_after FROM {database.own('runs')} ORDER BY id DESC LIMIT 1"
    [(digest, fingerprint)] = database.sql(runs)
    assert digest == Plan(fingerprint=fingerprint).digest, "the step had made everything already"
