"""The history in the database itself, on each engine."""

from __future__ import annotations

import secrets
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bootstrap.catalog.ref import Kind
from bootstrap.dialects.base import ServerError, Session
from bootstrap.problems import BootstrapError, StatementError
from bootstrap.redact import remember
from bootstrap.run.history import History
from bootstrap.run.ledger import Ledger, SeedProof
from bootstrap.run.lock import LOCK
from bootstrap.run.records import Outcome, RunEnd, RunFacts, StatementRecord, sql_hash
from tests.cli.databases import eventually
from tests.conftest import endpoint_of
from tests.integration.run.conftest import Place

FACTS = RunFacts(
    action="apply", environment="production", os_user="ci", principal="alice", host="runner", source="https://ci/1",
    git_revision="abc123", tool_version="0.1.0", declaration_digest="d1", plan_digest="p1", fingerprint_before="f0",
)  # fmt: skip


def record(seq: int, outcome: Outcome, **facts: object) -> StatementRecord:
    sql = "CREATE TABLE „ünï😀“ (id int)"
    return StatementRecord(
        seq=seq, subject="table t", sql_text=sql, sql_hash=sql_hash(sql), outcome=outcome, **facts  # type: ignore[arg-type]
    )  # fmt: skip


def test_where_there_are_no_tables_nothing_has_happened(place: Place, session: Session) -> None:
    history = History(session, place.dialect)
    assert (history.version(), history.runs(), history.latest()[1], history.run(1)) == (0, [], None, None)
    assert (history.statements(1), history.next_seq(1)) == ([], 1)
    ledger = Ledger(history)
    assert (ledger.managed(), ledger.seeds([place.ref("t")])) == (frozenset(), {})


def test_the_tables_are_made_once(history: History, session: Session) -> None:
    history.ensure()
    for statement in history.dialect.history_schema():
        session.execute(statement)
    assert history.version() == 1


def test_an_account_that_may_not_read_it_is_told_what_to_grant(place: Place, history: History) -> None:
    """Somebody else bootstrapped this database."""
    name = f"stranger_{secrets.token_hex(4)}"
    user = name if place.postgresql else f"'{name}'@'%'"
    owner, database = history.session, history.session.database
    owner.execute(f"CREATE USER {user} {'PASSWORD' if place.postgresql else 'IDENTIFIED BY'} 'Stranger-pass-1'")
    try:
        if not place.postgresql:  # or it could not even log in
            owner.execute(f"GRANT CREATE VIEW ON `{database}`.* TO {user}")
        endpoint = replace(endpoint_of(place.url), username=name, password="Stranger-pass-1")
        with closing(place.dialect.connect(endpoint, application_name="db-bootstrap")) as session:
            with pytest.raises(StatementError, match=r"cannot be read: .*denied.*grant this user"):
                History(session, place.dialect).runs()
            # PostgreSQL: whoever is to write to it must own it.
            with pytest.raises(
                BootstrapError, match=r"cannot be read: .*denied.*grant this user|not this account's own"
            ):
                History(session, place.dialect).ensure()
    finally:
        owner.execute(f"DROP USER {user}")


def test_a_newer_history_is_not_touched(history: History, session: Session) -> None:
    session.execute(f"UPDATE {history.table('version')} SET version = 99")
    with pytest.raises(BootstrapError, match="has version 99, this db-bootstrap knows 1"):
        history.ensure()


def test_a_run_from_start_to_end(history: History) -> None:
    before = datetime.now(UTC)
    number = history.begin(FACTS)
    started = history.run(number)
    assert started is not None
    assert (started.outcome, started.finished_at, started.git_revision) == (Outcome.RUNNING, None, "abc123")
    assert abs((started.started_at - before).total_seconds()) < 60
    assert started.db_user
    assert int(started.backend) > 0
    assert history.latest()[1] is None
    end = RunEnd(outcome=Outcome.APPLIED, fingerprint_after="f1", ready_token="token")
    history.finish(number, end)
    done = history.latest()[1]
    assert done is not None
    assert (done.id, done.fingerprint_after, done.ready_token, done.plan_digest) == (number, "f1", "token", "p1")
    assert done.finished_at is not None
    assert done.finished_at >= done.started_at
    assert [item.id for item in history.runs()] == [number]


def test_a_run_that_never_ended_was_interrupted(history: History) -> None:
    first = history.begin(FACTS)
    history.record(first, [record(1, Outcome.DONE), record(2, Outcome.STARTED)])
    second = history.begin(FACTS)
    assert second == first + 1
    interrupted = history.run(first)
    assert interrupted is not None
    assert interrupted.outcome is Outcome.INTERRUPTED
    assert [item.outcome for item in history.statements(first)] == [Outcome.DONE, Outcome.UNKNOWN]


def test_statements_with_their_outcome_and_time(history: History, run: int) -> None:
    history.record(run, [record(1, Outcome.STARTED)])
    history.conclude(run, record(1, Outcome.FAILED, duration_ms=12, attempts=3, error="no ü"))
    [found] = history.statements(run)
    assert (found.outcome, found.duration_ms, found.attempts, found.error) == (Outcome.FAILED, 12, 3, "no ü")
    assert found.sql_text == "CREATE TABLE „ünï😀“ (id int)"
    assert found.recorded_at is not None
    assert history.next_seq(run) == 2


