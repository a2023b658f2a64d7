"""Carrying out plans on real servers: what is kept, what is journalled, who is waited for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from bootstrap.dialects.base import ServerError, Session
from bootstrap.hazards import HazardKind
from bootstrap.plan.statement import Hazard, Operation, Plan, Statement
from bootstrap.problems import Incomplete, StatementError, Unreachable
from bootstrap.run.executor import ConnectionLost, Executor, PlanOutdated, Progress
from bootstrap.run.history import History
from bootstrap.run.limits import Limits
from bootstrap.run.lock import LOCK
from bootstrap.run.records import Outcome
from tests.cli.databases import eventually
from tests.integration.run.conftest import Place, plan_of

Make = Callable[..., Statement]


def tables(session: Session) -> set[str]:
    schema = "public" if session.server.vendor == "postgresql" else session.database
    rows = session.query("SELECT table_name FROM information_schema.tables WHERE table_schema = %s", [schema])
    return {str(row[0]) for row in rows if not str(row[0]).startswith("db_bootstrap_")}


def outcomes(history: History, run: int) -> list[Outcome]:
    return [record.outcome for record in history.statements(run)]


def test_statements_are_done_journalled_and_told(
    place: Place, session: Session, history: History, run: int, statement: Make
) -> None:
    seen: list[Progress] = []
    executor = Executor(session, place.dialect, run, progress=seen.append)
    plan = plan_of(
        statement("CREATE TABLE a (id int PRIMARY KEY)", "a", creates_only=True),
        statement("CREATE TABLE b (id int PRIMARY KEY)", "b", creates_only=True),
        statement("ALTER TABLE a ADD COLUMN x int", "a", lock_timeout_ms=60_000, statement_timeout_ms=60_000),
    )
    records = executor.execute(plan)
    assert tables(session) == {"a", "b"}
    assert [(item.seq, item.outcome) for item in records] == [(number, Outcome.DONE) for number in (1, 2, 3)]
    stored = history.statements(run)
    assert [(item.seq, item.sql_text, item.outcome) for item in stored] == [
        (item.seq, item.sql_text, item.outcome) for item in records
    ]
    assert all(item.duration_ms is not None for item in stored)
    assert [event.seq for event in seen if event.outcome is Outcome.DONE] == [1, 2, 3]


def test_a_second_plan_of_the_same_run_goes_on_counting(
    place: Place, session: Session, history: History, run: int, statement: Make
) -> None:
    executor = Executor(session, place.dialect, run)
    executor.execute(plan_of(statement("CREATE TABLE a (id int)", "a")))
    executor.execute(plan_of(statement("CREATE TABLE b (id int)", "b")))
    assert [record.seq for record in history.statements(run)] == [1, 2]


def test_a_refused_statement_is_reported_whole_and_what_came_before_stays(
    place: Place, session: Session, history: History, run: int, statement: Make
) -> None:
    executor = Executor(session, place.dialect, run, locate=lambda _: "schema/t.yaml:7")
    plan = plan_of(
        statement("CREATE TABLE a (id int)", "a"),
        statement("ALTER TABLE nowhere ADD COLUMN x int", "nowhere"),
        statement("CREATE TABLE c (id int)", "c"),
    )
    with pytest.raises(StatementError) as caught:
        executor.execute(plan)
    text = str(caught.value)
    assert "the server refused statement 2 of 3" in text
    assert "ALTER TABLE nowhere ADD COLUMN x int" in text
    assert "declared in schema/t.yaml:7" in text
    assert "1 before it are done" in text
    assert tables(session) == {"a"}
    assert outcomes(history, run) == [Outcome.DONE, Outcome.FAILED]
    assert "nowhere" in history.statements(run)[1].error


def test_new_objects_come_all_together_or_not_at_all_where_that_is_possible(
    place: Place, session: Session, history: History, run: int, statement: Make
) -> None:
    executor = Executor(session, place.dialect, run)
    plan = plan_of(
        statement("CREATE TABLE a (id int)", "a", creates_only=True),
        statement("CREATE TABLE b (id nonsense)", "b", creates_only=True),
    )
    with pytest.raises(StatementError) as caught:
        executor.execute(plan)
    if place.postgresql:
        assert (tables(session), outcomes(history, run)) == (set(), [Outcome.FAILED])
        assert "before it are done" not in str(caught.value)
    else:
        assert (tables(session), outcomes(history, run)) == ({"a"}, [Outcome.DONE, Outcome.FAILED])


def test_the_next_way_is_taken_where_the_server_lacks_an_algorithm(
    place: Place, session: Session, history: History, run: int, statement: Make
) -> None:
    if place.postgresql:
        pytest.skip("PostgreSQL has no algorithms to choose from")
    session.execute("CREATE TABLE t (id int PRIMARY KEY, n int)")
    sql = "ALTER TABLE t MODIFY n bigint, ALGORITHM={}"
    [record] = Executor(session, place.dialect, run).execute(
        plan_of(statement(sql.format("INSTANT"), fallbacks=(sql.format("INPLACE"), sql.format("COPY"))))
    )
    assert record.sql_text == sql.format("COPY")
    assert history.statements(run)[0].sql_text == sql.format("COPY")


def test_a_secret_in_a_statement_is_only_shown_as_its_display_says(
    place: Place, session: Session, history: History, run: int, statement: Make
) -> None:
    shown = "CREATE TABLE a /* *** */ (id nonsense)"
    hidden = statement("CREATE TABLE a /* top-secret-words */ (id nonsense)", "a", display=shown)
    with pytest.raises(StatementError) as caught:
        Executor(session, place.dialect, run).execute(plan_of(hidden))
    assert shown in str(caught.value)
    assert history.statements(run)[0].sql_text == shown


@contextmanager
def held(place: Place) -> Iterator[None]:
    """Another session keeps a lock on table t for as long as the block lasts."""
    other = place.connect()
    with other.transaction():
        other.query("SELECT * FROM t")
        yield
    other.close()


def test_a_lock_is_waited_for_in_turns_and_its_holder_is_named(
    place: Place, session: Session, history: History, run: int, statement: Make
) -> None:
    session.execute("CREATE TABLE t (id int PRIMARY KEY)")
    seen: list[Progress] = []
    with ExitStack() as holder:
        holder.enter_context(held(place))

        def see(event: Progress) -> None:
            seen.append(event)
            if event.note:
                holder.close()

        executor = Executor(session, place.dialect, run, progress=see)
        [record] = executor.execute(plan_of(statement("ALTER TABLE t ADD COLUMN x int", lock_timeout_ms=1000)))
    assert record.attempts > 1
    assert history.statements(run)[0].attempts == record.attempts
    notes = [event.note for event in seen if event.note]
    assert notes
    assert "waits for a lock" in notes[0]
    assert "process " in notes[0] or "connection " in notes[0]


def test_a_lock_that_is_never_given_back_ends_the_waiting(
    place: Place, session: Session, history: History, run: int, statement: Make
) -> None:
    session.execute("CREATE TABLE t (id int PRIMARY KEY)")
    executor = Executor(session, place.dialect, run, limits=Limits(lock_deadline_seconds=1.5))
    with held(place), pytest.raises(StatementError, match="in the way: "):
        executor.execute(plan_of(statement("ALTER TABLE t ADD COLUMN x int", lock_timeout_ms=1000)))
    assert outcomes(history, run) == [Outcome.FAILED]


def test_what_may_have_left_something_behind_asks_for_a_new_plan(
    place: Place, session: Session, history: History, run: int, statement: Make
) -> None:
    if not place.postgresql:
        pytest.skip("each statement is atomic there")
    session.execute("CREATE TABLE t (id int)")
    other = place.connect()
    with other.transaction():
        other.execute("INSERT INTO t VALUES (1)")
        sql = "CREATE INDEX CONCURRENTLY t_id ON t (id)"
        with pytest.raises(PlanOutdated, match="waited too long for a lock"):
            Executor(session, place.dialect, run).execute(plan_of(statement(sql, alone=True, lock_timeout_ms=500)))
    [invalid] = session.query("SELECT count(*) FROM pg_index WHERE NOT indisvalid")
    assert invalid[0] == 1
    assert outcomes(history, run) == [Outcome.FAILED]


def test_a_lost_connection_is_told_from_a_refusal(place: Place, session: Session, run: int, statement: Make) -> None:
    session.execute("CREATE TABLE t (id int PRIMARY KEY)")
    assert session.try_lock(LOCK)
    other = place.connect()
    backend = session.backend

    def end_it_as_it_waits() -> None:
        eventually(lambda: bool(other.query(waits, [int(backend)])), "the statement waits")
        place.dialect.end_backend(other, backend)

    waits = (
        "SELECT pid FROM pg_stat_activity WHERE pid = %s AND query LIKE 'ALTER TABLE%%' AND wait_event_type = 'Lock'"
        if place.postgresql
        else "SELECT id FROM information_schema.processlist WHERE id = %s AND info LIKE 'ALTER TABLE%%'"
    )
    killer = threading.Thread(target=end_it_as_it_waits)
    with held(place):
        killer.start()
        with pytest.raises(ConnectionLost, match="connection was lost during statement 1 of 1"):
            Executor(session, place.dialect, run).execute(plan_of(statement("ALTER TABLE t ADD COLUMN x int")))
        killer.join()
    again = place.connect()
    with pytest.raises(ServerError):
        again.query("SELECT x FROM t")  # no zombie: what waited was not carried out
    assert outcomes(History(again, place.dialect), run) == ([] if place.postgresql else [Outcome.STARTED])


def test_nothing_is_started_when_time_is_up(
    place: Place, session: Session, history: History, run: int, statement: Make
) -> None:
    limits = Limits(deadline=time.monotonic() + 10, margin_seconds=30)
    with pytest.raises(Incomplete, match="out of time before statement 1 of 1"):
        Executor(session, place.dialect, run, limits=limits).execute(plan_of(statement("CREATE TABLE a (id int)")))
    assert (tables(session), outcomes(history, run)) == (set(), [])


def test_what_loses_data_is_not_started_without_the_lock(
    place: Place, session: Session, run: int, statement: Make
) -> None:
    session.execute("CREATE TABLE t (id int)")
    loss = Hazard(kind=HazardKind.DATA_LOSS, subject=place.ref("t"), message="rows are lost")
    drop = statement("DROP TABLE t")
    plan = Plan(operations=(Operation(subject=drop.subject, hazards=(loss,), statements=(drop,)),))
    with pytest.raises(Unreachable, match="lost the lock of database"):
        Executor(session, place.dialect, run).execute(plan)
    assert tables(session) == {"t"}


def test_the_sessions_own_time_outs_come_back(place: Place, session: Session, run: int, statement: Make) -> None:
    sql = "SELECT current_setting('lock_timeout')" if place.postgresql else "SELECT @@lock_wait_timeout"
    before = session.query(sql)
    Executor(session, place.dialect, run).execute(plan_of(statement("CREATE TABLE a (id int)", lock_timeout_ms=7000)))
    assert session.query(sql) == before
