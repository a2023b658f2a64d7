"""Ctrl-C and SIGTERM in each place where a run waits; deadlines; and who is in the way."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.cli.command import write
from tests.cli.databases import Database, eventually
from tests.cli.test_many_runs import holding, running, up_to

TABLE = """
tables:
  counters:
    columns: {id: int not null, number: int not null}
    primary_key: [id]
"""
SEEDS = "seeds:\n  counters: {key: [id], mode: upsert, rows: [{id: 1, number: NUMBER}]}\n"
# By itself SLEEP() answers 1 where it is cancelled; as a part of a query the query fails.
SLEEP = {"postgresql": "SELECT pg_sleep(600)", "mysql": "SELECT SLEEP(600) FROM counters"}
WRITE = {"postgresql": "UPDATE counters SET number = number RETURNING id", "mysql": "SELECT * FROM counters FOR UPDATE"}


@pytest.fixture
def folder(database: Database, tmp_path: Path) -> Path:
    """A declaration that has been applied."""
    files = {"schema/c.yaml": TABLE, "seeds/c.yaml": SEEDS.replace("NUMBER", "0")}
    found = write(tmp_path, database.engine, files)
    database.run("apply", "--dir", found).ended(0)
    return found


PLACES = ["step", "structure", "seeds", "lock"]


@pytest.mark.parametrize(("place", "number"), [*((place, signal.SIGTERM) for place in PLACES), ("step", signal.SIGINT)])
def test_a_signal_cancels_what_runs_on_the_server(
    database: Database, folder: Path, place: str, number: signal.Signals
) -> None:
    waits = {"step": "600", "structure": "ALTER TABLE", "seeds": "INTO", "lock": ""}[place]
    if place == "step":
        write(folder, database.engine, {"steps/0001_sleep.sql": f"{SLEEP[database.engine]};\n"})
    elif place == "structure":
        write(folder, database.engine, {
            "bootstrap.yaml": f"version: 1\nengine: {database.engine}\npolicy: {{lock_timeout: 60s}}\n",
            "schema/c.yaml": TABLE.replace("number: int not null", "number: int not null, more: int"),
        })  # fmt: skip
    else:
        write(folder, database.engine, {"seeds/c.yaml": SEEDS.replace("NUMBER", "5")})
    with holding(database, "SELECT * FROM counters FOR UPDATE"):
        run = database.start("apply", "--dir", folder)
        if place == "lock":
            assert run.process.stderr is not None
            assert any("waits for a lock" in line for line in run.process.stderr)
            second, run = run, database.start("apply", "--dir", folder)
            assert run.process.stderr is not None
            assert any("waiting for another run" in line for line in run.process.stderr)
        elif place == "step":
            eventually(lambda: bool(running(database, waits)), "the statement runs")
        else:
            assert run.process.stderr is not None
            assert any("waits for a lock" in line for line in run.process.stderr)
        run.process.send_signal(number)
        outcome = run.finish()
        if place == "lock":
            second.process.send_signal(signal.SIGTERM)
            second.finish()
    assert outcome.code == 128 + number, outcome.text
    assert outcome.err.count("db-bootstrap: interrupted by") == 1, outcome.err
    assert "Traceback" not in outcome.err
    if place != "lock":
        eventually(lambda: not running(database, waits), "the statement was cancelled")
        assert database.outcomes() == ["applied", "interrupted"]
    write(folder, database.engine, {"steps/0001_sleep.sql": "SELECT 1;\n"})
    database.run("apply", "--dir", folder).ended(0)
    assert "running" not in database.outcomes()


def test_a_statement_that_outlasts_the_deadline_is_cancelled_and_named(database: Database, folder: Path) -> None:
    write(folder, database.engine, {
        "bootstrap.yaml": f"version: 1\nengine: {database.engine}\npolicy: {{deadline: 20s}}\n",
        "steps/0001_sleep.sql": f"{SLEEP[database.engine]};\n",
    })  # fmt: skip
    start = time.monotonic()
    message = database.run("apply", "--dir", folder).ended(1).err
    assert time.monotonic() - start < 60
    assert "out of time during statement 1 of step 0001_sleep" in message
    assert "check the way" not in message
    assert database.outcomes() == ["applied", "incomplete"]
    assert not running(database, "600")


def test_who_holds_a_row_is_named_while_seeds_wait(database: Database, folder: Path) -> None:
    write(folder, database.engine, {"seeds/c.yaml": SEEDS.replace("NUMBER", "5")})
    with holding(database, "SELECT * FROM counters FOR UPDATE") as number:
        run = database.start("apply", "--dir", folder)
        assert run.process.stderr is not None
        said = list(up_to(rf"(process|connection) {number}\b", run.process.stderr))
    assert "waits for a lock" in said[-1], said
    run.finish().ended(0)
    assert database.sql("SELECT number FROM counters") == [(5,)]


def test_who_holds_up_an_index_build_is_named(database: Database, folder: Path) -> None:
    index = "\n    indexes: {by_number: [number]}\n"
    write(folder, database.engine, {"schema/c.yaml": TABLE.rstrip() + index})
    with holding(database, WRITE[database.engine]) as number:
        run = database.start("apply", "--dir", folder)
        assert run.process.stderr is not None
        said = list(up_to(rf"(process|connection) {number}\b", run.process.stderr))
    assert "waits for a lock" in said[-1], said
    run.finish().ended(0)
    assert "by_number" in database.indexes("counters")


def test_a_blocked_change_lets_the_others_work(database: Database, folder: Path) -> None:
    """Whoever comes after a change that waits, waits with it: most of the time nobody may have to."""
    schema = TABLE.replace("number: int not null", "number: int not null, more: int")
    write(folder, database.engine, {"schema/c.yaml": schema})
    waited = 0.0
    with holding(database, "SELECT * FROM counters"):
        run = database.start("apply", "--dir", folder)
        assert run.process.stderr is not None
        assert any("waits for a lock" in line for line in run.process.stderr)
        begin = time.monotonic()
        while time.monotonic() < begin + 8:
            before = time.monotonic()
            database.sql("SELECT count(*) FROM counters")
            waited += max(0.0, time.monotonic() - before - 0.3)  # a connection takes its time, too
            time.sleep(0.05)
        total = time.monotonic() - begin
    run.finish().ended(0)
    assert waited < 0.33 * total, f"{waited:.1f} of {total:.1f} s"