def test_no_secret_is_ever_stored(history: History, run: int) -> None:
    remember("known-secret-value")
    sql = "ALTER ROLE app PASSWORD 'known-secret-value'"
    row = StatementRecord(
        seq=1, subject="role app", sql_text=sql, sql_hash="h", outcome=Outcome.FAILED, error=f"at: {sql}"
    )
    history.record(run, [row])
    history.finish(run, RunEnd(outcome=Outcome.FAILED, error=f"failed: {sql}"))
    texts = [str(history.statements(run)), str(history.run(run))]
    assert all("known-secret-value" not in text and "***" in text for text in texts)


def test_what_was_declared_is_known_to_the_next_run(history: History, run: int, place: Place) -> None:
    ledger = Ledger(history)
    table = place.ref("t")
    column = table.child(Kind.COLUMN, "c")
    ledger.set_managed(run, [table, column])
    assert ledger.managed() == {table, column}
    ledger.set_managed(run, [table, place.ref("T")])
    assert ledger.managed() == {table, place.ref("T")}


def test_many_managed_objects(history: History, run: int, place: Place) -> None:
    ledger = Ledger(history)
    refs = [place.ref(f"t{number}") for number in range(1203)]
    ledger.set_managed(run, refs)
    assert ledger.managed() == set(refs)
    ledger.set_managed(run, [])
    assert ledger.managed() == frozenset()


def test_proofs_of_seeds(history: History, run: int, place: Place) -> None:
    ledger = Ledger(history)
    table = place.ref("dotted.name")
    ledger.set_seeds(run, [SeedProof(table, "d1", "p1", 5)])
    ledger.set_seeds(run, [SeedProof(table, "d2", "p2", 6)])
    assert ledger.seeds([table, place.ref("other")]) == {table: SeedProof(table, "d2", "p2", 6)}


def test_a_lost_runs_connection_is_ended(place: Place, history: History) -> None:
    other = place.connect()
    backend = other.backend
    if not place.postgresql:  # its number may be an application's after a restart: only the lock tells that it is ours
        assert not place.dialect.end_backend(history.session, backend)
    assert other.try_lock(LOCK)
    assert place.dialect.end_backend(history.session, backend)
    with pytest.raises(ServerError) as caught:
        other.query("SELECT 1")
    assert caught.value.connection_lost
    # A client learns that its connection has ended before the server has cleared it away.
    eventually(lambda: not place.dialect.end_backend(history.session, backend), "the connection is gone")


@pytest.mark.usefixtures("run")
def test_a_foreign_outcome_is_unknown(history: History) -> None:
    history.session.execute(f"UPDATE {history.table('runs')} SET outcome = 'hacked'")
    assert [item.outcome for item in history.runs()] == [Outcome.UNKNOWN]


def test_a_digest_of_rows_tells_every_change(place: Place, session: Session) -> None:
    session.execute("CREATE TABLE t (a int, b varchar(20), c varchar(20))")
    digest = place.dialect.rows_digest(place.ref("t"), ["a", "b"])
    session.execute("INSERT INTO t VALUES (1, NULL, 'x'), (2, 'NULL', 'x'), (2, 'NULL', 'x')")
    seen = {str(session.query(f"SELECT {digest}")[0][0])}
    for change in (
        "UPDATE t SET b = 'NULL' WHERE a = 1",
        "UPDATE t SET b = 'Ü' WHERE a = 1",
        "UPDATE t SET b = 'null' WHERE a = 1",
        "DELETE FROM t WHERE a = 2",
    ):
        session.execute(change)
        seen.add(str(session.query(f"SELECT {digest}")[0][0]))
    assert len(seen) == 5
    session.execute("UPDATE t SET c = 'y'")
    assert str(session.query(f"SELECT {digest}")[0][0]) in seen


def test_a_digest_takes_values_of_every_kind(place: Place, session: Session) -> None:
    if place.postgresql:
        session.execute(
            "CREATE TABLE t (a json, b bytea, c bit(8), d point, e xml, f text[], g timestamptz, h int4range)"
        )
        values = "'{\"a\": 1}', '\\x00ff', B'00000101', '(1,2)', '<a/>', '{a,NULL}', '2020-01-01Z', '[1,3)'"
    else:
        session.execute(
            "CREATE TABLE t (a json, b blob, c bit(8), d geometry, e float, f varchar(9) CHARACTER SET utf8mb4,"
            " g datetime(3), h varbinary(5))"
        )
        values = (
            "'{\"a\": 1}', x'00ff', b'101', ST_GeomFromText('POINT(1 2)'), 1.5, '😀', '2020-01-01 00:00:00.1', x'ff00'"
        )
    session.execute(f"INSERT INTO t VALUES ({values}), ({', '.join(['NULL'] * 8)})")
    digest = place.dialect.rows_digest(place.ref("t"), list("abcdefgh"))
    before = session.query(f"SELECT {digest}")
    assert before == session.query(f"SELECT {digest}")
    session.execute("UPDATE t SET b = NULL WHERE b IS NOT NULL")
    assert before != session.query(f"SELECT {digest}")


@pytest.mark.parametrize("share", [2, 4])
def test_a_row_that_has_no_digest_proves_nothing(place: Place, session: Session, share: int) -> None:
    if place.postgresql:
        pytest.skip("every row has one there")
    session.execute("CREATE TABLE t (a longtext, b longtext)")
    # In hexadecimal longer than what the server hands around in one piece, each of them or both together.
    length = int(session.query("SELECT @@max_allowed_packet")[0][0]) // share + 1000
    session.execute(f"INSERT INTO t VALUES (REPEAT('x', {length}), REPEAT('x', {length}))")
    digest = place.dialect.rows_digest(place.ref("t"), ["a", "b"])
    assert session.query(f"SELECT {digest}") != session.query(f"SELECT {digest}")
