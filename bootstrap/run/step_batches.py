"""A step that runs in ranges of a key: each range is committed with the place where the next one begins."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bootstrap.declaration.model import Batch, Step
from bootstrap.dialects.base import ServerError, Session
from bootstrap.problems import Refused, StatementError
from bootstrap.redact import redact
from bootstrap.run.executor import ConnectionLost, Progress
from bootstrap.run.history import History
from bootstrap.run.lock import assert_owned
from bootstrap.run.patience import Patience
from bootstrap.run.records import Outcome, StatementRecord, sql_hash
from bootstrap.run.step_messages import batch_failure
from bootstrap.run.step_session import kept_alive, step_session
from bootstrap.run.step_states import announce_state, save_state, subject_of
from bootstrap.sql.batches import BatchedSql, batched

if TYPE_CHECKING:
    from bootstrap.run.steps import StepRunner

_NOTE_SECONDS = 2.0  # between two lines of progress


def run_in_batches(runner: StepRunner, step: Step, batch: Batch) -> None:
    """Run a step from where an earlier run stopped to its end.

    Raises:
        Refused: the step was changed since it stopped half-way, or rows have no key.
        StatementError: the server refused a range; those before it stay done.
        ConnectionLost: the connection broke; the next run goes on behind the last range.
        Incomplete: out of time, likewise.
    """
    sql = batched(step.statements[0].sql, batch.key, runner.dialect.name)
    _Ranges(runner, step, batch, sql, _place(runner.history, step, sql)).run()


@dataclass(slots=True)
class _Ranges:
    """The ranges that are left; ``last`` is the key up to which rows are done, an SQL literal."""

    runner: StepRunner
    step: Step
    batch: Batch
    sql: BatchedSql
    last: str | None
    rows: int = 0
    _noted: float = 0.0

    def run(self) -> None:
        start, runner = time.monotonic(), self.runner
        announce_state(runner.history, self.step, Outcome.STARTED, 0)
        save_state(runner.history, self.step, Outcome.STARTED, run=runner.run, position=0)
        with step_session(runner.connection, []) as session:
            if self.last is None:
                self._refuse_rows_without_key(session)
            patience = Patience(runner.limits.lock_seconds)
            while True:
                runner.limits.check_time(f"the next batch of step {self.step.name}")
                assert_owned(runner.session)
                try:
                    if not self._next(session):
                        break
                except ServerError as error:
                    if not patience.allows(error):
                        self._fail(error)
                    patience.wait()
                    continue
                patience = Patience(runner.limits.lock_seconds)
                self._rest()
        self._finish(round((time.monotonic() - start) * 1000))

    def _refuse_rows_without_key(self, session: Session) -> None:
        if session.query(f"SELECT 1 FROM {self.sql.table} WHERE {self.sql.key} IS NULL LIMIT 1"):
            raise Refused(
                f"{self.step.file}: rows of {self.sql.table} have no {self.sql.key}, and no batch would reach them:"
                " choose a key that is NOT NULL"
            )

    def _next(self, session: Session) -> bool:
        """Carry out the next range and record its end, in one transaction; whether there was one.

        Rows that come into the range in between are carried out with it.
        """
        runner, history = self.runner, History(session, self.runner.dialect)
        last = runner.dialect.last_of_batch(session, self.sql.table, self.sql.key, self.last, self.batch.size)
        if last is None:
            return False
        place = json.dumps([self.sql.table, self.sql.key, last])
        runner.history.announce_fact(_name(self.step), place)
        with (
            runner.watched(session),
            kept_alive(runner.session, every_seconds=runner.connection.beat_seconds),
            session.transaction(),
        ):
            rows = session.execute(self.sql.within(self.last, last))
            with session.as_login_user():
                _forget(history, self.step)
                history.insert("facts", [{"name": _name(self.step), "value": place}])
        self.last, self.rows = last, self.rows + max(rows, 0)
        return True

    def _rest(self) -> None:
        """Pause before the next range, and say now and then how far it is."""
        if time.monotonic() - self._noted > _NOTE_SECONDS:
            self._noted = time.monotonic()
            note = f"{self.rows:,} rows changed, up to {self.sql.key} = {self.last}"
            self._tell(Outcome.STARTED, note)
        if self.batch.pause_ms:
            time.sleep(self.batch.pause_ms / 1000)

    def _finish(self, duration: int) -> None:
        runner, step = self.runner, self.step
        announce_state(runner.history, step, Outcome.DONE, 1)
        runner.history.announce_fact(_name(step), None)
        with runner.session.transaction():
            runner.history.record(runner.run, [self._record(Outcome.DONE, duration)])
            _forget(runner.history, step)
            save_state(runner.history, step, Outcome.DONE, run=runner.run, position=1, duration_ms=duration)
        self._tell(Outcome.DONE)

    def _fail(self, error: ServerError) -> None:
        runner = self.runner
        message = redact(batch_failure(self.step, error, self.sql.key, self.last))
        if error.connection_lost:
            raise ConnectionLost(message) from error
        with suppress(ServerError):  # the first error is the one to report
            announce_state(runner.history, self.step, Outcome.FAILED, 0)
            with runner.session.transaction():
                runner.history.record(runner.run, [self._record(Outcome.FAILED, None, str(error))])
                save_state(runner.history, self.step, Outcome.FAILED, run=runner.run, position=0, error=str(error))
        self._tell(Outcome.FAILED)
        runner.limits.check_cancelled(error, f"a batch of step {self.step.name}")
        raise StatementError(message) from error

    def _record(self, outcome: Outcome, duration: int | None, error: str = "") -> StatementRecord:
        sql = self.step.statements[0].sql
        return StatementRecord(
            seq=self.runner.history.next_seq(self.runner.run), subject=subject_of(self.step), sql_text=sql,
            sql_hash=sql_hash(sql), outcome=outcome, duration_ms=duration, error=error,
        )  # fmt: skip

    def _tell(self, outcome: Outcome, note: str = "") -> None:
        text = redact(f"step {self.step.name}: {self.step.statements[0].sql}")
        self.runner.progress(Progress(seq=1, total=1, text=text, outcome=outcome, note=redact(note)))


def _place(history: History, step: Step, sql: BatchedSql) -> str | None:
    """The key behind which an earlier run stopped."""
    known = history.fact(_name(step))
    if known is None:
        return None
    table, key, last = json.loads(known)
    if (table, key) != (sql.table, sql.key):
        raise Refused(
            f"{step.file}: step {step.name} stopped behind {key} = {last} of {table}, and now says {sql.key} of"
            f" {sql.table}: restore table and key; the condition and the values may change"
        )
    return str(last)


def _forget(history: History, step: Step) -> None:
    history.session.execute(f"DELETE FROM {history.table('facts')} WHERE name = %s", [_name(step)])


def _name(step: Step) -> str:
    return f"batches of step {step.name}"
