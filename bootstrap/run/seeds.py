"""Seed rows: brought in by the dialect's bulk load, table after table; skipped where it is proven that they are there
(:mod:`bootstrap.run.seed_proofs`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.constraints import ForeignKey
from bootstrap.catalog.ref import Ref
from bootstrap.catalog.tables import Table
from bootstrap.declaration.model import Seed, SeedMode, SeedRow
from bootstrap.dialects.base import Dialect, RowKeys, SeedCounts, SeedTable, ServerError, Session
from bootstrap.plan.statement import Hazard
from bootstrap.problems import StatementError
from bootstrap.redact import redact
from bootstrap.run.executor import LONGEST_LOCK_MS, ConnectionLost, Watched, unwatched
from bootstrap.run.history import History
from bootstrap.run.ledger import Ledger, SeedProof
from bootstrap.run.limits import NO_LIMITS, Limits
from bootstrap.run.patience import Patience
from bootstrap.run.seed_losses import loss_hazards
from bootstrap.run.seed_order import LoadGroup, load_groups, referenced_tables
from bootstrap.run.seed_places import first_refused, row_in_words
from bootstrap.run.seed_proofs import SeedProofs
from bootstrap.run.seed_tables import DeclaredRows, all_inserted, by_table, narrowed

# A digest reads the whole table. It is worth it while the seed is a good part of the table; else the few rows of the
# seed are compared by their key.
_PROVABLE_FACTOR, _PROVABLE_ROWS = 10, 10_000


class _DryRunOver(Exception):  # noqa: N818  # no error: rolls the transaction back
    """Leaves a transaction without committing it."""


@dataclass(frozen=True, slots=True)
class SeedResult:
    """What a seed did or would do in one table. ``proven``: the rows were known to be there and were not looked at.

    ``counts`` is None where that can only be known once the structure is there. Where only some columns are missing,
    ``so_far`` is what the others tell. ``hazards`` are of what its deletions take.
    """

    table: Ref
    counts: SeedCounts | None
    proven: bool = False
    so_far: SeedCounts | None = None
    hazards: tuple[Hazard, ...] = ()

    @property
    def pending(self) -> bool:
        """Whether there is something to do."""
        counts = self.counts
        return counts is None or bool(counts.inserted or counts.updated or counts.deleted)


@dataclass(slots=True)
class _Load:
    """Tables being loaded in one transaction. ``done`` are the seeds so far, the one at hand last."""

    items: tuple[DeclaredRows, ...]
    keep: frozenset[Ref] = frozenset()
    deferred: tuple[tuple[Ref, ForeignKey], ...] = ()
    done: list[Seed] = field(default_factory=list)


class SeedRunner:
    """Loads seeds on the session of a run, or says what a load would do."""

    def __init__(
        self,
        session: Session,
        dialect: Dialect,
        catalog: Catalog,
        *,
        limits: Limits = NO_LIMITS,
        watched: Watched = unwatched,
        gate: Callable[[Sequence[Hazard]], None] = lambda _: None,
        named: int = 0,
    ) -> None:
        """Take the session and the structure whose foreign keys decide the order; ``gate`` raises Refused for hazards
        that are not allowed. A preview names the keys of so many rows of each kind as ``named`` says.
        """
        self.named = named
        self.session, self.dialect, self.catalog, self.limits, self.gate = session, dialect, catalog, limits, gate
        self.watched = watched
        self.ledger = Ledger(History(session, dialect))
        self.proofs = SeedProofs(session, dialect)

    def apply(
        self, run: int, seeds: Sequence[Seed], *, done: Callable[[SeedResult], None] = lambda _: None
    ) -> list[SeedResult]:
        """Bring all rows in, and record the proof.

        Raises:
            StatementError: the server refuses a row; names its file and line where that can be told.
            Refused: rows would be lost, and the gate does not allow it; nothing of the table at hand was kept.
            ConnectionLost: the connection broke; nothing of the table at hand was kept.
            Incomplete: out of time.
        """
        declared = by_table(seeds)
        proven = self._proven(declared)
        results: dict[Ref, SeedResult] = {}
        groups = load_groups([table for table in declared if table not in proven], self.catalog)
        parents = self._synchronised_parents(groups, declared)
        for group in groups:
            self.limits.check_time(f"the rows of {group.tables[0].path}")
            for result in self._load(group, declared, keep=parents):
                results[result.table] = result
        for group in reversed(groups):
            for result in self._load(group, declared, only=parents):
                results[result.table] = _with_deletions(results[result.table], result)
        for result in results.values():
            done(result)
        if results:
            self.ledger.set_seeds(run, self._new_proofs([declared[table] for table in results], results))
        return [proven.get(table) or results[table] for table in declared]

    def preview(self, seeds: Sequence[Seed], live: Catalog | None = None) -> list[SeedResult]:
        """What :meth:`apply` would do; changes nothing.

        Args:
            seeds: those of the declaration.
            live: the live structure, where tables or columns of the declaration may still be missing.
        """
        declared = by_table(seeds)
        missing = {table: result for table, item in declared.items() if (result := self._without(item, live))}
        asked = {table: item for table, item in declared.items() if table not in missing}
        known = missing | self._proven(asked)
        for table, item in asked.items():
            if table not in known:
                counts = self._dry_run(item)
                known[table] = SeedResult(table, counts, hazards=_hazards(item, counts))
        return [known[table] for table in declared]

    def hazards(self, seeds: Sequence[Seed], live: Catalog) -> list[Hazard]:
        """What the deletions of seeds that are synchronised would take now."""
        synced = [seed for seed in seeds if seed.mode is SeedMode.SYNC]
        return [hazard for result in self.preview(synced, live) for hazard in result.hazards]

    def proven(self, seeds: Sequence[Seed]) -> bool:
        """Whether every seed is proven to be in the database."""
        declared = by_table(seeds)
        return len(self._proven(declared)) == len(declared)

    def _proven(self, declared: dict[Ref, DeclaredRows]) -> dict[Ref, SeedResult]:
        """The tables whose rows are still what the last load left, and whose seeds are still the same."""
        return {
            proof.table: SeedResult(proof.table, SeedCounts(unchanged=proof.row_count), proven=True)
            for proof in self.proofs.holding(list(declared.values()))
        }

    def _new_proofs(self, declared: Sequence[DeclaredRows], results: dict[Ref, SeedResult]) -> list[SeedProof]:
        sizes = self.dialect.table_sizes(self.session, [item.table for item in declared])
        rows = {item.table: _declared_rows(results[item.table]) for item in declared}
        worth = [
            item
            for item in declared
            if item.columns
            and item.table in sizes
            and sizes[item.table].rows <= _PROVABLE_FACTOR * rows[item.table] + _PROVABLE_ROWS
        ]
        digests = self.proofs.digests(worth)
        return [SeedProof(item.table, item.digest, digests.get(item.table, ""), rows[item.table]) for item in declared]

    def _synchronised_parents(self, groups: Sequence[LoadGroup], declared: dict[Ref, DeclaredRows]) -> frozenset[Ref]:
        """Tables whose surplus rows go only after those of the tables that refer to them."""
        place = {table: number for number, group in enumerate(groups) for table in group.tables}
        synced = [table for table in place if declared[table].seeds[0].mode is SeedMode.SYNC]
        referenced = {(table, parent) for table in synced for parent in referenced_tables(table, self.catalog)}
        return frozenset(parent for table, parent in referenced if parent in synced and place[parent] < place[table])

    def _load(
        self,
        group: LoadGroup,
        declared: dict[Ref, DeclaredRows],
        *,
        keep: frozenset[Ref] = frozenset(),
        only: frozenset[Ref] | None = None,
    ) -> list[SeedResult]:
        """One transaction; again where another session was in the way. In ``keep`` no row is deleted yet."""
        work = _Load(tuple(declared[table] for table in group.tables if only is None or table in only), keep=keep)
        patience = Patience(self.limits.lock_seconds)
        while work.items:
            try:
                with self._bounded(patience), self.watched(self.session), self.session.transaction():
                    return self._load_once(work)
            except ServerError as error:
                self.limits.check_cancelled(error, f"the rows of {group.tables[0].path}")
                if patience.allows(error):
                    patience.wait()
                elif group.circular and not work.deferred and not error.connection_lost:
                    # Only now: deferring takes locks, and rows that are there already need no order.
                    work.deferred = group.circular
                else:
                    raise self._explained(error, work) from error
        return []

    @contextmanager
    def _bounded(self, patience: Patience) -> Iterator[None]:
        """No statement waits longer for a row of somebody else's than this attempt may."""
        self.session.set_timeouts(lock_ms=patience.lock_ms(LONGEST_LOCK_MS), statement_ms=None)
        try:
            yield
        finally:
            with suppress(ServerError):  # a lost connection has no settings left
                self.session.set_timeouts(lock_ms=None, statement_ms=None)

    def _load_once(self, work: _Load) -> list[SeedResult]:
        counts = {item.table: SeedCounts() for item in work.items}
        work.done.clear()
        deferred = self.dialect.references_deferred(self.session, work.deferred) if work.deferred else nullcontext()
        with self.dialect.every_row(self.session, [item.table for item in work.items]), deferred:
            for item in work.items:
                for seed in item.seeds:
                    work.done.append(seed)
                    mode = SeedMode.UPSERT if item.table in work.keep else seed.mode
                    counts[item.table] = _sum(counts[item.table], self._bring_in(seed, mode))
                self.gate(_hazards(item, counts[item.table]))
        return [SeedResult(table, result) for table, result in counts.items()]

    def _bring_in(
        self, seed: Seed, mode: SeedMode, *, rows: Iterable[SeedRow] | None = None, dry_run: bool = False
    ) -> SeedCounts:
        table = SeedTable(
            table=seed.table,
            columns=seed.columns,
            key=seed.key,
            mode=mode.value,
            rows=(row.values for row in (seed.rows() if rows is None else rows)),
            expressions=seed.expressions,
            named=self.named,
        )
        return self.dialect.apply_seed(self.session, table, dry_run=dry_run)

    def _without(self, item: DeclaredRows, live: Catalog | None) -> SeedResult | None:
        """What can be said of a seed whose table or columns are not there yet; None where they are."""
        if live is None:
            return None
        table = live.objects.get(item.table)
        if not isinstance(table, Table):
            return SeedResult(item.table, all_inserted(item, self.named))
        names = frozenset(column.name for column in table.columns)
        if all(name in names for seed in item.seeds for name in seed.columns):
            return None
        rest = narrowed(item, names)
        so_far = self._dry_run(rest) if rest else None
        return SeedResult(item.table, None, so_far=so_far, hazards=_hazards(item, so_far) if so_far else ())

    def _dry_run(self, item: DeclaredRows) -> SeedCounts:
        counts, work = SeedCounts(), _Load((item,))
        try:
            with self.session.transaction(), self.dialect.every_row(self.session, [item.table]):
                for seed in item.seeds:
                    work.done.append(seed)
                    counts = _sum(counts, self._bring_in(seed, seed.mode, dry_run=True))
                raise _DryRunOver
        except _DryRunOver:
            return counts
        except ServerError as error:
            raise self._explained(error, work) from error

    def _explained(self, error: ServerError, work: _Load) -> Exception:
        """The server's words with the place where the row is written."""
        names = ", ".join(item.table.path for item in work.items)
        if error.connection_lost:
            return ConnectionLost(f"the connection was lost while the rows of {names} were loaded: {error}")
        *before, seed = work.done
        place = None
        if not (work.deferred or error.lock_timeout):
            place = first_refused(seed, lambda rows: self._refuses(before, seed, rows))
        found = (row_in_words(item, str(error)) for item in reversed(work.done))
        place = place or next((known for known in found if known), None) or str(seed.position)
        return StatementError(redact(f"{place}: could not insert the rows of {names} (rolled back): {error}"))

    def _refuses(self, before: Sequence[Seed], seed: Seed, rows: Sequence[SeedRow]) -> bool:
        """Whether the server refuses these rows of a seed, after the seeds before it; nothing is kept."""
        try:
            with self.session.transaction(), self.dialect.every_row(self.session, [seed.table]):
                for earlier in before:
                    self._bring_in(earlier, earlier.mode)
                mode = SeedMode.UPSERT if seed.mode is SeedMode.SYNC else seed.mode  # fewer rows: nothing is surplus
                self._bring_in(seed, mode, rows=rows)
                raise _DryRunOver
        except _DryRunOver:
            return False
        except ServerError as error:
            return not error.connection_lost


def _declared_rows(result: SeedResult) -> int:
    counts = result.counts or SeedCounts()
    return counts.inserted + counts.updated + counts.unchanged


def _with_deletions(first: SeedResult, second: SeedResult) -> SeedResult:
    """What two passes did together: the second only deletes."""
    one, other = first.counts or SeedCounts(), second.counts or SeedCounts()
    counts = SeedCounts(one.inserted, one.updated, other.deleted, one.unchanged, other.losses)
    return SeedResult(first.table, counts)


def _hazards(item: DeclaredRows, counts: SeedCounts) -> tuple[Hazard, ...]:
    return tuple(loss_hazards(counts.losses, item.seeds[0].delete_limit))


def _sum(one: SeedCounts, other: SeedCounts) -> SeedCounts:
    return SeedCounts(
        one.inserted + other.inserted,
        one.updated + other.updated,
        one.deleted + other.deleted,
        one.unchanged + other.unchanged,
        one.losses + other.losses,
        RowKeys(
            one.keys.inserted + other.keys.inserted,
            one.keys.updated + other.keys.updated,
            one.keys.deleted + other.keys.deleted,
        ),
    )
