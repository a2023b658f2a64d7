"""The catalogs that runs started from and proved, kept in the history: what changed, and the way back.

They are compressed, and the same catalog is kept once. Those of the latest runs are kept; older ones go.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.codec import CodecError, dumps, loads
from bootstrap.catalog.origins import Renames
from bootstrap.catalog.ref import Ref
from bootstrap.problems import BootstrapError
from bootstrap.redact import redact
from bootstrap.run.history import History, Value
from bootstrap.run.ledger import Ledger

RUNS = 20
"""So many of the latest runs have their catalogs kept."""

NOT_KEPT = (
    "warning: the history does not keep the catalog of this run, which is too large or holds a secret: db-bootstrap"
    " rollback cannot go back to it"
)

_LARGEST = 3 << 20  # bytes of one row: less than the least that servers are set up to take


class Moment(StrEnum):
    """When a run found a catalog."""

    START = "start"
    END = "end"  # proved


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The structure at one moment; ``managed`` are the identities that a run declared until then, ``kept`` those of
    them that were declared no longer.
    """

    catalog: Catalog
    managed: frozenset[Ref]
    kept: frozenset[Ref] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What runs planned: renames in their order, and what they declared as the first."""

    renames: Renames
    declared: frozenset[Ref]


class Snapshots:
    """Kept in the history's tables; reading works where there are none."""

    def __init__(self, history: History) -> None:
        self.history = history

    def start(self, run: int, catalog: Catalog, planned: Planned) -> bool:
        """Keep what a run starts from, and what it plans; returns whether it is kept."""
        now = self._now(catalog)
        return self.keep(run, Moment.START, now, replace(planned, declared=planned.declared - now.managed))

    def end(self, run: int, catalog: Catalog) -> bool:
        """Keep what a run proved, once it has recorded what is declared; returns whether it is kept."""
        return self.keep(run, Moment.END, self._now(catalog))

    def _now(self, catalog: Catalog) -> Snapshot:
        ledger = Ledger(self.history)
        return Snapshot(catalog=catalog, managed=ledger.managed(), kept=ledger.kept())

    def keep(self, run: int, moment: Moment, snapshot: Snapshot, planned: Planned | None = None) -> bool:
        """Keep a catalog of a run; drop what is too old.

        Returns:
            Whether it was kept: not where it is too large, or where a text in it is a secret that we know.
        """
        text = dumps((snapshot.catalog, snapshot.managed, snapshot.kept))
        content = base64.b64encode(zlib.compress(text.encode(), 9)).decode()
        if len(content) > _LARGEST or redact(text) != text:
            return False
        digest = hashlib.sha256(text.encode()).hexdigest()
        plan = dumps((tuple(planned.renames), planned.declared) if planned else ((), frozenset()))
        row: dict[str, Value] = {"run": run, "moment": moment.value, "digest": digest, "planned": plan}
        known = self._rows()
        rest = [item for item in known if item[0] > run - RUNS and item[:2] != (run, moment.value)]
        self.history.seal.announce("run_catalogs", known, [*rest, tuple(row.values())])
        table, runs = self.history.table("catalogs"), self.history.table("run_catalogs")
        with self.history.session.transaction():
            self.history.session.execute(f"DELETE FROM {table} WHERE digest = %s", [digest])
            self.history.insert("catalogs", [{"digest": digest, "content": content}])
            self.history.session.execute(
                f"DELETE FROM {runs} WHERE (run = %s AND moment = %s) OR run <= %s", [run, moment.value, run - RUNS]
            )
            self.history.insert("run_catalogs", [row])
            self.history.session.execute(f"DELETE FROM {table} WHERE digest NOT IN (SELECT digest FROM {runs})")
        return True

    def _rows(self) -> list[tuple[int, str, str, str]]:
        """Run, moment, digest and plan of all that is kept, as we wrote it, the oldest first."""
        rows = self.history.sealed("run_catalogs")
        return sorted((int(run), str(moment), str(digest), str(planned)) for run, moment, digest, planned in rows)

    def find(self, run: int, moment: Moment) -> Snapshot | None:
        """Return what was kept of a run; None where nothing was.

        Raises:
            BootstrapError: it cannot be read by this version.
        """
        digest = next((item[2] for item in self._rows() if item[:2] == (run, moment.value)), None)
        table = self.history.table("catalogs")
        rows = self.history.read(f"SELECT content FROM {table} WHERE digest = %s", [digest]) if digest else []
        if not rows:
            return None
        try:
            text = zlib.decompress(base64.b64decode(str(rows[0][0]), validate=True)).decode()
            if hashlib.sha256(text.encode()).hexdigest() != digest:
                raise ValueError("it is not what was written")
            catalog, managed, kept = loads(text)
        except (CodecError, zlib.error, binascii.Error, UnicodeDecodeError, ValueError, TypeError) as error:
            raise BootstrapError(
                f"the catalog that the history keeps of run {run} cannot be read ({error}): it was kept by another"
                " version of db-bootstrap: use that version, or a declaration of that time"
            ) from None
        return Snapshot(catalog=catalog, managed=managed, kept=kept)

    def planned(self, since: int, until: int | None = None) -> Planned:
        """Return what the runs since one (until another) planned, whether or not they did it."""
        rows = [item for item in self._rows() if item[1] == Moment.START and since <= item[0] <= (until or item[0])]
        renames: list[tuple[Ref, Ref]] = []
        declared: set[Ref] = set()
        for *_, text in rows:
            more, refs = loads(text)
            renames += more
            declared |= refs
        return Planned(renames=renames, declared=frozenset(declared))

    def runs(self) -> Sequence[tuple[int, Moment]]:
        """Return of which runs something is kept, the newest first."""
        return [(run, Moment(moment)) for run, moment, *_ in reversed(self._rows())]
