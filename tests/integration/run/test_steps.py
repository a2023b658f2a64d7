"""Versioned steps on real servers: once, in order, and taken up where they stopped."""

from __future__ import annotations

import hashlib
import time

import pytest

from bootstrap.declaration.model import Phase, Step
from bootstrap.dialects.base import Session
from bootstrap.problems import Incomplete, Refused, StatementError
from bootstrap.run.history import History
from bootstrap.run.limits import NO_LIMITS, Limits
from bootstrap.run.lock import LOCK
from bootstrap.run.records import Outcome, RunFacts
from bootstrap.run.step_session import StepConnection
from bootstrap.run.step_states import pending, states
from bootstrap.run.steps import StepRunner
from bootstrap.sql.split import ScriptStatement
from tests.integration.run.conftest import Place


def step(number: int, *sql: str, phase: Phase = Phase.AFTER, transactional: bool = True) -> Step:
    name = f"{number:04}_step"
    return Step(
        number=number,
        name=name,
        phase=phase,
        statements=tuple(ScriptStatement(text, line) for line, text in enumerate(sql, start=1)),
        checksum=hashlib.sha256("\n".join(sql).encode()).hexdigest(),
        transactional=transactional,
        file=f"steps/{name}.sql",
    )


def runner(
    place: Place, session: Session, run: int, *, limits: Limits = NO_LIMITS, lock_timeout_ms: int | None = None
) -> StepRunner:
    session.try_lock(LOCK)  # as a run does
    connection = StepConnection(connect=place.connect, lock_timeout_ms=lock_timeout_ms)
    return StepRunner(session, place.dialect, run, connection, limits=limits)


@pytest.fixture
def table(session: Session) -> str:
    session.execute("CREATE TABLE t (id int PRIMARY KEY)")
    return "t"


def ids(session: Session) -> list[int]:
    return sorted(int(row[0]) for row in session.query("SELECT id FROM t"))


def insert(number: int) -> str:
    return f"INSERT INTO t VALUES ({number})"


@pytest.mark.usefixtures("table")
def test_once_and_in_the_order_of_their_numbers(place: Place, session: Session, history: History, run: int) -> None:
    steps = [
        step(2, "UPDATE t SET id = id * 10"),
        step(1, insert(1), insert(2)),
        step(3, "DELETE FROM t", phase=Phase.BEFORE),
    ]
    work = runner(place, session, run)
    assert [item.name for item in pending(steps, states(history))] == ["0001_step", "0002_step", "0003_step"]
    assert work.apply(steps, Phase.AFTER) == ["0001_step", "0002_step"]
    assert ids(session) == [10, 20]
    assert work.apply(steps, Phase.AFTER) == []
    assert ids(session) == [10, 20]
    assert [item.name for item in pending(steps, states(history))] == ["0003_step"]
    known = states(history)["0001_step"]
    assert (known.state, known.position) == (Outcome.DONE, 2)
    recorded = history.statements(run)
    assert [(item.subject, item.outcome) for item in recorded] == [
        ("step 0001_step", Outcome.DONE), ("step 0001_step", Outcome.DONE), ("step 0002_step", Outcome.DONE),
    ]  # fmt: skip
    assert all(item.duration_ms is not None for item in recorded)


@pytest.mark.usefixtures("table")
def test_a_step_that_was_done_may_not_change(place: Place, session: Session, run: int) -> None:
    work = runner(place, session, run)
    work.apply([step(1, insert(1))], Phase.AFTER)
    with pytest.raises(Refused, match=r"steps/0001_step\.sql: step 0001_step was changed after it had been applied"):
        work.apply([step(1, insert(2)), step(2, insert(3))], Phase.AFTER)
    assert ids(session) == [1]


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("transactional", [True, False])
def test_a_step_that_failed_half_way_is_taken_up_again(
    place: Place, session: Session, history: History, run: int, transactional: bool
) -> None:
    broken = step(1, insert(1), insert(2), "INSERT INTO missing VALUES (1)", insert(3), transactional=transactional)
    with pytest.raises(StatementError, match=r"step 0001_step failed at steps/0001_step\.sql:3: ") as caught:
        runner(place, session, run).apply([broken], Phase.AFTER)
    kept = [] if transactional else [1, 2]
    assert ids(session) == kept
    assert ("the step was rolled back" if transactional else "statements 1 to 2 stay done") in str(caught.value)
    known = states(history)["0001_step"]
    assert (known.state, known.position) == (Outcome.FAILED, len(kept))
    assert "missing" in known.error
    assert [item.name for item in pending([broken], states(history))] == ["0001_step"]

    second = history.begin(RunFacts(action="apply", environment="test"))
    mended = step(1, insert(1), insert(2), insert(30), insert(3), transactional=transactional)
    runner(place, session, second).apply([mended], Phase.AFTER)
    assert ids(session) == [1, 2, 3, 30]
    assert states(history)["0001_step"].state is Outcome.DONE


