"""Runs at the same time, runs that are killed, and runs that wait for others."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.command import write
from tests.cli.databases import Database, eventually

# The connections in which such a statement runs, as the server lists them.
RUNNING = {
    "postgresql": "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'"
    " AND pid <> pg_backend_pid() AND query LIKE '%{0}%'",
    "mysql": "SELECT id FROM information_schema.processlist WHERE db = database()"
    " AND id <> connection_id() AND info LIKE '%{0}%'",
}

WHO = {"postgresql": "SELECT pg_backend_pid()", "mysql": "SELECT connection_id()"}


def running(database: Database, text: str) -> set[int]:
    return {int(number) for (number,) in database.sql(RUNNING[database.engine].format(text))}


@contextmanager
def holding(database: Database, query: str) -> Iterator[int]:
    """Somebody whose transaction holds what it reads, until the block ends; the number of the connection."""
    holder = database.server.connect(database.name)
    try:
        with holder.cursor() as cursor:
            cursor.execute(WHO[database.engine])
            [(number,)] = cursor.fetchall()
            cursor.execute("BEGIN")
            cursor.execute(query)
            cursor.fetchall()
            yield int(number)
    finally:
        holder.close()


@pytest.mark.parametrize("number", [2, 10])
def test_one_of_many_applies_and_the_rest_finds_nothing_to_do(database: Database, shop: Path, number: int) -> None:
    started = [database.start("apply", "--dir", shop, "--format", "json") for _ in range(number)]
    outcomes = [one.finish().ended(0).data for one in started]
    assert sorted(found["status"] for found in outcomes) == ["applied"] + ["unchanged"] * (number - 1)
    assert len({found["ready_token"] for found in outcomes}) == 1
    assert database.outcomes() == ["applied"]
    assert database.sql("SELECT count(*) FROM customers") == [(2,)]
    assert database.scratch_places() == []


def test_killed_in_the_middle_the_next_run_converges(database: Database, shop: Path) -> None:
    step = "-- transaction: off\nUPDATE customers SET name = concat(name, '!') WHERE id = {};\n"
    write(shop, database.engine, {"steps/0001_slow.sql": step.format(7) + step.splitlines()[1].format(8) + "\n"})
    database.run("apply", "--dir", without_steps(shop)).ended(0)
    database.sql("INSERT INTO customers VALUES (7, 'seven@example.com', 'Seven'), (8, 'eight@example.com', 'Eight')")

    with holding(database, "SELECT id FROM customers WHERE id = 8 FOR UPDATE"):
        first = database.start("apply", "--dir", shop)
        eventually(lambda: bool(running(database, "id = 8")), "the step's second statement waits")
        left = running(database, "id = 8")
        first.process.send_signal(signal.SIGKILL)
        assert first.finish().code == -signal.SIGKILL
        second = database.start("apply", "--dir", shop)
        eventually(lambda: not left & running(database, "id = 8"), "the killed run has left nothing behind")

    second.finish().ended(0)
    database.run("verify", "--dir", shop).ended(0)
    names = database.sql("SELECT name FROM customers WHERE id > 6 ORDER BY id")
    assert names == [("Seven!",), ("Eight!",)], "each statement was carried out once"
    assert database.outcomes() == ["applied", "interrupted", "applied"]


def test_killed_at_any_time_the_next_run_converges(database: Database, tmp_path: Path) -> None:
    tables = "".join(
        f"  t{number}:\n    columns: {{id: int not null, word: varchar(20)}}\n    primary_key: [id]\n"
        f"    indexes:\n      t{number}_word: [word]\n"
        for number in range(40)
    )
    folder = write(tmp_path, database.engine, {"schema/t.yaml": f"tables:\n{tables}"})
    for wait in (0.7, 1.0, 1.4, 2.0):
        run = database.start("apply", "--dir", folder)
        time.sleep(wait)
        run.process.send_signal(signal.SIGKILL)
        run.finish()
    database.run("apply", "--dir", folder).ended(0)
    database.run("verify", "--dir", folder).ended(0)
    assert len(database.tables()) == 40
    assert all(f"t{number}_word" in database.indexes(f"t{number}") for number in range(40))
    assert "running" not in database.outcomes()
    # What the last of them left may have been in use until its connections were gone: the next that needs one sweeps.
    write(folder, database.engine, {"schema/more.yaml": "tables:\n  more:\n    columns: {id: int not null}\n"})
    database.run("plan", "--dir", folder).ended(0)
    assert database.scratch_places() == []


def test_waiting_for_another_run_names_it(database: Database, shop: Path) -> None:
    write(shop, database.engine, {"steps/0001_count.sql": "UPDATE customers SET name = 'Count' WHERE id = 7;\n"})
    database.run("apply", "--dir", without_steps(shop)).ended(0)
    database.sql("INSERT INTO customers VALUES (7, 'seven@example.com', 'Seven')")
    with holding(database, "SELECT id FROM customers WHERE id = 7 FOR UPDATE"):
        first = database.start("apply", "--dir", shop)
        eventually(lambda: bool(running(database, "UPDATE customers")), "the first run works")
        second = database.start("apply", "--dir", shop, "--format", "json")
        assert second.process.stderr is not None
        line = next(line for line in second.process.stderr if "waiting for another run" in line)
    assert database.server.login.username in line
    first.finish().ended(0)
    assert second.finish().ended(0).data["status"] == "unchanged"


def test_waiting_for_a_table_names_who_holds_it(database: Database, shop: Path) -> None:
    database.run("apply", "--dir", shop).ended(0)
    write(
        shop,
        database.engine,
        {"bootstrap.yaml": f"version: 1\nengine: {database.engine}\npolicy: {{lock_timeout: 1s}}\n"},
    )
    schema = shop / "schema/orders.yaml"
    schema.write_text(schema.read_text().replace("note: varchar(200)", "note: varchar(200)\n      paid: boolean"))
    with holding(database, "SELECT * FROM orders") as number:
        run = database.start("apply", "--dir", shop)
        assert run.process.stderr is not None
        said = list(up_to(rf"(process|connection) {number}\b", run.process.stderr))
    assert "waits for a lock" in said[-1], said
    run.finish().ended(0)
    assert "paid" in database.columns("orders")


def up_to(pattern: str, lines: Iterable[str]) -> Iterator[str]:
    """The lines up to the first that has this; all of them where none has."""
    for line in lines:
        yield line
        if re.search(pattern, line):
            return


def without_steps(folder: Path) -> Path:
    """The same declaration as it was before its steps were written."""
    before = folder.with_name(folder.name + "-before")
    for path in folder.rglob("*"):
        if path.is_file() and "steps" not in path.parts:
            copy = before / path.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            os.link(path, copy)
    return before
