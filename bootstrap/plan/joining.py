"""Changes of one table become one operation, where nothing else must come between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.changes import AddConstraint, Change, Create, RenameColumn
from bootstrap.catalog.constraints import ForeignKey
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.plan.inline_keys import target_of
from bootstrap.plan.operations import AlterTable, PlannedOperation, TableAction
from bootstrap.plan.ranks import rank
from bootstrap.plan.rules import Joining
from bootstrap.plan.sorting import sorted_by_rank
from bootstrap.plan.table_states import after_actions

Edges = Mapping[int, set[int]]


def joined(
    changes: Sequence[Change], before: Edges, current: Catalog, desired: Catalog, joining: Joining
) -> list[PlannedOperation]:
    """Return the operations of a plan, in an order that keeps what must come before what.

    Args:
        changes: all changes, in an order that the server accepts.
        before: for each change by its place the places of those that must come before it.
        current: what there is, with the renames of the plan done.
        desired: what is wanted.
        joining: which changes the engine takes together.
    """
    groups = _Groups(changes, before, joining)
    for place in range(len(changes)):
        groups.place(place)
    members = [group.members for group in groups.all]
    ranks = [max(rank(changes[place]) for place in found) for found in members]
    ordered = [members[index] for index in sorted_by_rank(groups.edges(), ranks)]
    return list(_Operations(changes, current, desired).of(ordered))


@dataclass(slots=True)
class _Group:
    """Changes that become one operation; ``table`` is that of an ALTER TABLE."""

    number: int
    table: Ref | None = None
    members: list[int] = field(default_factory=list)


class _Groups:
    """The groups that the changes have been put into so far."""

    def __init__(self, changes: Sequence[Change], before: Edges, joining: Joining) -> None:
        self.changes, self.before, self.joining = changes, before, joining
        self.all: list[_Group] = []
        self.group_of: dict[int, _Group] = {}
        self.of_table: dict[Ref, list[_Group]] = defaultdict(list)

    def place(self, place: int) -> None:
        """Put a change into the first group of its table that takes it, or into a new one."""
        change = self.changes[place]
        group = next((group for group in self._candidates(change) if self._takes(group, place)), None)
        if group is None:
            group = _Group(len(self.all), _table_of(change) if self.joining.joins(change, ()) else None)
            self.all.append(group)
            if group.table is not None:
                self.of_table[group.table].append(group)
        group.members.append(place)
        self.group_of[place] = group

    def _candidates(self, change: Change) -> list[_Group]:
        table = _table_of(change)
        return self.of_table.get(table, []) if table is not None and self.joining.joins(change, ()) else []

    def _takes(self, group: _Group, place: int) -> bool:
        change, actions = self.changes[place], [self.changes[member] for member in group.members]
        if not self.joining.joins(change, actions):
            return False
        apart = self.joining.may_stand_apart
        if not apart(change) and not all(apart(action) for action in actions):
            return True  # neither may stand apart: what comes between them gives way
        return not self._waits_for_another(group, place)

    def _waits_for_another(self, group: _Group, place: int) -> bool:
        """Whether something that is to come after the group must come before the change."""
        pending = [self.group_of[first] for first in self.before.get(place, ()) if first in self.group_of]
        pending = [found for found in pending if found is not group]
        seen = {found.number for found in pending}
        while pending:
            for found in self._firsts(pending.pop()):
                if found is group:
                    return True
                if found.number not in seen:
                    seen.add(found.number)
                    pending.append(found)
        return False

    def _firsts(self, group: _Group) -> Iterator[_Group]:
        for member in group.members:
            for first in self.before.get(member, ()):
                found = self.group_of.get(first)
                if found is not None and found is not group:
                    yield found

    def edges(self) -> dict[int, set[int]]:
        """For each group those that must come before it. Keys that CREATE TABLE brings wait for their tables."""
        created = {change.ref: place for place, change in enumerate(self.changes) if isinstance(change, Create)}
        found: dict[int, set[int]] = {group.number: {one.number for one in self._firsts(group)} for group in self.all}
        for place, change in enumerate(self.changes):
            for key in change.inline_keys if isinstance(change, Create) else ():
                target = created.get(target_of(key), place)
                found[self.group_of[place].number] |= {self.group_of[target].number} - {self.group_of[place].number}
        return found


class _Operations:
    """Makes operations of groups, and keeps what each table is by then."""

    def __init__(self, changes: Sequence[Change], current: Catalog, desired: Catalog) -> None:
        self.changes, self.desired = changes, desired
        self.tables = {table.ref: table for table in current.of(Table)}
        self.new: dict[Ref, Table] = {}
        for change in changes:
            if isinstance(change, Create) and isinstance(change.after, Table):
                self.new[change.ref] = replace(change.after, foreign_keys=change.inline_keys)

    def of(self, ordered: Iterable[Sequence[int]]) -> Iterator[PlannedOperation]:
        for members in ordered:
            changes = [self.changes[place] for place in sorted(members)]
            if isinstance(changes[0], Create) and changes[0].ref in self.new:
                self.tables[changes[0].ref] = self.new[changes[0].ref]
            actions = [change for change in changes if isinstance(change, TableAction)]
            table = _table_of(changes[0])
            if table is None or len(actions) < len(changes) or table not in self.tables:
                yield from changes
            else:
                yield from self._altered(table, actions)

    def _altered(self, ref: Ref, actions: Sequence[TableAction]) -> Iterator[AlterTable]:
        """One operation; foreign keys that are added unchecked apart from what is to be checked."""
        unchecked = [action for action in actions if self._is_unchecked(ref, action)]
        checked = [action for action in actions if action not in unchecked]
        for part in (checked, unchecked):
            if part:
                before, after = self._states(ref, part)
                names = frozenset(action.ref.name for action in part if action in unchecked)
                yield AlterTable(
                    before=before, after=after, actions=tuple(part), is_new=ref in self.new, dangling=names
                )

    def _is_unchecked(self, ref: Ref, action: TableAction) -> bool:
        key = action.after if isinstance(action, AddConstraint) else None
        return isinstance(key, ForeignKey) and is_dangling(key, self.desired, is_new=ref in self.new)

    def _states(self, ref: Ref, actions: Sequence[TableAction]) -> tuple[Table, Table]:
        """The table before and after the actions. What there is has the new names of its columns already."""
        now = self.tables[ref]
        if isinstance(actions[0], RenameColumn):
            return _with_old_names(now, actions), now
        self.tables[ref] = after_actions(now, actions)
        return now, self.tables[ref]


def is_dangling(key: ForeignKey, desired: Catalog, *, is_new: bool) -> bool:
    """Whether nothing that is known is at the other end of a foreign key.

    In another database it may well be: there only a new table, which has no rows to check, is taken to be.
    """
    if key.ref_schema:
        return is_new
    return Ref(Kind.TABLE, "", key.ref_table) not in desired.objects


def _with_old_names(table: Table, actions: Iterable[TableAction]) -> Table:
    old = {action.after.name: action.before.name for action in actions if isinstance(action, RenameColumn)}
    return replace(table, columns=tuple(replace(item, name=old.get(item.name, item.name)) for item in table.columns))


def _table_of(change: Change) -> Ref | None:
    """The table that a change is about."""
    ref: Ref | None = getattr(change, "ref", None)
    return ref if ref is None or ref.kind is Kind.TABLE else ref.owner