@pytest.mark.usefixtures("table")
def test_it_can_fail_and_be_taken_up_more_than_once(place: Place, session: Session, history: History, run: int) -> None:
    statements = [insert(1), insert(2), insert(3)]
    for mended in range(3):
        attempt = [
            text if number < mended else "INSERT INTO missing VALUES (1)" for number, text in enumerate(statements)
        ]
        with pytest.raises(StatementError, match=rf"step.sql:{mended + 1}: "):
            runner(place, session, run).apply([step(1, *attempt, transactional=False)], Phase.AFTER)
        run = history.begin(RunFacts(action="apply", environment="test"))
    runner(place, session, run).apply([step(1, *statements, transactional=False)], Phase.AFTER)
    assert ids(session) == [1, 2, 3]


@pytest.mark.usefixtures("table")
def test_what_is_done_of_a_failed_step_may_not_change(
    place: Place, session: Session, history: History, run: int
) -> None:
    broken = step(1, insert(1), "INSERT INTO missing VALUES (1)", transactional=False)
    with pytest.raises(StatementError):
        runner(place, session, run).apply([broken], Phase.AFTER)
    second = history.begin(RunFacts(action="apply", environment="test"))
    with pytest.raises(Refused, match="first 1 statements, which are done, were changed"):
        runner(place, session, second).apply([step(1, insert(5), insert(6), transactional=False)], Phase.AFTER)
    assert ids(session) == [1]


@pytest.mark.usefixtures("table")
def test_statements_that_no_transaction_holds(place: Place, session: Session, run: int) -> None:
    sql = "CREATE INDEX CONCURRENTLY t_id ON t (id)" if place.postgresql else "ALTER TABLE t ADD COLUMN x int"
    runner(place, session, run).apply([step(1, sql, insert_with(place), transactional=False)], Phase.AFTER)
    assert ids(session) == [7]


def insert_with(place: Place) -> str:
    return insert(7) if place.postgresql else "INSERT INTO t (id) VALUES (7)"


@pytest.mark.usefixtures("table")
def test_after_an_interruption_the_row_changes_of_a_step_are_not_done_twice(
    place: Place, session: Session, history: History, run: int
) -> None:
    first = "-- one more\n/* than the last */ INSERT INTO t SELECT coalesce(max(id), 0) + 1 FROM t"
    work = step(1, first, insert(50), transactional=False)
    other = place.connect()
    with other.transaction():
        other.execute(insert(50))  # makes the second statement wait until it gives up
        impatient = runner(place, session, run, limits=Limits(lock_deadline_seconds=0), lock_timeout_ms=300)
        with pytest.raises(StatementError):
            impatient.apply([work], Phase.AFTER)
        other.execute("DELETE FROM t WHERE id = 50")
    second = history.begin(RunFacts(action="apply", environment="test"))
    runner(place, session, second).apply([work], Phase.AFTER)
    assert ids(session) == [1, 50]


@pytest.mark.usefixtures("table")
def test_no_step_is_started_when_time_is_up(place: Place, session: Session, run: int) -> None:
    limits = Limits(deadline=time.monotonic() + 5, margin_seconds=30)
    with pytest.raises(Incomplete, match="out of time before step 0001_step"):
        runner(place, session, run, limits=limits).apply([step(1, insert(1))], Phase.AFTER)
    assert ids(session) == []
