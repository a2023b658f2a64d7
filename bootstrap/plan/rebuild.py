"""Changes that others need around them: what must be dropped first and created again after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.changes import (
    AddColumn,
    AddConstraint,
    Alter,
    AlterColumn,
    AlterConstraint,
    AlterIndex,
    Change,
    Create,
    CreateIndex,
    Drop,
    DropColumn,
    DropConstraint,
    DropIndex,
    GrantPrivilege,
    Leave,
    ReleaseDefault,
    Repartition,
    Retire,
    RevokePrivilege,
)
from bootstrap.catalog.code import View
from bootstrap.catalog.constraints import Constraint
from bootstrap.catalog.diff import Difference, creation
from bootstrap.catalog.indexes import Index
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import Grant
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import Sequence
from bootstrap.plan.disturbed import disturbed_by, standing_on
from bootstrap.plan.needs import TYPES_AND_COLLATIONS, changes_with_type, dependents_of, needs_of, owner_of
from bootstrap.plan.parents import with_leaving
from bootstrap.plan.partitions import with_repartitions
from bootstrap.plan.rules import Rules

_MEMBERS = frozenset(
    {Kind.COLUMN, Kind.PRIMARY_KEY, Kind.UNIQUE, Kind.CHECK, Kind.EXCLUSION, Kind.FOREIGN_KEY, Kind.INDEX}
)
_ROUTINES = frozenset({Kind.FUNCTION, Kind.PROCEDURE, Kind.AGGREGATE})
# Dropping one of these loses rows, a counter, or everything inside: they are never dropped to be created again because
# of something else.
_IRREPLACEABLE = frozenset({Kind.TABLE, Kind.SEQUENCE, Kind.SCHEMA, Kind.EXTENSION, Kind.ROLE})


def with_rebuilds(difference: Difference, rules: Rules) -> list[Change]:
    """Expand the changes: replacements become drop and create, dependents are taken out of the way and put back.

    Privileges on what is created again are granted again. What a dropped table takes with it needs no drop of its own.
    """
    rebuild = _Rebuild(difference, rules)
    rebuild.settle()
    return rebuild.result()


class _Rebuild:
    """The changes by identity while they are being expanded."""

    def __init__(self, difference: Difference, rules: Rules) -> None:
        self.current: Catalog = difference.current
        self.desired: Catalog = difference.desired
        self.unmanaged = frozenset(difference.unmanaged)
        self.rules = rules
        self.dependents = dependents_of(needs_of(self.current))
        self.rebuilt = rules.rebuilt_tables(self.current, self.desired)
        leaving = [*with_leaving(difference.changes, self.current, self.desired)]
        self.changes = [
            *with_repartitions(leaving, self.current, self.desired, rules),
            *self._unsaid(difference),
        ]
        self.renamed: dict[Ref, Ref] = {
            change.ref.owner.child(change.ref.kind, change.before.name): change.ref
            for change in self.changes
            if isinstance(change, AlterConstraint | AlterIndex) and change.ref.owner
        }
        self.recreated: set[Ref] = set()
        self.taken: set[Ref] = set()
        self.released: set[Ref] = set()
        self.dropped_columns: set[Ref] = set()

    def _unsaid(self, difference: Difference) -> Iterator[Change]:
        """The tables that are rebuilt although nothing but their members differs."""
        said = {change.ref for change in difference.changes if isinstance(change, Alter)}
        for ref in sorted(self.rebuilt - said):
            yield Alter(self.current.objects[ref], self.desired.objects[ref])

    def settle(self) -> None:
        """Expand until nothing new is disturbed. Ends because each identity is taken away at most once."""
        pending = list(self.changes)
        self.changes = []
        while pending:
            change = pending.pop(0)
            if self._replaced(change):
                pending[:0] = list(self._as_replacement(change))
                continue
            self.changes.append(change)
            for ref, kinds in disturbed_by(change, self.current, self.rules).items():
                for dependent in standing_on(ref, kinds, self.dependents, self.current):
                    pending += self._take_out(dependent)
                    pending += self._release_default(dependent, ref)

    def _replaced(self, change: Change) -> bool:
        if isinstance(change, Alter) and change.ref in self.rebuilt:
            return True
        return isinstance(change, Alter | AlterColumn | AlterConstraint | AlterIndex) and self.rules.replaces(change)

    def _as_replacement(self, change: Change) -> Iterator[Change]:
        match change:
            case Alter():
                yield from self._recreate_object(change.before, change.after)
            case AlterColumn():
                yield DropColumn(change.table, change.before)
                yield AddColumn(change.table, change.after, _previous(change.table, change.after.name))
            case AlterConstraint():
                yield DropConstraint(change.table, change.before)
                yield AddConstraint(change.table, change.after)
            case AlterIndex():
                yield DropIndex(change.owner, change.before)
                yield CreateIndex(change.owner, change.after)

    def _recreate_object(self, before: DatabaseObject, after: DatabaseObject) -> Iterator[Change]:
        if before.ref in self.taken:
            return
        self.taken.add(before.ref)
        self.recreated.add(after.ref)
        yield Drop(self.current.objects.get(before.ref, before))  # as it is now, attached to others
        yield from creation(after, inline_indexes=self.rules.inline_indexes)

    def _take_out(self, ref: Ref) -> Iterable[Change]:
        """Drop something that stands in the way and, where it is still wanted, create it again."""
        if ref in self.taken:
            return []
        before, after = self.current.objects.get(ref), self.desired.objects.get(ref)
        if ref.kind in _MEMBERS:
            return self._take_out_member(ref)
        if before is None or after is None or ref.kind in _IRREPLACEABLE:
            return []  # dropped by a change of its own, or what was never declared: undeclared.py says so
        return list(self._recreate_object(before, after))

    def _release_default(self, column: Ref, called: Ref) -> list[Change]:
        """A column's default that calls a routine which goes is taken away before; the column's own change, or one
        made for it, sets it again.
        """
        table = owner_of(column, self.current)
        before = table.column(column.name) if isinstance(table, Table) else None
        if called.kind not in _ROUTINES or not isinstance(table, Table) or before is None or before.default is None:
            return []
        if column in self.released or column in self.unmanaged or table.ref in self.unmanaged:
            return []
        self.released.add(column)
        return [ReleaseDefault(table, before)]

    def _take_out_member(self, ref: Ref) -> list[Change]:
        before = owner_of(ref, self.current)
        if not isinstance(before, Table | View) or before.ref in self.taken:
            return []
        if ref in self.unmanaged or before.ref in self.unmanaged:
            return []  # never declared, never touched: undeclared.py says that it stands in the way
        after = self.desired.objects.get(before.ref)
        renamed = self.renamed.get(ref, ref)
        if ref.kind is Kind.COLUMN:
            rebuilt = _column_rebuilt(before, after, ref.name)
            self.taken |= {ref} if rebuilt else set()
            return rebuilt
        self.taken |= {ref, renamed}
        old = find_member(before, ref)
        new = find_member(after, renamed) if isinstance(after, Table | View) else None
        return _member_rebuilt(before, after, old, new)

    def result(self) -> list[Change]:
        """The expanded changes, each identity handled once, with the privileges that a rebuild takes away."""
        dropped = {change.ref for change in self.changes if isinstance(change, Drop)}
        self.dropped_columns = {change.ref for change in self.changes if isinstance(change, DropColumn)}
        kept = [change for change in _unique(self.changes) if not self._superseded(change, dropped)]
        kept = list(self._defaults_put_back(kept))
        kept += [*self._retired(kept), *self._contents_of_recreated(kept)]
        return kept + list(self._privileges(kept))

    def _retired(self, kept: list[Change]) -> Iterator[Change]:
        """Where tables are rebuilt that are of a type, that may have to stay so long beside the new one."""
        for change in kept:
            if isinstance(change, Alter) and change.ref.kind in TYPES_AND_COLLATIONS:
                found = {change.ref, *changes_with_type(change.ref, self.dependents)}
                users = {user for ref in found for user in (ref.owner, *self.dependents.get(ref, ()))}
                if users & self.recreated:
                    yield Retire(change.before)

    def _defaults_put_back(self, kept: list[Change]) -> Iterator[Change]:
        """Each column that lost its default meanwhile is altered from what it is then."""
        pending = {change.ref: change for change in kept if isinstance(change, ReleaseDefault)}
        for change in kept:
            if isinstance(change, AlterColumn) and change.ref in pending:
                pending.pop(change.ref)
                yield replace(change, before=replace(change.before, default=None))
            else:
                yield change
        for released in pending.values():
            table = self.desired.objects.get(released.table.ref)
            after = table.column(released.before.name) if isinstance(table, Table) else None
            if isinstance(table, Table) and after is not None:
                yield AlterColumn(table, replace(released.before, default=None), after)

    def _superseded(self, change: Change, dropped: set[Ref]) -> bool:
        """Whether another change already does this one's work."""
        match change:
            case Drop():
                return self._owner(change.ref) in dropped or self._goes_with_table(change, dropped)
            case RevokePrivilege(before=Grant(on=Ref() as on, column=column)):
                if column and on.child(Kind.COLUMN, column) in self.dropped_columns:
                    return True
                gone = on in dropped and self.rules.drops_privileges(on.kind)
                return gone or self._went_with_column(on, dropped)
            case Alter() | AlterColumn() | AlterConstraint() | AlterIndex():
                return change.ref in self.recreated or change.ref in self.taken or self._of_recreated(change)
            case Leave() | ReleaseDefault() | Repartition():
                return bool({change.ref, self._owner(change.ref)} & dropped) or change.ref in self.dropped_columns
            case DropColumn() | DropConstraint() | DropIndex():
                return self._owner(change.ref) in dropped and not self._breaks_cycle(change, dropped)
            case AddColumn():
                return self._of_recreated(change)
            case AddConstraint():
                return self._of_recreated(change) and change.after.kind is not Kind.FOREIGN_KEY
            case CreateIndex():
                return self._of_recreated(change) and self.rules.inline_indexes
            case _:
                return False

    def _owner(self, ref: Ref) -> Ref | None:
        found = owner_of(ref, self.current) or owner_of(ref, self.desired)
        return found.ref if found else None

    def _of_recreated(self, change: Change) -> bool:
        ref: Ref | None = getattr(change, "ref", None)
        return ref is not None and self._owner(ref) in self.recreated

    def _goes_with_table(self, change: Drop, dropped: set[Ref]) -> bool:
        """An owned sequence goes with its column or table; before, the column's default would hold it back."""
        if not isinstance(change.before, Sequence) or change.before.owned_by is None:
            return False
        schema, table, column = change.before.owned_by
        ref = Ref(Kind.TABLE, schema, table)
        return ref in dropped or ref.child(Kind.COLUMN, column) in self.dropped_columns

    def _went_with_column(self, sequence: Ref, dropped: set[Ref]) -> bool:
        """Whether the sequence that a column made is dropped, with the column or its table."""
        if sequence.kind is not Kind.SEQUENCE or sequence.owner is None:
            return False
        return sequence.owner in dropped or sequence.owner.child(Kind.COLUMN, sequence.name) in self.dropped_columns

    def _breaks_cycle(self, change: Change, dropped: set[Ref]) -> bool:
        """A foreign key between two dropped tables goes first, so that their order does not matter."""
        if not isinstance(change, DropConstraint) or change.before.kind is not Kind.FOREIGN_KEY:
            return False
        target = Ref(Kind.TABLE, getattr(change.before, "ref_schema", ""), getattr(change.before, "ref_table", ""))
        return target in dropped and target != change.ref.owner

    def _contents_of_recreated(self, kept: list[Change]) -> Iterator[Change]:
        """Triggers, rules, policies and statistics went with their table: create them again."""
        present = {change.ref for change in kept if isinstance(change, Create)}
        for ref in sorted(self.desired.objects):
            if ref not in present and self._owner(ref) in self.recreated:
                yield Create(self.desired.objects[ref])

    def _privileges(self, kept: list[Change]) -> Iterator[Change]:
        """What a rebuild takes away: the declared privileges, and those of others that nobody asked to revoke; and the
        end of privileges that would wait for the next object of a dropped one's name.
        """
        present = {change.after for change in kept if isinstance(change, GrantPrivilege)}
        revoked = {change.before for change in self.changes if isinstance(change, RevokePrivilege)}
        for grant in sorted(self.desired.grants | (self.current.grants - revoked), key=str):
            if grant.on is None or grant in present:
                continue
            if not self.rules.drops_privileges(grant.on.kind):
                if self._goes_for_good(grant.on, kept):
                    yield RevokePrivilege(grant)
            elif grant.on in self.recreated or (grant.on.kind is Kind.SEQUENCE and grant.on.owner in self.recreated):
                yield GrantPrivilege(grant)

    def _goes_for_good(self, ref: Ref, kept: list[Change]) -> bool:
        return ref not in self.desired.objects and any(isinstance(c, Drop) and c.ref == ref for c in kept)


