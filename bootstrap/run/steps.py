"""Versioned steps: SQL that only a human can write, run once, in the order of their numbers.

Where structural changes can share a transaction, a step is one: all of it, or nothing. Elsewhere each statement is
recorded as done together with its place in the step, so that a step that failed half-way is taken up where it stopped.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from bootstrap.declaration.model import Phase, Step
from bootstrap.dialects.base import Dialect, ServerError, Session
from bootstrap.problems import Refused, StatementError
from bootstrap.redact import redact
from bootstrap.run.executor import NO_LIMITS, ConnectionLost, Limits, Progress
from bootstrap.run.history import History, Value
from bootstrap.run.patience import Patience
from bootstrap.run.records import Outcome, StatementRecord, sql_hash
from bootstrap.sql.split import ScriptStatement

# What is undone by a rollback on every engine, so that it can share a transaction with the record of its place.
_COMMENTS = r"(?:\s|--[^\n]*(?:\n|\Z)|\#[^\n]*(?:\n|\Z)|/\*(?![!M]).*?\*/)*"
_SHOWN_LINES, _SHOWN_WIDTH = 20, 500  # of a statement that failed; the file has the rest
_ROWS_ONLY = re.compile(_COMMENTS + r"(insert|update|delete|merge|replace|select|with)\b", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class StepState:
    """What the history knows of a step. ``position`` statements of it are done; ``state`` is done, started, failed."""

    name: str
    checksum: str
    state: Outcome
    position: int = 0
    error: str = ""


def states(history: History) -> dict[str, StepState]:
    """The steps that were ever begun, by name."""
    rows = history.read(f"SELECT name, checksum, state, position, error FROM {history.table('steps')}")
    return {
        str(name): StepState(str(name), str(checksum), Outcome(state), int(position), str(error or ""))
        for name, checksum, state, position, error in rows
    }


def pending(steps: Sequence[Step], known: dict[str, StepState]) -> list[Step]:
    """The steps that have not been done, in the order of their numbers."""
    return [step for step in ordered(steps) if step.name not in known or known[step.name].state is not Outcome.DONE]


def changed(steps: Sequence[Step], known: dict[str, StepState]) -> list[Step]:
    """The steps that are done, but are not any more what was done."""
    done = {name: state for name, state in known.items() if state.state is Outcome.DONE}
    return [step for step in ordered(steps) if step.name in done and done[step.name].checksum != step.checksum]


def check_unchanged(steps: Sequence[Step], known: dict[str, StepState]) -> None:
    """Raise Refused, naming each step that was changed after it had been done."""
    lines = [
        f"{step.file}: step {step.name} was changed after it had been applied: restore it, and write what is new as a"
        " step of its own"
        for step in changed(steps, known)
    ]
    if lines:
        raise Refused("\n".join(lines))


def ordered(steps: Sequence[Step]) -> list[Step]:
    """By number, then by name."""
    return sorted(steps, key=lambda step: (step.number, step.name))


class StepRunner:
    """Runs pending steps within one run, on the session that holds the run's lock."""

    def __init__(
        self,
        session: Session,
        dialect: Dialect,
        run: int,
        *,
        limits: Limits = NO_LIMITS,
        lock_timeout_ms: int | None = None,
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        """As :class:`bootstrap.run.executor.Executor`; ``lock_timeout_ms`` holds for every statement."""
        self.session, self.dialect, self.run = session, dialect, run
        self.history = History(session, dialect)
        self.limits, self.lock_timeout_ms, self.progress = limits, lock_timeout_ms, progress

    def apply(self, steps: Sequence[Step], phase: Phase) -> list[str]:
        """Run the pending steps of one phase.

        Returns:
            Names of those that were run.

        Raises:
            Refused: one that is done, or the part of one that is done, was changed since.
            StatementError: the server refused a statement; names the file and line.
            ConnectionLost: the connection broke; the next run takes the step up again.
            Incomplete: out of time.
        """
        known = states(self.history)
        check_unchanged(steps, known)
        todo = [step for step in pending(steps, known) if step.phase is phase]
        if todo:
            self.session.set_timeouts(lock_ms=self.lock_timeout_ms, statement_ms=None)
        try:
            for step in todo:
                self.limits.check_time(f"step {step.name}")
                _Attempt(self, step, known.get(step.name)).run()
        finally:
            if todo:
                with suppress(ServerError):  # a lost connection has no settings left
                    self.session.set_timeouts(lock_ms=None, statement_ms=None)
        return [step.name for step in todo]


class _Attempt:
    """One step being run."""

    def __init__(self, runner: StepRunner, step: Step, known: StepState | None) -> None:
        self.runner, self.step, self.known = runner, step, known
        self.session, self.history = runner.session, runner.history
        self.seq = self.history.next_seq(runner.run)

    def run(self) -> None:
        start = time.monotonic()
        if self.runner.dialect.transactional_ddl and self.step.transactional:
            self._whole(start)
        else:
            for index in range(self._resume_at(), len(self.step.statements)):
                self.runner.limits.check_time(f"statement {index + 1} of step {self.step.name}")
                self._one(index)
            with self.session.transaction():
                self._save(Outcome.DONE, len(self.step.statements), start=start)

    def _whole(self, start: float) -> None:
        """All statements, their journal rows and the step's own in one transaction."""
        patience = Patience(self.runner.limits.lock_deadline_seconds)
        while True:
            index, records = 0, []
            try:
                with self.session.transaction():
                    with self.session.declared_sql():  # what one statement sets holds for the next
                        for index, statement in enumerate(self.step.statements):
                            records.append(self._execute(index, statement))
                    self.history.record(self.runner.run, records)
                    self._save(Outcome.DONE, len(records), start=start)
            except ServerError as error:
                if not patience.allows(error):
                    self._fail(error, index, position=0)
                patience.wait()
            else:
                return

    def _one(self, index: int) -> None:
        """One statement; its start is recorded before it, its end and the step's position with it."""
        statement, patience = self.step.statements[index], Patience(self.runner.limits.lock_deadline_seconds)
        with self.session.transaction():
            self._save(Outcome.STARTED, index)
            self.history.record(self.runner.run, [self._record(index, statement)])
        while True:
            try:
                if _ROWS_ONLY.match(statement.sql):
                    with self.session.transaction():
                        self._conclude(self._alone(index, statement), index)
                else:
                    record = self._alone(index, statement)
                    with self.session.transaction():
                        self._conclude(record, index)
            except ServerError as error:
                if not patience.allows(error):
                    self._fail(error, index, position=index)
                patience.wait()
            else:
                return

    def _alone(self, index: int, statement: ScriptStatement) -> StatementRecord:
        """One statement that finds nothing set by those before it: a run may take the step up at any of them."""
        with self.session.declared_sql():
            return self._execute(index, statement)

    def _conclude(self, record: StatementRecord, index: int) -> None:
        self.history.conclude(self.runner.run, record)
        self._save(Outcome.STARTED, index + 1)

    def _execute(self, index: int, statement: ScriptStatement) -> StatementRecord:
        self._tell(index, statement, Outcome.STARTED)
        begun = time.monotonic()
        self.session.execute(statement.sql)
        duration = round((time.monotonic() - begun) * 1000)
        self._tell(index, statement, Outcome.DONE, duration)
        return replace(self._record(index, statement), outcome=Outcome.DONE, duration_ms=duration)

    def _record(self, index: int, statement: ScriptStatement) -> StatementRecord:
        return StatementRecord(
            seq=self.seq + index,
            subject=_subject(self.step.name),
            sql_text=statement.sql,
            sql_hash=sql_hash(statement.sql),
            outcome=Outcome.STARTED,
        )

    def _resume_at(self) -> int:
        """How many statements are done. They must still be the same, for the others to be the rest of the work."""
        position = self.known.position if self.known else 0
        if position == 0:
            return 0
        rows = self.history.read(
            f"SELECT sql_hash FROM {self.history.table('statements')} WHERE subject = %s AND outcome = %s"
            " ORDER BY run, seq",
            [_subject(self.step.name), Outcome.DONE],
        )
        done = [str(row[0]) for row in rows][-position:]
        if done != [sql_hash(statement.sql) for statement in self.step.statements[:position]]:
            raise Refused(
                f"{self.step.file}: step {self.step.name} failed half-way, and its first {position} statements, which"
                " are done, were changed since: restore them; only the statements after them may change"
            )
        return position

    def _save(self, state: Outcome, position: int, *, start: float | None = None, error: str = "") -> None:
        row: dict[str, Value] = {
            "name": self.step.name,
            "checksum": self.step.checksum,
            "phase": self.step.phase.value,
            "state": state.value,
            "position": position,
            "total": len(self.step.statements),
            "run": self.runner.run,
            "duration_ms": None if start is None else round((time.monotonic() - start) * 1000),
            "error": redact(error),
        }
        self.session.execute(f"DELETE FROM {self.history.table('steps')} WHERE name = %s", [self.step.name])
        self.history.insert("steps", [row], now="changed_at")

    def _fail(self, error: ServerError, index: int, *, position: int) -> None:
        statement = self.step.statements[index]
        message = redact(self._message(error, statement, index, position))
        if error.connection_lost:
            raise ConnectionLost(message) from error
        record = replace(self._record(index, statement), outcome=Outcome.FAILED, error=str(error))
        with suppress(ServerError), self.session.transaction():  # the first error is the one to report
            if position or not self.runner.dialect.transactional_ddl or not self.step.transactional:
                self.history.conclude(self.runner.run, record)
            else:
                self.history.record(self.runner.run, [record])
            self._save(Outcome.FAILED, position, error=str(error))
        self._tell(index, statement, Outcome.FAILED)
        raise StatementError(message) from error

    def _message(self, error: ServerError, statement: ScriptStatement, index: int, position: int) -> str:
        what = "the connection was lost during" if error.connection_lost else "failed at"
        lines = [f"step {self.step.name} {what} {self.step.file}:{statement.line}: {error}"]
        lines += [f"  {line[:_SHOWN_WIDTH]}" for line in statement.sql.splitlines()[:_SHOWN_LINES]]
        whole = self.runner.dialect.transactional_ddl and self.step.transactional
        if whole:
            lines.append("  the step was rolled back: fix it and apply again")
        elif position:
            lines.append(
                f"  statements 1 to {position} stay done: fix this one and apply again; the step continues here"
            )
        resumed = self.known is not None and self.known.state is Outcome.STARTED and self.known.position == index
        if resumed and not whole and not _ROWS_ONLY.match(statement.sql):
            lines.append(
                "  an earlier run was interrupted during this very statement, and the server may have carried it out:"
                " if so, replace it by SELECT 1 in the file"
            )
        return "\n".join(lines)

    def _tell(self, index: int, statement: ScriptStatement, outcome: Outcome, duration_ms: int | None = None) -> None:
        total = len(self.step.statements)
        text = redact(f"step {self.step.name}: {statement.sql}")
        self.runner.progress(Progress(seq=index + 1, total=total, text=text, outcome=outcome, duration_ms=duration_ms))


def _subject(name: str) -> str:
    return f"step {name}"
