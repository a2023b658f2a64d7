"""The catalog that undoes one run: the one it started from, as far as its own plan has changed it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from bootstrap.catalog.catalog import Catalog, DatabaseObject, table_members
from bootstrap.catalog.changes import AddColumn, AlterColumn, Create, GrantPrivilege, subject_of
from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import Constraint, ForeignKey, KeyConstraint
from bootstrap.catalog.indexes import Index
from bootstrap.catalog.origins import Renames, renamed, renames_of, reverted
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import Grant
from bootstrap.catalog.tables import Table
from bootstrap.catalog.way_back import earlier_names, way_back
from bootstrap.hazards import HazardKind
from bootstrap.plan.statement import Plan


@dataclass(frozen=True, kw_only=True)  # no slots: what is derived is kept in the instance
class Undoing:
    """What a run started from, and the plans that it has begun: more than one where it lost its connection."""

    origin: Catalog
    plans: tuple[Plan, ...]

    @cached_property
    def renames(self) -> Renames:
        """From the names that the run found to those that it gives."""
        return [pair for plan in self.plans for pair in renames_of(plan.differences)]

    @cached_property
    def changed(self) -> frozenset[Ref]:
        """What the plans create, change or recreate, with the members of new tables, by the names before and after."""
        found = {statement.subject for plan in self.plans for statement in plan.statements}
        for change in (change for plan in self.plans for change in plan.differences):
            found.add(subject_of(change))
            if isinstance(change, Create) and isinstance(change.after, Table):
                found.update(table_members(change.after))
        found |= self._renamed_within()
        return earlier_names((ref for ref in found if ref.kind is not Kind.ROLE), self.renames)

    def _renamed_within(self) -> frozenset[Ref]:
        """What names something that a plan renames: the server changes its text."""
        before = {old for old, _ in self.renames}
        naming = {ref.owner or ref for ref, needs in self.origin.dependencies.items() if needs & before}
        tables = {ref for old in before for ref in (old, old.owner) if ref}
        for table in self.origin.of(Table):
            if any(Ref(Kind.TABLE, key.ref_schema, key.ref_table) in tables for key in table.foreign_keys):
                naming.add(table.ref)
        return frozenset(naming) if before else frozenset()

    @cached_property
    def lost(self) -> frozenset[Ref]:
        """What the plans take values of, by the names before: it cannot come back as it was."""
        subjects = (
            hazard.subject
            for plan in self.plans
            for hazard in plan.hazards
            if hazard.kind is HazardKind.DATA_LOSS and hazard.blocking
        )
        return frozenset(renamed(ref, reverted(self.renames)) for ref in subjects)

    def added(self, ref: Ref) -> Column | None:
        """The column that the plans have added under this name, with its backfill."""
        for plan in self.plans:
            for change in plan.differences:
                if isinstance(change, AddColumn) and change.ref == ref:
                    return change.after
        return None

    def is_converted(self, back: AlterColumn) -> bool:
        """Whether a change of type is the way back of one that had an expression (``using``)."""
        today = renamed(back.ref, self.renames)
        changes = (change for plan in self.plans for change in plan.differences if isinstance(change, AlterColumn))
        return (
            any(
                change.ref == today and change.after.using is not None and change.before.type != change.after.type
                for change in changes
            )
            and back.before.type != back.after.type
        )

    def rewritten(self) -> Iterator[Ref]:
        """The columns whose values the plans change: those of a backfill stay when NULL is allowed again."""
        for plan in self.plans:
            for change in plan.differences:
                if isinstance(change, AlterColumn):
                    filled = change.after.backfill and change.before.nullable and not change.after.nullable
                    if filled or renamed(change.ref, reverted(self.renames)) in self.lost:
                        yield change.ref

    def target(self, current: Catalog, stays: Collection[Ref]) -> Catalog:
        """Return the catalog that undoes the run.

        Args:
            current: what there is.
            stays: what is left as it is now, by the name of today; a column or table that does not come back by the
                name that it had.
        """
        owners = {ref.owner for ref in self.changed if ref.owner}
        base = way_back(current, self.origin, self.changed | owners, self.renames)
        objects = dict(base.objects)
        for ref in stays:
            self._leave(objects, current, ref)
        while more := self._without_needs(objects):
            for ref in more:
                self._leave(objects, current, ref)
        needs = {ref: current.dependencies[ref] for ref in current.dependencies if ref.owner or ref in objects}
        kept = frozenset(grant for grant in base.grants if grant.on is None or (grant.on.owner or grant.on) in objects)
        return replace(
            base,
            objects=objects,
            grants=kept,
            grantees=self._granted(),
            dependencies={**needs, **base.dependencies},
        )

    def _leave(self, objects: dict[Ref, DatabaseObject], current: Catalog, ref: Ref) -> None:
        back = reverted(self.renames)
        if ref.kind is Kind.COLUMN and ref.owner:
            live, table = current.objects.get(ref.owner), objects.get(renamed(ref.owner, back))
            column = live.column(ref.name) if isinstance(live, Table) else None
            if column is not None and isinstance(table, Table) and isinstance(live, Table):
                objects[table.ref] = _with_column(table, renamed(ref, back).name, column, live)
                return
            if column is None and isinstance(table, Table) and ref.owner in current.objects:
                shorter = _without_column(table, renamed(ref, back).name, self.origin)
                if shorter is not None:
                    objects[table.ref] = shorter
                    return
        ref = ref.owner or ref
        objects.pop(renamed(ref, back), None)
        today = ref if ref in current.objects else renamed(ref, self.renames)
        if today in current.objects:
            objects[today] = current.objects[today]

    def _without_needs(self, objects: dict[Ref, DatabaseObject]) -> list[Ref]:
        """Objects that would come back, and need one that does not."""
        gone = self.origin.objects.keys() - objects.keys()
        if not gone:
            return []
        needy = {ref.owner or ref for ref, needs in self.origin.dependencies.items() if gone & needs}
        for table in self.origin.of(Table):
            if any(Ref(Kind.TABLE, key.ref_schema, key.ref_table) in gone for key in table.foreign_keys):
                needy.add(table.ref)
        return sorted(ref for ref in needy - gone if objects.get(ref) is self.origin.objects.get(ref))

    def _granted(self) -> frozenset[tuple[Ref | None, str]]:
        """What the run has granted: nothing else names these privileges, and they go."""
        back = reverted(self.renames)
        grants = (
            change.after
            for plan in self.plans
            for change in plan.differences
            if isinstance(change, GrantPrivilege) and isinstance(change.after, Grant)
        )
        return frozenset((grant.on and renamed(grant.on, back), grant.grantee) for grant in grants)


def _with_column(table: Table, name: str, column: Column, live: Table) -> Table:
    """The table with a column as it is now: in place of its own of that name, else where it is in the live table."""
    if table.column(name) is not None:
        origin = column.name if column.name != name else None
        kept = replace(column, name=name, renamed_from=origin)
        return replace(table, columns=tuple(kept if item.name == name else item for item in table.columns))
    before = [item.name for item in live.columns[: live.columns.index(column)]]
    place = 1 + max((n for n, item in enumerate(table.columns) if item.name in before), default=-1)
    return replace(table, columns=(*table.columns[:place], column, *table.columns[place:]))


def _without_column(table: Table, name: str, origin: Catalog) -> Table | None:
    """The table without a column and the keys, checks and indexes over it; None where another column needs it."""
    gone = table.ref.child(Kind.COLUMN, name)

    def needs(kind: Kind, member: str) -> bool:
        return gone in origin.dependencies.get(table.ref.child(kind, member), ())

    def over(item: Constraint | Index) -> bool:
        match item:
            case Index():
                named = {part.column for part in item.parts}
            case KeyConstraint():
                named = {part.column for part in item.columns}
            case ForeignKey():
                named = set(item.columns)
            case _:
                named = set()
        return name in named or needs(item.kind, item.name)

    columns = tuple(column for column in table.columns if column.name != name)
    if any(needs(Kind.COLUMN, column.name) for column in columns):
        return None
    key = table.primary_key
    return replace(
        table,
        columns=columns,
        primary_key=None if key and over(key) else key,
        uniques=tuple(item for item in table.uniques if not over(item)),
        foreign_keys=tuple(item for item in table.foreign_keys if not over(item)),
        checks=tuple(item for item in table.checks if not over(item)),
        exclusions=tuple(item for item in table.exclusions if not over(item)),
        indexes=tuple(item for item in table.indexes if not over(item)),
    )
