"""Changes of one table become one operation, where nothing else must come between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import TypeGuard

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.changes import (
    AddConstraint,
    Alter,
    Change,
    Create,
    GrantPrivilege,
    RenameColumn,
    RevokePrivilege,
    subject_of,
)
from bootstrap.catalog.constraints import ForeignKey
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.plan.inline_keys import target_of
from bootstrap.plan.operations import AlterTable, PlannedOperation, TableAction
from bootstrap.plan.ranks import rank
from bootstrap.plan.rules import Joining
from bootstrap.plan.sorting import sorted_by_rank
from bootstrap.plan.table_states import after_actions
from bootstrap.plan.transactions import way_of
from bootstrap.plan.way import Way

Edges = Mapping[int, set[int]]


def joined(
    atomic: Sequence[Sequence[Change]],
    before: Edges,
    current: Catalog,
    desired: Catalog,
    joining: Joining,
    apart: Container[Ref] = (),
) -> list[tuple[PlannedOperation, ...]]:
    """Return the operations of a plan, in an order that keeps what must come before what.

    What belongs to an atomic group stays in it: there changes of a table are joined among each other.

    Args:
        atomic: all changes in an order that the server accepts, those of one atomic group in one sequence.
        before: for each change by its place the places of those that must come before it.
        current: what there is, with the renames of the plan done.
        desired: what is wanted.
        joining: which changes the engine takes together.
        apart: what something is to follow right away: no other change joins its change, if the engine can do without.
    """
    changes = [change for group in atomic for change in group]
    groups = _Groups(changes, before, joining, _places(atomic), apart)
    groups.join()
    left = groups.left()
    order = sorted_by_rank(groups.edges(), [_rank([changes[place] for place in group.members]) for group in left])
    operations = _Operations(changes, current, desired, joining)
    found: list[tuple[PlannedOperation, ...]] = []
    for index in order:
        group = left[index]
        if group.is_atomic:
            inside = _inside(sorted(group.members), changes, before, joining, apart)
            found.append(tuple(made for members in inside for made in operations.of(members, together=True)))
        else:
            found += ((made,) for made in operations.of(sorted(group.members)))
    return found


def _places(atomic: Iterable[Sequence[Change]]) -> list[list[int]]:
    places = count()
    return [[next(places) for _ in group] for group in atomic]


def _rank(changes: Sequence[Change]) -> int:
    """A group comes when the last thing that it makes would; privileges come with what they are on."""
    made = [change for change in changes if not isinstance(change, GrantPrivilege | RevokePrivilege)]
    return max(rank(change) for change in made or changes)


def _inside(
    members: Sequence[int], changes: Sequence[Change], before: Edges, joining: Joining, apart: Container[Ref]
) -> Iterator[Sequence[int]]:
    """The changes of one atomic group, in the order of their operations."""
    mine = [changes[place] for place in members]
    if way_of(mine) is Way.BESIDE:  # a swap, which has an order of its own
        yield from ([place] for place in members)
        return
    number = {place: index for index, place in enumerate(members)}
    edges = {number[place]: {number[one] for one in before.get(place, ()) if one in number} for place in members}
    groups = _Groups(mine, edges, joining, [[index] for index in number.values()], apart)
    groups.join()
    left = groups.left()
    for index in sorted_by_rank(groups.edges(), [_rank([mine[place] for place in group.members]) for group in left]):
        yield [members[place] for place in sorted(left[index].members)]


@dataclass(slots=True, eq=False)
class _Group:
    """Changes that become one operation, or those of one atomic group."""

    members: list[int]
    is_atomic: bool = False


class _Groups:
    """What the changes are put into: first those that must share an operation, then those that may."""

    def __init__(
        self,
        changes: Sequence[Change],
        before: Edges,
        joining: Joining,
        places: Iterable[list[int]],
        apart: Container[Ref],
    ) -> None:
        self.changes, self.before, self.joining, self.apart = changes, before, joining, apart
        self.after: dict[int, set[int]] = defaultdict(set)
        for place, firsts in before.items():
            for first in firsts:
                self.after[first].add(place)
        groups = [_Group(members, is_atomic=len(members) > 1) for members in places]
        self.group_of = {place: group for group in groups for place in group.members}
        self.of_table: dict[Ref, list[_Group]] = defaultdict(list)

    def join(self) -> None:
        """Join what must be together, then what may be, where nothing else has to come in between."""
        free = []
        for place, change in enumerate(self.changes):
            table = _table_of(change)
            if table is None or not self.joining.joins(change, ()):
                continue
            if self.group_of[place].is_atomic:
                if self.joining.rewrites(change):  # once for all that do
                    self.of_table[table].append(self.group_of[place])
            elif self.joining.may_stand_apart(change):
                free += [(place, table)] if subject_of(change) not in self.apart else []
            else:
                self._join(place, table, self._fits)
        for place, table in free:
            self._join(place, table, self._fits_freely)

    def _join(self, place: int, table: Ref, fits: Callable[[_Group, int], bool]) -> None:
        group = next((group for group in self.of_table[table] if fits(group, place)), None)
        if group is None:
            self.of_table[table].append(self.group_of[place])
        else:
            group.members.append(place)
            self.group_of[place] = group

    def _fits(self, group: _Group, place: int) -> bool:
        if group.is_atomic:
            return self.joining.rewrites(self.changes[place])
        change, others = self.changes[place], [self.changes[member] for member in group.members]
        return self.joining.joins(change, others) and all(
            self._keeps_order(member, place) and self._keeps_order(place, member) for member in group.members
        )

    def _keeps_order(self, first: int, then: int) -> bool:
        """Whether one statement would do the changes in the order in which they must come, if there is one."""
        ordered = first in self.before.get(then, ())
        return not ordered or self.joining.keeps_order(self.changes[first], self.changes[then])

    def _fits_freely(self, group: _Group, place: int) -> bool:
        alone = self.group_of[place]
        return (
            self._fits(group, place)
            and not self._leads_to(group, alone, self.before)
            and not self._leads_to(group, alone, self.after)
        )

    def _leads_to(self, goal: _Group, start: _Group, edges: Edges) -> bool:
        """Whether there is a way along the edges over at least one other group."""
        pending = [found for found in self._next(start, edges) if found is not goal]
        seen = set(pending)
        while pending:
            for found in self._next(pending.pop(), edges):
                if found is goal:
                    return True
                if found not in seen:
                    seen.add(found)
                    pending.append(found)
        return False

    def _next(self, group: _Group, edges: Edges) -> Iterator[_Group]:
        for member in group.members:
            for other in edges.get(member, ()):
                if self.group_of[other] is not group:
                    yield self.group_of[other]

    def left(self) -> list[_Group]:
        """The groups, in the order of their first members."""
        return list(dict.fromkeys(self.group_of[place] for place in range(len(self.changes))))

    def edges(self) -> dict[int, set[int]]:
        """For each group those that must come before it. Keys that CREATE TABLE brings wait for their tables."""
        numbers = {group: number for number, group in enumerate(self.left())}
        found = {number: {numbers[one] for one in self._next(group, self.before)} for group, number in numbers.items()}
        created = {change.ref: place for place, change in enumerate(self.changes) if isinstance(change, Create)}
        for place, change in enumerate(self.changes):
            for key in change.inline_keys if isinstance(change, Create) else ():
                number, target = numbers[self.group_of[place]], created.get(target_of(key), place)
                found[number] |= {numbers[self.group_of[target]]} - {number}
        return found


class _Operations:
    """Makes operations of groups, and keeps what each table is by then."""

    def __init__(self, changes: Sequence[Change], current: Catalog, desired: Catalog, joining: Joining) -> None:
        self.changes, self.joining = changes, joining
        self.known = desired.objects.keys() | current.objects.keys()
        self.tables = {table.ref: table for table in current.of(Table)}
        self.new: dict[Ref, Table] = {}
        for change in changes:
            if isinstance(change, Create) and isinstance(change.after, Table):
                self.new[change.ref] = replace(change.after, foreign_keys=change.inline_keys)

    def of(self, members: Iterable[int], *, together: bool = False) -> Iterator[PlannedOperation]:
        """The operations of changes that are joined; ``together``: in the transaction of an atomic group."""
        changes = [self.changes[place] for place in members]
        if isinstance(changes[0], Create) and changes[0].ref in self.new:
            self.tables[changes[0].ref] = self.new[changes[0].ref]
        actions = [change for change in changes if _is_action(change)]
        table = _table_of(changes[0])
        if table is None or len(actions) < len(changes) or table not in self.tables:
            yield from changes
        elif not self.joining.joins(actions[0], ()):
            yield from actions
            self._states(table, actions)
        else:
            rewrites = any(self.joining.rewrites(action) for action in actions)
            yield from self._altered(table, actions, together=together or rewrites)

    def _altered(self, ref: Ref, actions: Sequence[TableAction], *, together: bool) -> Iterator[AlterTable]:
        """One operation; foreign keys that are added unchecked apart from what is to be checked."""
        unchecked = [action for action in actions if self._is_unchecked(ref, action)]
        checked = [action for action in actions if action not in unchecked]
        for part in (checked, unchecked):
            if part:
                before, after = self._states(ref, part)
                names = frozenset(action.ref.name for action in part if action in unchecked)
                yield AlterTable(
                    before=before, after=after, actions=tuple(part), is_new=ref in self.new, dangling=names,
                    together=together,
                )  # fmt: skip

    def _is_unchecked(self, ref: Ref, action: TableAction) -> bool:
        key = action.after if isinstance(action, AddConstraint) else None
        return isinstance(key, ForeignKey) and is_dangling(key, self.known, is_new=ref in self.new)

    def _states(self, ref: Ref, actions: Sequence[TableAction]) -> tuple[Table, Table]:
        """The table before and after the actions. What there is has the new names of its columns already."""
        now = self.tables[ref]
        if isinstance(actions[0], RenameColumn):
            return _with_old_names(now, actions), now
        self.tables[ref] = after_actions(now, actions)
        return now, self.tables[ref]


def is_dangling(key: ForeignKey, known: Container[Ref], *, is_new: bool) -> bool:
    """Whether nothing that is known is at the other end of a foreign key of a new table, which has no rows to check.

    The key of a table with rows is always checked.
    """
    return is_new and (bool(key.ref_schema) or Ref(Kind.TABLE, "", key.ref_table) not in known)


def _with_old_names(table: Table, actions: Iterable[TableAction]) -> Table:
    old = {action.after.name: action.before.name for action in actions if isinstance(action, RenameColumn)}
    return replace(table, columns=tuple(replace(item, name=old.get(item.name, item.name)) for item in table.columns))


def _is_action(change: Change) -> TypeGuard[TableAction]:
    """Whether a change is one of a table: also triggers and policies of a table are altered."""
    return isinstance(change, TableAction) and not (isinstance(change, Alter) and not isinstance(change.after, Table))


def _table_of(change: Change) -> Ref | None:
    """The table that a change is about."""
    ref: Ref | None = getattr(change, "ref", None)
    return ref if ref is None or ref.kind is Kind.TABLE else ref.owner
