"""``policy.on_failure: rollback``: a run that fails undoes what it did, as far as no value is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.changes import AddColumn, AlterColumn, Create, Drop, DropColumn, subject_of
from bootstrap.catalog.origins import renamed, renames_of, reverted
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.dialects.base import ServerError
from bootstrap.hazards import HazardKind
from bootstrap.plan.between import Management
from bootstrap.plan.statement import Hazard, Plan, Statement
from bootstrap.plan.undoing import Undoing
from bootstrap.problems import BootstrapError, Incomplete, Unreachable, type_of
from bootstrap.redact import redact
from bootstrap.run.executor import ConnectionLost, PlanOutdated
from bootstrap.run.history import History
from bootstrap.run.lock import assert_owned
from bootstrap.run.records import StatementRecord
from bootstrap.run.snapshots import Snapshots
from bootstrap.run.step_states import done_since
from bootstrap.run.trash import Trash
from bootstrap.service.bringing_back import Finder
from bootstrap.service.comparison import Structure, plan_to
from bootstrap.service.reports import amount
from bootstrap.service.work import Work

_HEAD = "on_failure: rollback"
Execute = Callable[[Plan], list[StatementRecord]]


@dataclass(slots=True)
class Undo:
    """What one apply would have to undo, over all its attempts."""

    started: list[Structure] = field(default_factory=list)
    first: int = 0  # number of the first run

    def starts(self, number: int, structure: Structure) -> None:
        """Remember what a run starts from, and its plan."""
        self.first = self.first or number
        self.started.append(structure)

    def applies(self, error: BaseException) -> bool:
        """Whether the run has failed for good: not where time is over, or another attempt or run goes on from there."""
        if isinstance(error, ServerError):
            failed = not error.connection_lost
        else:
            passing = (ConnectionLost, PlanOutdated, Incomplete, Unreachable)
            failed = isinstance(error, BootstrapError) and not isinstance(error, passing)
        return failed and bool(self.started)

    def run(self, work: Work, execute: Execute, error: BaseException) -> BaseException:
        """Undo; returns the error with what was done and what stays.

        Args:
            work: its session holds the run's lock.
            execute: carries out a plan within the run.
            error: why the run has failed.
        """
        plans = tuple(structure.plan for structure in self.started)
        undoing = Undoing(origin=self.started[0].current, plans=plans)
        try:
            steps = done_since(History(work.session, work.dialect), self.first)
            told = "\n".join(_Attempt(work, undoing, self.first, steps).lines(execute))
        except (BootstrapError, ServerError) as problem:
            told = (
                f"{_HEAD}: this run could not be undone: {problem}\n  fix the cause and apply again: the next run goes"
                " on from what the database is now"
            )
        kind = type_of(error)
        return kind(redact(f"{error}\n{told}"))


@dataclass(slots=True)
class _Attempt:
    work: Work
    undoing: Undoing
    first: int
    steps: Sequence[str]

    def lines(self, execute: Execute) -> Iterator[str]:
        """Undo, and say what was done and what stays, line by line."""
        assert_owned(self.work.session)
        structure, stays = self._planned()
        done = execute(structure.plan)
        left = {subject_of(change) for change in self._compared({}).plan.differences}
        kept = [f"{ref}: {reason}" for ref, reason in stays.items()]
        kept += [f"{ref}: this run has changed its values" for ref in self.undoing.rewritten() if ref not in stays]
        kept += [f"step {name}: it is not undone, and does not run again" for name in self.steps]
        others = sorted(ref for ref in left - stays.keys() if not kept or ref.owner not in stays)
        kept += [f"{ref}: it is not as before" for ref in others]
        same = "" if left else "; the structure is what it was before"
        undid = f"{amount(len(done), 'statement')} undid what this run had changed" if done else "nothing is undone"
        yield f"{_HEAD}: {undid}{same}"
        yield from (f"  stays: {line}" for line in kept)

    def _planned(self) -> tuple[Structure, dict[Ref, str]]:
        """The plan, and what stays with its reason: what must stay may need more that stays."""
        stays: dict[Ref, str] = {}
        while True:
            structure, restored = self._with_values(self._compared(stays))
            more = dict(self._staying(structure, restored))
            if more.keys() <= stays.keys():
                return structure, stays
            stays = {**more, **stays}

    def _compared(self, stays: Mapping[Ref, str]) -> Structure:
        work = self.work
        current = work.dialect.introspect(work.session, work.scope).catalog
        return self._plan(current, self.undoing.target(current, stays.keys()))

    def _plan(
        self, current: Catalog, target: Catalog, back: Mapping[Ref, Sequence[Statement]] | None = None
    ) -> Structure:
        work, changed = self.work, self.undoing.changed
        management = Management(managed=lambda ref: ref in changed or work.dialect.is_leftover(ref, current))
        return plan_to(work, current, target, management, work.fingerprint(), back=back or {})

    def _with_values(self, structure: Structure) -> tuple[Structure, frozenset[Ref]]:
        """The plan with the statements that bring back what ``policy.backup: table`` has kept, and what that is."""
        history = History(self.work.session, self.work.dialect)
        finder = Finder(self.work, Snapshots(history), self.first, self.undoing.renames, Trash(history))
        values = finder.find(structure.plan.differences, structure.desired)
        if not values.restored:
            return structure, frozenset()
        for copy in values.copies:
            finder.trash.check(copy)
        return self._plan(structure.current, values.desired, values.statements), frozenset(values.restored)

    def _staying(self, structure: Structure, restored: frozenset[Ref]) -> Iterator[tuple[Ref, str]]:
        """What a plan must leave as it is now: it would lose values, or the server would refuse."""
        back = reverted(renames_of(structure.plan.differences))
        for change in structure.plan.differences:
            if isinstance(change, AlterColumn) and self.undoing.is_converted(change):
                yield renamed(change.ref, back), "its values were converted by its using"
            if not isinstance(change, Create | AddColumn):
                continue
            if change.ref in self.undoing.lost and change.ref not in restored:
                yield change.ref, "it was dropped with its values, and no backup has them"
        for hazard in structure.plan.hazards:
            live = renamed(hazard.subject, back)
            if hazard.kind is HazardKind.DATA_LOSS and self._loses(hazard, live, structure):
                yield live, "it holds values that would be lost"
            elif hazard.final or (hazard.kind is HazardKind.UNTRACKED_DEPENDENCY and hazard.blocking):
                yield live, hazard.message

    def _loses(self, hazard: Hazard, live: Ref, structure: Structure) -> bool:
        """Whether a hazard takes values that were there before, or that somebody has written since."""
        work, changes = self.work, structure.plan.differences
        for change in changes:
            if isinstance(change, Drop) and change.ref == live and live.kind is Kind.TABLE:
                return work.dialect.holds_values(work.session, live, None, untouched=False)
            if isinstance(change, DropColumn) and change.ref == live:
                added = self.undoing.added(live)
                column = replace(change.before, backfill=added.backfill if added else None)
                return work.dialect.holds_values(work.session, change.table.ref, column, untouched=not self.steps)
            if isinstance(change, AlterColumn) and change.ref == hazard.subject and live.owner:
                column = replace(change.before, name=live.name)
                return not work.dialect.fits(work.session, live.owner, column, change.after)
        return hazard.blocking
