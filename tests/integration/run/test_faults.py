"""Killed clients and crashed servers: one rerun converges, nothing is lost, nothing is done twice."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bootstrap.dialects.base import Session
from bootstrap.dialects.registry import dialect_for
from bootstrap.run.history import History
from bootstrap.run.records import Outcome
from demo.servers import MariaDBServer, PostgresServer
from tests.cli.command import SECONDS
from tests.integration.run.conftest import Place

ADOPTED = ("--allow", "run_step")  # the table with rows is there before the first run
PROGRESS = re.compile(r"  \[\d+/\d+\] ")
TABLES = 6
NOTICED_AFTER = 300.0  # seconds; both servers look once a second, a busy machine later
SCHEMA = """\
tables:
  counters:
    columns:
      id: int not null
      n: int not null
      note: varchar(20)
    primary_key: [id]
    indexes:
      counters_n: [n]
"""
MORE = """\
  t{number}:
    columns:
      id: int not null
      name: varchar(50)
    primary_key: [id]
    indexes:
      t{number}_name: [name]
"""
SEEDS = """\
seeds:
  t0:
    key: [id]
    mode: upsert
    rows:
      - {id: 1, name: one}
      - {id: 2, name: two}
"""
# Neither may be done twice, and neither may be left out.
STEP = """\
UPDATE counters SET n = n + 1;
UPDATE counters SET n = n + 10;
UPDATE counters SET n = n + 100;
"""


@pytest.fixture
def declaration(tmp_path: Path, place: Place) -> Path:
    """What the database shall become: a column and an index in a table with rows, new tables, a step, seeds."""
    return write_declaration(tmp_path, place.dialect.name)


def write_declaration(folder: Path, engine: str) -> Path:
    for name in ("schema", "seeds", "steps"):
        (folder / name).mkdir()
    (folder / "bootstrap.yaml").write_text(f"version: 1\nname: faults\nengine: {engine}\n")
    tables = "".join(MORE.format(number=number) for number in range(TABLES))
    (folder / "schema" / "all.yaml").write_text(SCHEMA + tables)
    (folder / "seeds" / "t0.yaml").write_text(SEEDS)
    (folder / "steps" / "0001_count.sql").write_text(STEP)
    return folder


def start(declaration: Path, url: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DB_BOOTSTRAP_")}
    return subprocess.Popen(
        [sys.executable, "-m", "bootstrap", "apply", "--dir", str(declaration), "--url", url, *ADOPTED],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def fill(place: Place) -> None:
    session = place.connect()
    session.execute("CREATE TABLE counters (id int NOT NULL, n int NOT NULL, PRIMARY KEY (id))")
    session.execute("INSERT INTO counters VALUES (1, 0), (2, 0)")
    session.close()


def expect_whole(place: Place) -> int:
    """Everything is there once, and the history tells a whole story. Returns how many runs of it were interrupted."""
    session = place.connect()
    assert session.query("SELECT id, n, note FROM counters ORDER BY id") == [(1, 111, None), (2, 111, None)]
    assert session.query("SELECT id, name FROM t0 ORDER BY id") == [(1, "one"), (2, "two")]
    for number in range(TABLES):
        session.query(f"SELECT id, name FROM t{number}")
    history = History(session, place.dialect)
    latest, *earlier = history.runs(100)
    assert latest.outcome is Outcome.APPLIED
    assert all(run.outcome in {Outcome.INTERRUPTED, Outcome.APPLIED, Outcome.FAILED} for run in earlier)
    session.close()
    return sum(1 for run in earlier if run.outcome is Outcome.INTERRUPTED)


def test_a_client_killed_at_any_statement_is_taken_up_by_the_next_run(place: Place, declaration: Path) -> None:
    fill(place)
    reference = start(declaration, place.url)
    out, _ = reference.communicate(timeout=SECONDS)
    assert reference.returncode == 0, out
    expect_whole(place)
    statements = sum(1 for line in out.splitlines() if PROGRESS.match(line))
    assert statements > TABLES
    interrupted = 0
    for number in range(1, statements + 1, 3):
        empty(place)
        fill(place)
        killed = start(declaration, place.url)
        read_until(killed, number)
        killed.kill()
        killed.communicate()
        again = start(declaration, place.url)
        out, _ = again.communicate(timeout=SECONDS)
        assert again.returncode == 0, out
        interrupted += expect_whole(place)
    assert interrupted > 0


def read_until(process: subprocess.Popen[str], number: int) -> None:
    """Wait until the command says that it starts its statement of that number."""
    assert process.stdout is not None
    seen = 0
    for line in process.stdout:
        seen += bool(PROGRESS.match(line))
        if seen == number:
            return


def test_what_a_killed_client_waited_for_is_never_applied(place: Place, declaration: Path) -> None:
    """A server goes on waiting for a client that is gone, and applies its change minutes later: not here."""
    fill(place)
    blocker = place.connect()
    with blocker.transaction():
        blocker.query("SELECT * FROM counters")
        killed = start(declaration, place.url)
        assert killed.stdout is not None
        for line in killed.stdout:
            if "ALTER TABLE" in line:
                break
        killed.kill()
        killed.communicate()
        with contextlib.closing(place.connect()) as watcher:
            wait_until_alone(watcher, blocker, place)
    schema = "public" if place.postgresql else blocker.database
    columns = "SELECT column_name FROM information_schema.columns WHERE table_name = 'counters' AND table_schema = %s"
    assert {str(row[0]) for row in blocker.query(columns, [schema])} == {"id", "n"}
    again = start(declaration, place.url)
    out, _ = again.communicate(timeout=SECONDS)
    assert again.returncode == 0, out
    expect_whole(place)


def wait_until_alone(watcher: Session, blocker: Session, place: Place) -> None:
    """Wait until the server has noticed that all clients of the database but these two are gone."""
    own = "SELECT pg_backend_pid()" if place.postgresql else "SELECT connection_id()"
    clients = (
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> ALL (ARRAY[%s, %s])"
        if place.postgresql
        else "SELECT id FROM information_schema.processlist WHERE db = database() AND id NOT IN (%s, %s)"
    )
    ours = [session.query(own)[0][0] for session in (watcher, blocker)]
    deadline = time.monotonic() + NOTICED_AFTER
    while watcher.query(clients, ours):
        assert time.monotonic() < deadline, "the server still works for a client that is gone"
        time.sleep(0.1)


def test_of_many_runs_at_once_one_applies_and_the_others_find_it_done(place: Place, declaration: Path) -> None:
    fill(place)
    processes = [start(declaration, place.url) for _ in range(5)]
    answers = [process.communicate(timeout=SECONDS)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * 5, answers
    assert sum("applied" in answer for answer in answers) == 1
    assert sum("unchanged and verified" in answer for answer in answers) == 4
    expect_whole(place)
    session = place.connect()
    assert len(History(session, place.dialect).runs(100)) == 1


def empty(place: Place) -> None:
    """The database as it was before everything."""
    session = place.connect()
    for name in ("counters", *(f"t{number}" for number in range(TABLES))):
        session.execute(f"DROP TABLE IF EXISTS {name}")
    if place.postgresql:
        session.execute("DROP SCHEMA IF EXISTS db_bootstrap CASCADE")
    else:
        rows = session.query(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
            " AND table_name LIKE 'db!_boot%' ESCAPE '!'"
        )
        for (name,) in rows:
            session.execute(f"DROP TABLE `{name}`")
    session.close()


@pytest.fixture(params=["postgresql", "mysql"])
def own_server(request: pytest.FixtureRequest) -> Iterator[PostgresServer | MariaDBServer]:
    """A server that may crash: nobody else uses it."""
    kind = PostgresServer if request.param == "postgresql" else MariaDBServer
    with kind.start() as server:
        yield server


def test_a_crashed_server_is_waited_for_and_the_work_goes_on(
    own_server: PostgresServer | MariaDBServer, tmp_path: Path
) -> None:
    engine = "postgresql" if isinstance(own_server, PostgresServer) else "mysql"
    declaration = write_declaration(tmp_path, engine)
    for number in (1, TABLES, 2 * TABLES):
        url = own_server.create_database(f"crash{number}")
        place = Place(url, dialect_for(engine))
        fill(place)
        process = start(declaration, url)
        read_until(process, number)
        own_server.crash()
        out, _ = process.communicate(timeout=SECONDS)
        if process.returncode != 0:  # it came at a moment at which there is nothing to go on with: the next run does
            again = start(declaration, url + "&connect_timeout=60")
            out, _ = again.communicate(timeout=SECONDS)
            assert again.returncode == 0, out
        expect_whole(place)
