"""A client that freezes, and a network that swallows everything: the lock comes free, and nothing hangs."""

from __future__ import annotations

import signal
import subprocess
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bootstrap.run.history import History
from bootstrap.run.records import Outcome
from tests.cli.command import db_bootstrap, start, write
from tests.integration.run.conftest import Place
from tests.integration.run.relay import relay_to
from tests.integration.run.test_faults import ADOPTED, expect_whole, fill, write_declaration

IDLE_SECONDS = 20  # longer than a run is ever busy with itself, on a slow machine too
DEADLINE_SECONDS = 20


def test_a_frozen_client_loses_its_lock_and_does_not_go_on_with_its_plan(place: Place, tmp_path: Path) -> None:
    fill(place)
    declaration = write_declaration(tmp_path, place.dialect.name)
    arguments = ("apply", "--dir", declaration, "--url", place.url, *ADOPTED)
    blocker = place.connect()
    frozen = start(*arguments, variables={"DB_BOOTSTRAP_IDLE_TIMEOUT": str(IDLE_SECONDS)})
    try:
        with blocker.transaction():  # so that it cannot be done before it is frozen
            blocker.query("SELECT * FROM counters")
            assert frozen.process.stderr is not None
            assert next(line for line in frozen.process.stderr if "ALTER TABLE" in line)
            frozen.process.send_signal(signal.SIGSTOP)
        db_bootstrap(*arguments).ended(0)  # waits until the server has let the lock go
        expect_whole(place)
        frozen.process.send_signal(signal.SIGCONT)
        continued = frozen.finish().ended(0)
    finally:
        frozen.process.kill()
    assert "planning again from what the database is now" in continued.err
    expect_whole(place)
    with closing(place.connect()) as session:
        runs = History(session, place.dialect).runs(10)
    assert [run.outcome for run in runs] == [Outcome.APPLIED, Outcome.INTERRUPTED]


@pytest.mark.parametrize("stall_after", [0, 1000, 4000], ids=["at once", "while logging in", "later"])
def test_a_network_that_swallows_everything_ends_the_run_at_its_deadline(
    place: Place, tmp_path: Path, stall_after: int
) -> None:
    policy = f"version: 1\nengine: {place.dialect.name}\npolicy: {{deadline: {DEADLINE_SECONDS}s}}\n"
    table = "tables:\n  t:\n    columns: {id: int}\n"
    folder = write(tmp_path, place.dialect.name, {"bootstrap.yaml": policy, "schema/t.yaml": table})
    port = urlsplit(place.url).port
    assert port is not None
    with relay_to(port, stall_after=stall_after) as relay:
        url = place.url.replace(f":{port}/", f":{relay.port}/")
        run = start("apply", "--dir", folder, "--url", url, variables={"DB_BOOTSTRAP_CONNECT_DEADLINE": "4"})
        try:
            outcome = run.finish()
        except subprocess.TimeoutExpired:
            run.process.kill()
            pytest.fail("the run hangs")
        assert relay.stalled.is_set() or stall_after == 0
    outcome.ended(5)
    assert outcome.out == ""
    assert outcome.err.count("db-bootstrap: ") == 1, outcome.err
    with closing(place.connect()) as session:
        assert History(session, place.dialect).version() in {0, 1}
