"""One run at a time."""

from __future__ import annotations

import threading
import time

import pytest

from bootstrap.problems import Unreachable
from bootstrap.run.lock import LOCK, assert_owned, run_lock
from bootstrap.run.recover import reconnect
from tests.integration.run.conftest import Place


def test_a_second_run_waits_then_names_the_holder(place: Place) -> None:
    first, second = place.connect(), place.connect()
    told: list[str] = []
    with run_lock(first, deadline_seconds=60):
        assert_owned(first)
        with (
            pytest.raises(Unreachable, match="another run holds the lock of database test_") as caught,
            run_lock(second, deadline_seconds=0.5, waiting=told.append),
        ):
            pass
        holder = first.backend
        assert holder in str(caught.value)
        assert len(told) == 1
    with run_lock(second, deadline_seconds=60):
        pass
    with pytest.raises(Unreachable, match="lost the lock"):
        assert_owned(first)


def test_ten_runs_one_after_the_other(place: Place) -> None:
    inside, most, done = [0], [0], [0]

    def work() -> None:
        session = place.connect()
        with run_lock(session, deadline_seconds=300):
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            time.sleep(0.02)
            inside[0] -= 1
            done[0] += 1

    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert (most[0], inside[0], done[0]) == (1, 0, 10)


def test_after_a_lost_connection_the_lock_is_taken_again(place: Place) -> None:
    session = place.connect()
    assert session.try_lock(LOCK)
    backend = session.backend
    again = reconnect(place.dialect, place.connect, lost=session, backend=backend, deadline_seconds=60)
    assert_owned(again)