def _column_rebuilt(before: Table | View, after: DatabaseObject | None, name: str) -> list[Change]:
    """Only a generated column can be dropped and added again without losing anything."""
    old = before.column(name) if isinstance(before, Table) else None
    new = after.column(name) if isinstance(after, Table) else None
    if not isinstance(before, Table) or old is None or old.generated is None:
        return []
    if new is not None and new.generated is None:
        return []  # it keeps its values: the change of its own makes it a column like any other
    changes: list[Change] = [DropColumn(before, old)]
    if isinstance(after, Table) and new is not None:
        changes.append(AddColumn(after, new, _previous(after, name)))
    return changes


def _member_rebuilt(
    before: Table | View, after: DatabaseObject | None, old: Constraint | Index | None, new: Constraint | Index | None
) -> list[Change]:
    changes: list[Change] = []
    if isinstance(old, Index):
        changes.append(DropIndex(before.ref, old))
        if isinstance(new, Index):
            changes.append(CreateIndex(before.ref, new))
    elif old is not None and isinstance(before, Table):
        changes.append(DropConstraint(before, old))
        if isinstance(after, Table) and new is not None and not isinstance(new, Index):
            changes.append(AddConstraint(after, new))
    return changes


def find_member(owner: Table | View, ref: Ref) -> Constraint | Index | None:
    """The constraint or index of a table or materialized view, or None."""
    if isinstance(owner, Table):
        for constraint in owner.constraints:
            if (constraint.kind, constraint.name) == (ref.kind, ref.name):
                return constraint
    if ref.kind is Kind.INDEX:
        return next((index for index in owner.indexes if index.name == ref.name), None)
    return None


def _previous(table: Table, name: str) -> str:
    names = [column.name for column in table.columns]
    place = names.index(name)
    return names[place - 1] if place else ""


def _unique(changes: Iterable[Change]) -> Iterator[Change]:
    seen: set[tuple[type, object]] = set()
    for change in changes:
        key = (type(change), getattr(change, "ref", change))
        if key not in seen:
            seen.add(key)
            yield change
