"""Versioned steps: SQL that only a human can write, run once, in the order of their numbers.

Each step has a session of its own. As many of its statements as possible share one transaction with their journal rows:
all of it, or nothing. A statement that no transaction can hold is recorded before it runs and after it, so that a step
that failed half-way is resumed where it stopped, and a statement of unknown outcome is noticed.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from bootstrap.declaration.model import Phase, Step
from bootstrap.dialects.base import Dialect, ServerError, Session
from bootstrap.hazards import HazardKind
from bootstrap.problems import Refused, StatementError
from bootstrap.redact import redact
from bootstrap.run.executor import ConnectionLost, Progress, Watched, unwatched
from bootstrap.run.history import History
from bootstrap.run.limits import NO_LIMITS, Limits
from bootstrap.run.lock import assert_owned
from bootstrap.run.patience import Patience
from bootstrap.run.records import Outcome, StatementRecord, sql_hash
from bootstrap.run.step_batches import run_in_batches
from bootstrap.run.step_doubts import Doubt, check_decided, evidence_name, interrupted, structure_digest
from bootstrap.run.step_messages import failure
from bootstrap.run.step_parts import Part, parts_of
from bootstrap.run.step_session import StepConnection, kept_alive, step_session
from bootstrap.run.step_skips import Skip, failed_condition, record_skips
from bootstrap.run.step_states import (
    StepState,
    announce_state,
    check_unchanged,
    pending,
    save_state,
    states,
    subject_of,
)
from bootstrap.sql.effects import Effect, effect_of
from bootstrap.sql.session_state import state_after, used_names


class StepRunner:
    """Runs pending steps within one run. The lock stays with the run's session; each step has a session of its own."""

    def __init__(
        self,
        session: Session,
        dialect: Dialect,
        run: int,
        connection: StepConnection,
        *,
        limits: Limits = NO_LIMITS,
        permissions: Sequence[str] = (),
        watched: Watched = unwatched,
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        """As :class:`bootstrap.run.executor.Executor`; ``permissions`` decide what is not known."""
        self.session, self.dialect, self.run, self.connection = session, dialect, run, connection
        self.history = History(session, dialect)
        self.skipped: list[Skip] = []  # whose conditions did not hold
        self.limits, self.permissions, self.watched, self.progress = limits, permissions, watched, progress

    def apply(self, steps: Sequence[Step], phase: Phase) -> list[str]:
        """Run the pending steps of one phase.

        Returns:
            Names of those that were run.

        Raises:
            Refused: one that is done, or the part of one that is done, was changed since; or a statement of one may
                have been carried out, and nobody has decided about it.
            StatementError: the server refused a statement; names the file and line.
            ConnectionLost: the connection broke; the next run resumes the step.
            Incomplete: out of time.
        """
        known = states(self.history)
        check_unchanged(steps, known)
        todo = [step for step in pending(steps, known) if step.phase is phase]
        doubts = interrupted(todo, known, self.session, self.dialect)
        check_decided(doubts, self.permissions)
        decided = {doubt.step.name: doubt for doubt in doubts}
        done = []
        for step in todo:
            self.limits.check_time(f"step {step.name}")
            begun = known.get(step.name)
            skip = None if begun and begun.position else failed_condition(step, self.session, self.dialect)
            if skip is not None:
                record_skips(self.history, self.run, [skip])
                self.skipped.append(skip)
                continue
            if step.batch is not None:
                run_in_batches(self, step, step.batch)
            else:
                _Attempt(self, step, begun).run(decided.get(step.name))
            done.append(step.name)
        return done


@dataclass(slots=True)
class _Attempt:
    """One step being run. ``history`` is that of the run's session: what it records holds whatever the step does."""

    runner: StepRunner
    step: Step
    known: StepState | None

    @property
    def history(self) -> History:
        return self.runner.history

    def run(self, doubt: Doubt | None) -> None:
        start = time.monotonic()
        position, engine = self._resume_at(), self.runner.dialect.name
        if doubt is not None and doubt.decision(self.runner.permissions) is HazardKind.SKIP_STEP:
            position = self._skip(position)
        parts = parts_of(self.step, self.runner.dialect, self.runner.session.database)
        left = deque(replace(part, start=max(part.start, position)) for part in parts if part.stop > position)
        while left:
            with step_session(self.runner.connection, self._prepared(left[0].start, engine)) as session:
                self._carry_out(session, left)
        duration = round((time.monotonic() - start) * 1000)
        self._announce(len(self.step.statements))
        self._save(self.history, len(self.step.statements), duration_ms=duration)

    def _carry_out(self, session: Session, left: deque[Part]) -> None:
        """Run parts until none is left, or until one of them needs another session."""
        patience = Patience(self.runner.limits.lock_seconds)
        while left:
            part = left[0]
            self.runner.limits.check_time(f"statement {part.start + 1} of step {self.step.name}")
            assert_owned(self.runner.session)
            try:
                if part.together:
                    self._together(session, part)
                else:
                    self._alone(session, part.start)
            except _Failed as failed:
                error, index = failed.error, failed.index
                if error.outside_transaction and part.together and not self._whole:
                    left.popleft()
                    left.extendleft(reversed(self._split(part)))
                    return
                if not patience.allows(error):
                    self._fail(error, index, part)
                patience.wait()
                return
            left.popleft()

    @property
    def _whole(self) -> bool:
        return self.runner.dialect.transactional_ddl and self.step.transactional

    def _split(self, part: Part) -> list[Part]:
        """Statements one by one, where one of them cannot run in a transaction."""
        single = part.stop - part.start == 1
        places = range(part.start, part.stop)
        return [Part(place, place + 1, together=not single and self._effect(place) is Effect.ROWS) for place in places]

    def _effect(self, index: int) -> Effect:
        sql = self.step.statements[index].sql
        return effect_of(sql, self.runner.dialect.name, self.runner.session.database)

    def _together(self, session: Session, part: Part) -> None:
        """Statements, their journal rows and the step's own in one transaction."""
        history, index, records = History(session, self.runner.dialect), part.start, []
        first = self.history.next_seq(self.runner.run)
        self._announce(part.stop)
        try:
            with session.transaction():
                for index in range(part.start, part.stop):
                    record = self._record(index, first + index - part.start)
                    records.append(self._execute(session, record, index))
                with session.as_login_user():
                    history.record(self.runner.run, records)
                    self._save(history, part.stop)
        except ServerError as error:
            raise _Failed(error, index) from error

    def _alone(self, session: Session, index: int) -> None:
        """A statement that no transaction holds; its start is recorded before it, with what can prove its outcome."""
        record = self._record(index, self.history.next_seq(self.runner.run))
        if self._effect(index) is Effect.STRUCTURE:
            before = structure_digest(self.runner.session, self.runner.dialect)
            self.history.set_fact(evidence_name(self.step, index), before)
        self._announce(index)
        with self.runner.session.transaction():
            self._save(self.history, index)
            self.history.record(self.runner.run, [record])
        try:
            done = self._execute(session, record, index)
        except ServerError as error:
            if not error.connection_lost:
                self.history.conclude(self.runner.run, replace(record, outcome=Outcome.FAILED, error=str(error)))
            raise _Failed(error, index) from error
        self._announce(index + 1)
        with self.runner.session.transaction():
            self.history.conclude(self.runner.run, done)
            self._save(self.history, index + 1)

    def _execute(self, session: Session, record: StatementRecord, index: int) -> StatementRecord:
        self._tell(index, Outcome.STARTED)
        begun = time.monotonic()
        beat = self.runner.connection.beat_seconds
        with self.runner.watched(session), kept_alive(self.runner.session, every_seconds=beat):
            session.execute(self.step.statements[index].sql)
        duration = round((time.monotonic() - begun) * 1000)
        self._tell(index, Outcome.DONE, duration)
        return replace(record, outcome=Outcome.DONE, duration_ms=duration)

    def _record(self, index: int, seq: int) -> StatementRecord:
        sql = self.step.statements[index].sql
        return StatementRecord(
            seq=seq, subject=subject_of(self.step), sql_text=sql, sql_hash=sql_hash(sql), outcome=Outcome.STARTED
        )

    def _resume_at(self) -> int:
        """How many statements are done. They must still be the same, for the others to be the rest of the work."""
        position = self.known.position if self.known else 0
        if position == 0:
            return 0
        rows = self.history.read(
            f"SELECT sql_hash FROM {self.history.table('statements')} WHERE subject = %s AND outcome = %s"
            " ORDER BY run, seq",
            [subject_of(self.step), Outcome.DONE],
        )
        done = [str(row[0]) for row in rows][-position:]
        if done != [sql_hash(statement.sql) for statement in self.step.statements[:position]]:
            raise Refused(
                f"{self.step.file}: step {self.step.name} failed half-way, and its first {position} statements, which"
                " are done, were changed since: restore them; only the statements after them may change"
            )
        return position

    def _prepared(self, position: int, engine: str) -> list[str]:
        """What puts a new session into the state in which the statements that are done left theirs."""
        texts = [statement.sql for statement in self.step.statements]
        again, lost = state_after(texts[:position], engine)
        for statement in self.step.statements[position:]:
            names = sorted(used_names(statement.sql, engine) & lost)
            if names:
                raise Refused(
                    f"{self.step.file}:{statement.line}: step {self.step.name} stopped behind statement {position}, and"
                    f" {', '.join(names)} went with its session: write statements {position + 1} to {len(texts)}"
                    " without it; what is before them is done and must stay as it is"
                )
        return again

    def _skip(self, position: int) -> int:
        """Count the statement as done that a person says was carried out."""
        record = self._record(position, self.history.next_seq(self.runner.run))
        said = f"not run: --allow {HazardKind.SKIP_STEP} says that it was carried out"
        self._announce(position + 1)
        with self.runner.session.transaction():
            self.history.record(self.runner.run, [replace(record, outcome=Outcome.DONE, error=said)])
            self._save(self.history, position + 1)
        return position + 1

    def _announce(self, position: int, state: Outcome | None = None) -> None:
        announce_state(self.history, self.step, state or self._state(position), position)

    def _state(self, position: int) -> Outcome:
        return Outcome.DONE if position == len(self.step.statements) else Outcome.STARTED

    def _save(
        self,
        history: History,
        position: int,
        *,
        state: Outcome | None = None,
        duration_ms: int | None = None,
        error: str = "",
    ) -> None:
        state = state or self._state(position)
        save_state(
            history, self.step, state, run=self.runner.run, position=position, duration_ms=duration_ms, error=error
        )

    def _fail(self, error: ServerError, index: int, part: Part) -> None:
        message = redact(failure(self.step, error, index, kept=part.start, whole=self._whole))
        if error.connection_lost:
            raise ConnectionLost(message) from error
        with suppress(ServerError):  # the first error is the one to report
            self._announce(part.start, Outcome.FAILED)
            with self.runner.session.transaction():
                if part.together:
                    record = self._record(index, self.history.next_seq(self.runner.run))
                    self.history.record(self.runner.run, [replace(record, outcome=Outcome.FAILED, error=str(error))])
                self._save(self.history, part.start, state=Outcome.FAILED, error=str(error))
        self._tell(index, Outcome.FAILED)
        self.runner.limits.check_cancelled(error, f"statement {index + 1} of step {self.step.name}")
        raise StatementError(message) from error

    def _tell(self, index: int, outcome: Outcome, duration_ms: int | None = None) -> None:
        total, sql = len(self.step.statements), self.step.statements[index].sql
        text = redact(f"step {self.step.name}: {sql}")
        self.runner.progress(Progress(seq=index + 1, total=total, text=text, outcome=outcome, duration_ms=duration_ms))


class _Failed(Exception):  # noqa: N818  # it carries the server's error to the one place that judges it
    """The server refused statement ``index`` of a step."""

    def __init__(self, error: ServerError, index: int) -> None:
        super().__init__(str(error))
        self.error, self.index = error, index
