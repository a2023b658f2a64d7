"""Copies of values that runs lost: what the history knows of them, how they are made, and when they go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from bootstrap.catalog.codec import CodecError, dumps, loads
from bootstrap.catalog.ref import Ref
from bootstrap.dialects.base import ServerError
from bootstrap.plan.losses import Kept
from bootstrap.problems import Refused
from bootstrap.run.history import History, Value

_UNFINISHED = ""  # the proof of a copy that a run may not have completed


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One copy. ``proof`` is the server's digest of its rows."""

    run: int
    seq: int
    kept: Kept
    proof: str

    @property
    def name(self) -> str:
        """Of the table, among those of the history."""
        return f"trash_{self.run}_{self.seq}"


class Trash:
    """The copies of one database; reading works where there are none."""

    def __init__(self, history: History) -> None:
        self.history, self.session = history, history.session
        self.copies = history.dialect.copies

    def keep(self, run: int, losses: Sequence[Kept], days: int) -> list[Copy]:
        """Copy what a run is about to lose. A copy is recorded before it is made, so that none is forgotten."""
        made = []
        for seq, kept in enumerate(losses, self._next(run)):
            begun = Copy(run=run, seq=seq, kept=kept, proof=_UNFINISHED)
            self._write([*self._rows(), (*_sealed(begun), days)], begun, days)
            self.copies.copy(self.session, kept, begun.name)
            done = Copy(run=run, seq=seq, kept=kept, proof=self._digest(begun))
            rest = [row for row in self._rows() if row[:2] != (run, seq)]
            self._write([*rest, (*_sealed(done), days)], done, days)
            made.append(done)
        return made

    def _next(self, run: int) -> int:
        return max((row[1] for row in self._rows() if row[0] == run), default=0) + 1

    def _write(self, rows: Sequence[tuple[object, ...]], copy: Copy, days: int) -> None:
        table = self.history.table("trash")
        row: dict[str, Value] = {
            "run": copy.run, "seq": copy.seq, "content": _content(copy.kept), "proof": copy.proof, "days": days,
        }  # fmt: skip
        self.history.seal.announce("trash", self._rows(), rows)
        with self.session.transaction():
            self.session.execute(f"DELETE FROM {table} WHERE run = %s AND seq = %s", [copy.run, copy.seq])
            self.history.insert("trash", [row], now="kept_at")

    def found(self) -> list[Copy]:
        """Return the copies that are complete, the newest first.

        Raises:
            Refused: something other than db-bootstrap has changed what the history knows of them.
        """
        rows = sorted(self._rows(), key=lambda row: row[:2], reverse=True)
        return [copy for copy in map(_copy, rows) if copy is not None and copy.proof != _UNFINISHED]

    def check(self, copy: Copy) -> None:
        """Hold a copy to the digest of what was kept.

        Raises:
            Refused: it is gone, or its rows were changed.
        """
        place = self.history.dialect.history_table(copy.name)
        found = ""
        with suppress(ServerError):
            found = self._digest(copy)
        if found != copy.proof:
            raise Refused(
                f"{place} is not what run {copy.run} kept of {copy.kept}: something other than db-bootstrap has changed"
                " or dropped it; nothing was changed: restore it from a backup, or set policy.backup: none to go back"
                " without these values"
            )

    def _digest(self, copy: Copy) -> str:
        sql = self.history.dialect.rows_digest(self.copies.place(copy.name), copy.kept.copied)
        return str(self.session.query(f"SELECT {sql}")[0][0])

    def drop_expired(self) -> list[str]:
        """Drop the copies whose time is over; return the names of their tables."""
        rows = self.history.sealed("trash", ["kept_at"])
        if not rows:
            return []
        [(now,)] = self.session.query(f"SELECT {self.history.dialect.history_facts().now}")
        old = [row for row in rows if _is_over(row[5], int(row[4]), now)]
        for row in old:
            self._drop(int(row[0]), int(row[1]))
        return [self.history.table(f"trash_{row[0]}_{row[1]}") for row in old]

    def _drop(self, run: int, seq: int) -> None:
        self.session.execute(self.copies.drop(f"trash_{run}_{seq}"))
        known = self._rows()
        self.history.seal.announce("trash", known, [row for row in known if row[:2] != (run, seq)])
        table = self.history.table("trash")
        self.session.execute(f"DELETE FROM {table} WHERE run = %s AND seq = %s", [run, seq])

    def _rows(self) -> list[tuple[int, int, str, str, int]]:
        rows = self.history.sealed("trash")
        return [(int(run), int(seq), str(content), str(proof), int(days)) for run, seq, content, proof, days in rows]


def _is_over(kept_at: datetime, days: int, now: datetime) -> bool:
    return kept_at + timedelta(days=days) <= now


def _content(kept: Kept) -> str:
    return dumps((kept.table, kept.columns, kept.key, kept.whole))


def _sealed(copy: Copy) -> Iterator[object]:
    yield from (copy.run, copy.seq, _content(copy.kept), copy.proof)


def _copy(row: tuple[int, int, str, str, int]) -> Copy | None:
    """None for what another version of ours has written."""
    run, seq, content, proof, _ = row
    try:
        table, columns, key, whole = loads(content)
    except (CodecError, ValueError):
        return None
    if not isinstance(table, Ref):
        return None
    return Copy(run=run, seq=seq, kept=Kept(table=table, columns=columns, key=key, whole=bool(whole)), proof=proof)
