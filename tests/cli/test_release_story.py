"""A release adds three columns, its commit is reverted, then it comes again: the application answers all the time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.command import write
from tests.cli.databases import Database, eventually
from tests.conftest import fresh_database, shared_server

MANIFEST = "version: 1\nengine: {}\npolicy: {{removed: keep, on_failure: rollback}}\n"
OLD = """
    tables:
      streams:
        columns: {id: int not null, status: varchar(20) not null}
        primary_key: [id]
    """
NEW = """
    tables:
      streams:
        columns:
          id: int not null
          status: varchar(20) not null
          live_started_at: timestamp null
          viewers: {type: int, nullable: false, default: 0}
          title: {type: varchar(40), nullable: false, default: "'untitled'", backfill: "concat('stream ', id)"}
        primary_key: [id]
        indexes: {streams_viewers: [viewers]}
    """
OLD_WRITES = "INSERT INTO streams (id, status) VALUES ({}, 'live')"
OLD_READS = "SELECT id, status FROM streams WHERE id = {}"
NEW_WRITES = "INSERT INTO streams (id, status, viewers, title) VALUES ({}, 'live', 7, 'mine')"
NEW_READS = "SELECT id, status, live_started_at, viewers, title FROM streams WHERE id = {}"


@pytest.fixture(params=["postgresql", "mariadb", "mysql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database of each vendor."""
    server = shared_server(request.param)
    with fresh_database(server) as url:
        yield Database(server.as_master, urlsplit(url).path.removeprefix("/"))


class Application:
    """What is deployed: it writes a row and reads it again, over and over, and remembers what failed."""

    def __init__(self, database: Database) -> None:
        self.database, self.numbers = database, count(1)
        self.written: list[int] = []
        self.failures: list[str] = []

    @contextmanager
    def deployed(self, writes: str, reads: str) -> Iterator[None]:
        """Run a release of it for the time of a block, which begins and ends with answers."""
        over = threading.Event()

        def work() -> None:
            while not over.is_set():
                number = next(self.numbers)
                try:
                    self.database.sql(writes.format(number))
                    self.written.append(number)
                    [(found, *_)] = self.database.sql(reads.format(number))
                    assert found == number
                except Exception as error:  # noqa: BLE001  # whatever the application would answer 500 for
                    self.failures.append(f"{reads}: {type(error).__name__}: {error}")
                over.wait(0.02)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            self._answers()
            yield
            self._answers()
        finally:
            over.set()
            thread.join()

    def _answers(self) -> None:
        before = len(self.written)
        eventually(lambda: len(self.written) > before + 1 or bool(self.failures), "the application writes")


def test_the_application_answers_at_every_point_and_no_row_is_lost(database: Database, tmp_path: Path) -> None:
    old, new = (
        write(tmp_path / name, database.engine, {
            "bootstrap.yaml": MANIFEST.format(database.engine), "schema/all.yaml": schema,
        })
        for name, schema in (("old", OLD), ("new", NEW))
    )  # fmt: skip
    database.run("apply", "--dir", old).ended(0)
    application = Application(database)
    with application.deployed(OLD_WRITES, OLD_READS):
        database.run("apply", "--dir", new).ended(0)
    # The commit is reverted: first the apply, then the old application.
    with application.deployed(NEW_WRITES, NEW_READS):
        database.run("apply", "--dir", old).ended(0)
    with application.deployed(OLD_WRITES, OLD_READS):
        database.run("apply", "--dir", new).ended(0)
    with application.deployed(NEW_WRITES, NEW_READS):
        database.run("verify", "--dir", new).ended(0)
    assert application.failures == []
    assert database.sql("SELECT id FROM streams ORDER BY id") == [(number,) for number in application.written]
    assert database.sql("SELECT count(*) FROM streams WHERE title = 'mine' AND viewers <> 7") == [(0,)]
    assert database.sql("SELECT count(*) FROM streams WHERE title IS NULL OR viewers IS NULL") == [(0,)]
