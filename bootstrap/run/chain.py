"""The chain of runs: each run's record is held to a digest that also covers the record before it.

A record that was changed, removed or inserted later breaks the chain at its place. Where the chain ends is a fact of
the history, which a seal protects where others may write rows (MySQL, MariaDB).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import astuple, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bootstrap.run.history import History, Value
    from bootstrap.run.records import Run, StatementRecord

_FACT = "chain"
_BATCH = 100  # runs that are read together


class Break(StrEnum):
    """What is wrong with the record of a run."""

    CHANGED = "changed"
    MISSING = "missing"
    INSERTED = "inserted"


_SAID = {
    Break.CHANGED: "is not as it was recorded: its row, its link or one of its statements was changed",
    Break.MISSING: "is missing: it was recorded, and its row was deleted",
    Break.INSERTED: "was not recorded by db-bootstrap: its row was inserted",
}


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """A break of the chain, and the run that it is about."""

    run: int
    kind: Break

    def __str__(self) -> str:
        return f"run {self.run} {_SAID[self.kind]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check looked at. ``older`` runs were recorded before there was a chain."""

    runs: int
    older: int
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class _End:
    """Where the chain ends. ``start`` is the first run that it covers, ``open`` one that has begun and not ended."""

    start: int = 0
    run: int = 0
    digest: str = ""
    open: int = 0


@dataclass(frozen=True, slots=True)
class _Link:
    """The place of a run: which one it follows, the digest up to there, and the digest with its own record."""

    run: int
    previous: int
    before: str
    digest: str


class Chain:
    """The chain of one history."""

    def __init__(self, history: History) -> None:
        self.history = history

    def open(self, run: int) -> None:
        """Record that a run begins: its record, and no other, is the next link."""
        end = self._end()
        self._set_end(_End(end.start or run, end.run, end.digest, run))

    def close(self) -> None:
        """Link the record of the run that was begun and has ended, if there is one."""
        end = self._end()
        run = self.history.run(end.open) if end.open else None
        if run is None:
            return
        digest = _digest(end.digest, run, self.history.statements(run.id))
        table = self.history.table("chain")
        with self.history.session.transaction():
            self.history.session.execute(f"DELETE FROM {table} WHERE run = %s", [run.id])
            row: dict[str, Value] = {"run": run.id, "previous": end.run, "digest_before": end.digest, "digest": digest}
            self.history.insert("chain", [row])
        self._set_end(_End(end.start, run.id, digest))

    def check(self) -> Checked:
        """Compute the chain again from the records, and name each record that breaks it."""
        end, links = self._end(), self._links()
        ids = {int(run) for (run,) in self.history.read(f"SELECT id FROM {self.history.table('runs')}")}
        covered = {run for run in ids if end.start and run >= end.start}
        chained = set(_walk(end, links))
        faults = {Fault(run, Break.MISSING) for run in chained - covered}
        faults |= {Fault(run, Break.INSERTED) for run in covered - chained - {end.open}}
        faults |= {Fault(run, Break.CHANGED) for run in self._changed(chained & covered, links, end)}
        return Checked(runs=len(covered), older=len(ids - covered), faults=tuple(sorted(faults)))

    def _changed(self, runs: Collection[int], links: Mapping[int, _Link], end: _End) -> Iterator[int]:
        """The runs whose record, or whose link, is not what it was."""
        yield from (run for run in runs if run not in links)
        for link in links.values():
            previous = links.get(link.previous)
            if previous is not None and previous.digest != link.before and previous.run in runs:
                yield previous.run
            if link.run == end.run and link.digest != end.digest:
                yield link.run
        linked = sorted(run for run in runs if run in links)
        for start in range(0, len(linked), _BATCH):
            for run in self.history.runs_of(linked[start : start + _BATCH]):
                if _digest(links[run.id].before, run, self.history.statements(run.id)) != links[run.id].digest:
                    yield run.id

    def _links(self) -> dict[int, _Link]:
        table = self.history.table("chain")
        rows = self.history.read(f"SELECT run, previous, digest_before, digest FROM {table}")
        return {
            int(run): _Link(int(run), int(previous), str(before), str(digest)) for run, previous, before, digest in rows
        }

    def _end(self) -> _End:
        text = self.history.fact(_FACT)
        return _End(*json.loads(text)) if text else _End()

    def _set_end(self, end: _End) -> None:
        self.history.set_fact(_FACT, json.dumps(astuple(end)))


def _walk(end: _End, links: Mapping[int, _Link]) -> Iterator[int]:
    """The runs of the chain from its end to its start; where a link is gone, on from the one before it."""
    run = end.run
    while run:
        yield run
        link = links.get(run)
        run = (
            link.previous if link and link.previous < run else max((known for known in links if known < run), default=0)
        )
    if end.run:
        yield end.start


def _digest(before: str, run: Run, statements: list[StatementRecord]) -> str:
    """Of a record with its statements, and of all before it."""
    parts = [before, *map(str, astuple(run)), *(str(part) for record in statements for part in astuple(record))]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
