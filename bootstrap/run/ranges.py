"""A statement in ranges of a key: each range is committed with the place where the next one begins."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from bootstrap.dialects.base import Session
from bootstrap.plan.ranges import Ranges
from bootstrap.plan.statement import Statement
from bootstrap.run.history import History
from bootstrap.sql.batches import BatchedSql, batched

_NOTE_SECONDS = 2.0  # between two lines of progress


@dataclass(slots=True)
class RangedStatement:
    """One UPDATE whose condition no longer holds for a row that it has changed.

    A run that takes up the work of another one begins behind the last key of that. Then it looks once more from the
    first key on, for rows that have come since.

    Attributes:
        around: what the statement needs for the time that it runs.
        done: how many rows were changed.
    """

    session: Session
    history: History
    statement: Statement
    ranges: Ranges
    around: Callable[[], AbstractContextManager[None]]
    done: int = 0
    _last: str | None = None
    _again: bool = True
    _noted: float = field(default_factory=time.monotonic)
    _sql: BatchedSql | None = None

    def begin(self) -> None:
        """Find out where an earlier run stopped."""
        self._sql = batched(self.statement.sql, self.ranges.key, self.history.dialect.name)
        known = self.history.fact(self._name)
        table, key, last = json.loads(known) if known else ("", "", None)
        self._last = str(last) if (table, key) == (self._sql.table, self._sql.key) else None

    def next(self) -> bool:
        """Carry out the next range, in one transaction with its end; whether there may be another one."""
        sql, dialect = self._sql, self.history.dialect
        if sql is None:
            raise AssertionError("begin() comes first")
        rows = f"(SELECT {sql.key} FROM {sql.table} WHERE {sql.condition}) dbb"
        with self.session.transaction(), self.around():
            last = dialect.last_of_batch(self.session, rows, sql.key, self._last, self.ranges.rows)
        if last is None:
            more, self._again, self._last = self._again, False, None
            return more
        place = json.dumps([sql.table, sql.key, last])
        self.history.announce_fact(self._name, place)
        with self.session.transaction():
            with self.around():
                changed = self.session.execute(sql.within(self._last, last))
            self._forget()
            self.history.insert("facts", [{"name": self._name, "value": place}])
        self._last, self.done = last, self.done + max(changed, 0)
        return True

    def rest(self) -> str:
        """Pause before the next range; returns now and then how far it is."""
        if self.ranges.pause_ms:
            time.sleep(self.ranges.pause_ms / 1000)
        if self._last is None or time.monotonic() - self._noted < _NOTE_SECONDS:
            return ""
        self._noted = time.monotonic()
        return f"{self.done:,} rows filled, up to {self.ranges.key} = {self._last}"

    def announce_end(self) -> None:
        """Seal that there is no place any more, before :meth:`end`."""
        self.history.announce_fact(self._name, None)

    def end(self) -> None:
        """Forget the place, in the transaction that records the end."""
        self._forget()

    def _forget(self) -> None:
        facts = self.history.table("facts")
        self.session.execute(f"DELETE FROM {facts} WHERE name = %s", [self._name])

    @property
    def _name(self) -> str:
        return f"place in {self.statement.subject}"
