"""Runs a plan's statements: transactions, time-outs, retries, and a journal row for each.

What was written down is evidence only. After a lost connection, and after a statement that may have left something
behind, nobody guesses: the caller plans again from the live catalog (:class:`ConnectionLost`, :class:`PlanOutdated`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from typing import TypeAlias

from bootstrap.catalog.ref import Ref
from bootstrap.dialects.base import Dialect, ServerError, Session
from bootstrap.hazards import HazardKind
from bootstrap.plan.context import Policy
from bootstrap.plan.ranges import Ranges
from bootstrap.plan.statement import Operation, Plan, Statement
from bootstrap.problems import BootstrapError, Incomplete, StatementError
from bootstrap.redact import redact
from bootstrap.run.history import History
from bootstrap.run.limits import NO_LIMITS, Limits
from bootstrap.run.lock import assert_owned
from bootstrap.run.patience import Patience
from bootstrap.run.ranges import RangedStatement
from bootstrap.run.records import Outcome, StatementRecord, sql_hash

_STATEMENTS_A_LOOK = 20  # of one transaction, between two looks at how many locks it holds
LONGEST_LOCK_MS = Policy().lock_timeout_ms
UNDO = "undo: "  # the beginning of the recorded subject of a statement that undoes another one of its run
_SHOWN_SQL = 4000  # characters of a statement in a message; the history has all of it


Watched: TypeAlias = Callable[[Session], AbstractContextManager[None]]


def unwatched(_: Session) -> AbstractContextManager[None]:
    """Nobody watches."""
    return nullcontext()


class ConnectionLost(StatementError):  # noqa: N818  # the outcome's name, as in problems.py
    """The connection broke while a statement ran: whether it was carried out, only the live catalog knows."""


class PlanOutdated(BootstrapError):  # noqa: N818  # it asks for something, it reports no error
    """A statement gave up and may have left something behind (an invalid index): introspect and plan again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What happens at this moment, for whoever watches."""

    seq: int
    total: int
    text: str
    outcome: Outcome
    duration_ms: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Position:
    """A statement with its number in the journal, its place in the plan, and its operation; ``ends`` is the last one of
    an operation.
    """

    statement: Statement
    seq: int
    place: int
    operation: Operation
    ends: bool


class Executor:
    """Carries out plans within one run, on the session that holds the run's lock."""

    def __init__(
        self,
        session: Session,
        dialect: Dialect,
        run: int,
        *,
        limits: Limits = NO_LIMITS,
        watched: Watched = unwatched,
        progress: Callable[[Progress], None] = lambda _: None,
        locate: Callable[[Ref], str] = lambda _: "",
        undoes: bool = False,
        goes_on: bool = True,
    ) -> None:
        """Take the session, and what to tell of the way.

        Args:
            session: it holds the run's lock.
            dialect: of the session.
            run: the run's number in the history.
            limits: how long to go on.
            watched: opens a block in which somebody watches what the session waits for.
            progress: called when a statement starts, waits and ends.
            locate: "file:line" of a declared object, for messages.
            undoes: the plan undoes what this run did; its statements are recorded as such.
            goes_on: what is done when a statement fails stays, for the next run to go on from.
        """
        self.session, self.dialect, self.run = session, dialect, run
        self.history = History(session, dialect)
        self.limits, self.watched, self.progress, self.locate = limits, watched, progress, locate
        self.undoes, self.goes_on = undoes, goes_on
        self._total = 0
        self._timeouts: tuple[int | None, int | None] | None = (None, None)  # None: unknown after a rollback

    def execute(self, plan: Plan) -> list[StatementRecord]:
        """Run all statements in their order.

        Returns:
            What was journalled.

        Raises:
            StatementError: the server refused one; what came before it stays done.
            ConnectionLost: the connection broke.
            PlanOutdated: plan again from the live catalog.
            Incomplete: out of time.
            Unreachable: the lock was lost.
        """
        self._total, done = len(plan.statements), []
        first = self.history.next_seq(self.run) if plan.statements else 1
        try:
            for group in _transactions(list(_positions(plan, first))):
                left = group
                while left:
                    self.limits.check_time(f"statement {left[0].place} of {self._total}")
                    self._check_lock(left)
                    records = self._carry_out(left)
                    done += records
                    left = left[len(records) :]
        finally:
            with suppress(ServerError):  # a lost connection has no settings left
                self._set_timeouts(None, None)
        return done

    def _carry_out(self, left: Sequence[_Position]) -> list[StatementRecord]:
        if left[0].statement.ranges is not None:
            return [self._in_ranges(left[0], left[0].statement.ranges)]
        return self._together(left) if left[0].statement.transactional else [self._alone(left[0])]

    def _check_lock(self, group: Sequence[_Position]) -> None:
        kinds = {hazard.kind for position in group for hazard in position.operation.hazards}
        if HazardKind.DATA_LOSS in kinds:
            assert_owned(self.session)

    def _together(self, group: Sequence[_Position]) -> list[StatementRecord]:
        """Statements and their journal rows in one transaction: all of it, or nothing.

        Where they take more locks than one transaction should hold, only the first operations of them, or the first
        statements of one that is not atomic: the records say which.
        """
        patience, kept = Patience(self.limits.lock_seconds), group[0].place - 1
        while True:
            current = group[0]
            records: list[StatementRecord] = []
            full = False
            try:
                with self.session.transaction():
                    for current in group:
                        records.append(self._execute(current, patience))
                        full = full or self._is_full(current, group, len(records))
                        if full and (current.ends or not current.operation.atomic):
                            break
                    self.history.record(self.run, records)
            except ServerError as error:
                self._timeouts = None
                if not patience.allows(error):
                    self._fail(error, current, patience.attempts, kept=kept)
                self._wait(current, patience)
            else:
                for position, record in zip(group, records, strict=False):
                    self._tell(position, Outcome.DONE, record.duration_ms)
                return records

    def _is_full(self, current: _Position, group: Sequence[_Position], count: int) -> bool:
        """Whether the transaction holds as many locks as one should; asked now and then.

        Raises:
            StatementError: what cannot be done in parts holds too many.
        """
        if count % _STATEMENTS_A_LOOK or not self.dialect.transaction_is_full(self.session):
            return False
        undivided = current.operation is group[0].operation and current.operation.atomic and not current.ends
        if undivided and not current.statement.creates_only:
            raise StatementError(
                f"{current.statement.subject}: this change and what depends on it need one transaction, which takes"
                " more than a third of the server's lock table: nothing of it was done: raise max_locks_per_transaction"
                " (the server restarts for that), then apply again"
            )
        return True

    def _alone(self, position: _Position) -> StatementRecord:
        """A statement that no transaction can hold: its start is journalled before it, its end after it."""
        patience, kept = Patience(self.limits.lock_seconds), position.place - 1
        self.history.record(self.run, [self._record(position.seq, position.statement, position.statement.sql)])
        while True:
            try:
                record = self._execute(position, patience)
                self.history.conclude(self.run, record)
            except ServerError as error:
                if error.lock_timeout and self.dialect.transactional_ddl:
                    self._outdated(error, position, patience.attempts)
                if not patience.allows(error):
                    self._fail(error, position, patience.attempts, kept=kept, started=True)
                self._wait(position, patience)
            else:
                self._tell(position, Outcome.DONE, record.duration_ms)
                return record

    def _in_ranges(self, position: _Position, ranges: Ranges) -> StatementRecord:
        """A statement that is committed range by range; its start is journalled before it, its end after it."""
        statement, start = position.statement, time.monotonic()
        record = self._record(position.seq, statement, statement.sql)
        self.history.record(self.run, [record])
        self._tell(position, Outcome.STARTED)
        work = RangedStatement(self.session, self.history, statement, ranges, lambda: self._surroundings(statement))
        work.begin()
        patience, more = Patience(self.limits.lock_seconds), True
        while more:
            self._check_time(position, record, work.done)
            self._set_timeouts(self._lock_ms(statement, patience), statement.statement_timeout_ms)
            try:
                with self.watched(self.session):
                    more = work.next()
            except ServerError as error:
                self._timeouts = None
                if not patience.allows(error):
                    self._fail(error, position, patience.attempts, kept=position.place - 1, started=True)
                self._wait(position, patience)
            else:
                patience = Patience(self.limits.lock_seconds)
                if note := work.rest():
                    self._tell(position, Outcome.STARTED, note=note)
        record = replace(record, outcome=Outcome.DONE, duration_ms=round((time.monotonic() - start) * 1000))
        work.announce_end()
        with self.session.transaction():
            self.history.conclude(self.run, record)
            work.end()
        self._tell(position, Outcome.DONE, record.duration_ms)
        return record

    def _check_time(self, position: _Position, record: StatementRecord, rows: int) -> None:
        try:
            self.limits.check_time(f"the next rows of statement {position.place} of {self._total} ({rows:,} are done)")
        except Incomplete:
            self.history.conclude(self.run, replace(record, outcome=Outcome.INCOMPLETE))
            raise

    def _wait(self, position: _Position, patience: Patience) -> None:
        self._tell(position, Outcome.STARTED, note=f"waits for a lock: {self._blockers(position)}")
        patience.wait()

    def _execute(self, position: _Position, patience: Patience) -> StatementRecord:
        """One statement, or the first of its fallbacks whose algorithm the server has."""
        statement = position.statement
        self._tell(position, Outcome.STARTED)
        self._set_timeouts(self._lock_ms(statement, patience), statement.statement_timeout_ms)
        start = time.monotonic()
        with self._surroundings(statement), self.watched(self.session):
            sql = self._first_possible(statement)
        record = self._record(position.seq, statement, sql)
        duration = round((time.monotonic() - start) * 1000)
        return replace(record, outcome=Outcome.DONE, duration_ms=duration, attempts=patience.attempts)

    @contextmanager
    def _surroundings(self, statement: Statement) -> Iterator[None]:
        """What a statement needs for the time that it runs."""
        settings, reads = statement.session_settings, statement.reads
        with (
            self.session.settings(settings) if settings else nullcontext(),
            self.dialect.every_row(self.session, reads) if reads else nullcontext(),
            self.session.declared_sql() if statement.declared else nullcontext(),
        ):
            yield

    def _lock_ms(self, statement: Statement, patience: Patience) -> int | None:
        """How long this attempt may wait for locks. An index that is built beside the work of others blocks nobody
        while it waits, and has no such limit."""
        alone = self.dialect.transactional_ddl and not statement.transactional
        if alone and statement.lock_timeout_ms is None:
            return None
        longest = LONGEST_LOCK_MS if statement.lock_timeout_ms is None else statement.lock_timeout_ms
        return longest if alone else patience.lock_ms(longest)

    def _first_possible(self, statement: Statement) -> str:
        ways = (statement.sql, *statement.fallbacks)
        for sql in ways[:-1]:
            try:
                self.session.execute(sql)
            except ServerError as error:
                if not error.algorithm_not_supported:
                    raise
            else:
                return sql
        self.session.execute(ways[-1])
        return ways[-1]

    def _set_timeouts(self, lock_ms: int | None, statement_ms: int | None) -> None:
        if self._timeouts != (lock_ms, statement_ms):
            self._timeouts = None
            self.session.set_timeouts(lock_ms=lock_ms, statement_ms=statement_ms)
            self._timeouts = (lock_ms, statement_ms)

    def _blockers(self, position: _Position) -> str:
        found: list[str] = []
        with suppress(ServerError):  # a lost connection is noticed by the next statement
            found = self.dialect.blockers(self.session, position.statement.subject)
        return "; ".join(found) or "its holder is gone, or cannot be seen with these privileges"

    def _outdated(self, error: ServerError, position: _Position, attempts: int) -> None:
        failed = replace(self._record(position.seq, position.statement, position.statement.sql), outcome=Outcome.FAILED)
        self.history.conclude(self.run, replace(failed, attempts=attempts, error=str(error)))
        raise PlanOutdated(
            f"{position.statement.subject} waited too long for a lock: {self._blockers(position)}:"
            " try again when they have ended"
        ) from error

    def _fail(
        self, error: ServerError, position: _Position, attempts: int, *, kept: int, started: bool = False
    ) -> None:
        """Journal the failure and raise it with everything that a person needs to mend it.

        ``kept`` statements before it are done for good; ``started`` says that its start was journalled.
        """
        if error.connection_lost:
            raise ConnectionLost(self._message(error, position, "the connection was lost during", kept)) from error
        record = replace(
            self._record(position.seq, position.statement, position.statement.sql),
            outcome=Outcome.FAILED, attempts=attempts, error=str(error),
        )  # fmt: skip
        with suppress(ServerError):  # the first error is the one to report
            if started:
                self.history.conclude(self.run, record)
            else:
                self.history.record(self.run, [record])
        self._tell(position, Outcome.FAILED)
        self.limits.check_cancelled(
            error, f"statement {position.place} of {self._total} ({position.statement.subject})"
        )
        text = self._message(error, position, "the server refused", kept)
        if error.lock_timeout:
            text += f"\n  in the way: {self._blockers(position)}"
        raise StatementError(redact(text)) from error

    def _record(self, seq: int, statement: Statement, sql: str) -> StatementRecord:
        """The journal row of a statement that starts; ``sql`` is the way of it that is taken."""
        text = sql if statement.display is None else statement.display
        subject = f"{UNDO}{statement.subject}" if self.undoes else str(statement.subject)
        return StatementRecord(
            seq=seq, subject=subject, sql_text=text, sql_hash=sql_hash(text), outcome=Outcome.STARTED
        )

    def _message(self, error: ServerError, position: _Position, what: str, kept: int) -> str:
        sql = position.statement.text
        shown = sql if len(sql) <= _SHOWN_SQL else sql[:_SHOWN_SQL] + " …"
        lines = [f"{what} statement {position.place} of {self._total}: {error}"]
        place = self.locate(position.statement.subject)
        lines.append(f"  {position.statement.subject}" + (f", declared in {place}" if place else ""))
        lines += [f"  {line}" for line in shown.splitlines()]
        if kept:
            go_on = "are done: fix the cause and apply again; the run continues from there"
            lines.append(f"  {kept} before it {go_on if self.goes_on else 'had been done'}")
        return redact("\n".join(lines))

    def _tell(self, position: _Position, outcome: Outcome, duration_ms: int | None = None, note: str = "") -> None:
        self.progress(
            Progress(
                seq=position.place,
                total=self._total,
                text=redact(position.statement.text),
                outcome=outcome,
                duration_ms=duration_ms,
                note=redact(note),
            )
        )


def _positions(plan: Plan, first: int) -> Iterator[_Position]:
    """The statements of a plan; ``first`` is the next number of the journal."""
    place = 0
    for operation in plan.operations:
        for number, statement in enumerate(operation.statements, 1):
            yield _Position(statement, first + place, place + 1, operation, number == len(operation.statements))
            place += 1


def _transactions(positions: Sequence[_Position]) -> Iterator[list[_Position]]:
    """The statements of one operation share a transaction, and operations that only create share one with their
    neighbours that do so too; what no transaction can hold stands by itself.
    """
    group: list[_Position] = []
    for position in positions:
        if group and not _share(group[-1], position):
            yield group
            group = []
        group.append(position)
    if group:
        yield group


def _share(one: _Position, other: _Position) -> bool:
    """Whether two statements that follow each other are in one transaction."""
    if not (one.statement.transactional and other.statement.transactional):
        return False
    return one.operation is other.operation or (_only_creates(one.operation) and _only_creates(other.operation))


def _only_creates(operation: Operation) -> bool:
    return all(statement.transactional and statement.creates_only for statement in operation.statements)
