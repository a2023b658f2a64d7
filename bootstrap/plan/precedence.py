"""Which changes must come before which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.changes import (
    AddColumn,
    AddConstraint,
    Alter,
    AlterColumn,
    Change,
    Create,
    Drop,
    Leave,
    ReleaseDefault,
    Rename,
    RenameColumn,
    Retire,
)
from bootstrap.catalog.constraints import ForeignKey
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import Sequence as OwnedSequence
from bootstrap.plan.effects import Effect, effect_of
from bootstrap.plan.name_slots import name_slot
from bootstrap.plan.needs import (
    TYPES,
    TYPES_AND_COLLATIONS,
    changes_with_type,
    dependents_of,
    is_taken_in,
    needs_of,
    referenced,
)
from bootstrap.plan.parents import parenthood, partitioned_by
from bootstrap.plan.partitions import partitions_last
from bootstrap.plan.privileges_last import Index, privileges_last
from bootstrap.plan.rules import Rules


def precedence(changes: Sequence[Change], current: Catalog, desired: Catalog, rules: Rules) -> dict[int, set[int]]:
    """Return for each change, by its place, the places of those that must come before it."""
    return _Precedence(changes, current, desired, rules).edges()


class _Precedence:
    """For each change the changes that must come before it, by their places in the list."""

    def __init__(self, changes: Sequence[Change], current: Catalog, desired: Catalog, rules: Rules) -> None:
        self.changes = changes
        self.rules = rules
        self.effects = [_whole_effect(change, current, desired) for change in changes]
        self.current = current
        self.needs = needs_of(desired)
        self.needed = needs_of(current)
        self.dependents = dependents_of(self.needed)
        self.makers: Index = defaultdict(set)
        self.takers: Index = defaultdict(set)
        self.alterers: Index = defaultdict(set)
        self.along: Index = defaultdict(set)  # who alters something together with its type
        self.releasers: Index = defaultdict(set)
        self.before: dict[int, set[int]] = defaultdict(set)

    def edges(self) -> dict[int, set[int]]:
        """Apply every rule."""
        self._file()
        for index, effect in enumerate(self.effects):
            self._needs_first(index, effect)
            self._dependents_first(index, effect)
            for ref in effect.makes:
                self._put(self._freeing(ref), index)
            for ref in effect.alters:
                self._put(self.releasers.get(ref, ()), index)
        self._renames_first()
        self._references_last()
        self._column_positions()
        self._sequences_leave_first()
        self._counting_moves()
        self._own_after_parents()
        self._retired_last()
        apart = partitions_last(self.changes, self.effects)
        families = parenthood(self.changes, self.effects, self.needs)
        privileges = privileges_last(self.changes, self.makers, self.takers, self.alterers)
        for firsts, then in (*families, *apart, *privileges):
            self._put(firsts, then)
        return self.before

    def _file(self) -> None:
        for index, effect in enumerate(self.effects):
            for ref in effect.makes:
                self.makers[ref].add(index)
            for ref in effect.takes:
                self.takers[ref].add(index)
                self.takers[name_slot(ref)].add(index)
                if ref.kind is Kind.PRIMARY_KEY and ref.owner:
                    self.takers[ref.owner.child(Kind.PRIMARY_KEY, "")].add(index)
            for ref in effect.alters:
                self.alterers[ref].add(index)
                for along in changes_with_type(ref, self.dependents):
                    self.along[along].add(index)
            change = self.changes[index]
            if isinstance(change, ReleaseDefault | Leave):
                self.releasers[change.ref].add(index)

    def _put(self, firsts: Iterable[int], then: int) -> None:
        self.before[then].update(index for index in firsts if index != then)

    def _needs_first(self, index: int, effect: Effect) -> None:
        """What an object needs is made and altered before the object is."""
        for ref in effect.makes | effect.alters:
            for need in self.needs.get(ref, ()):
                makers = self.makers.get(need, set())
                self._put((maker for maker in makers if not self._comes_along(maker, index)), index)
                alterers = self.alterers.get(need, set()) | self.along.get(need, set())
                if need == ref.owner:  # a table's own properties need not come before members that they do not disturb
                    alterers = {alterer for alterer in alterers if self._disturbs(alterer, need, ref.kind)}
                self._put(alterers, index)

    def _disturbs(self, alterer: int, ref: Ref, kind: Kind) -> bool:
        return kind in self.rules.disturbs(self.changes[alterer], self.current).get(ref, ())

    def _comes_along(self, maker: int, index: int) -> bool:
        """Whether something needed is made by the change that needs it, or after it.

        A partition is made for a table that is new too: its keys are taken in when it is attached. A column that counts
        brings its key along (MySQL), and the other new columns of that.
        """
        made, needing = self.changes[maker], self.changes[index]
        if isinstance(made, AddColumn) and isinstance(needing, AddColumn):
            return needing.after.auto_increment and made.after.generated is None
        if isinstance(made, Create) and isinstance(needing, Create):
            return partitioned_by(made.after) == needing.ref
        return False

    def _dependents_first(self, index: int, effect: Effect) -> None:
        """What depends on an object goes, or lets go of it, before the object goes or changes."""
        for ref in effect.takes:
            for dependent in self.dependents.get(ref, ()):
                if self._becomes_own(dependent):
                    continue  # it is the parent's until that one's is dropped
                self._put(self._releasing(dependent), index)
                if not is_taken_in(ref, dependent, self.current):
                    # A column that does without its default meanwhile lets go by that.
                    self._put(self.releasers.get(dependent) or self.alterers.get(dependent) or (), index)
        for ref in effect.alters:
            self._let_go_first(index, ref)

    def _let_go_first(self, index: int, ref: Ref) -> None:
        """What depends on an object that changes, itself or through types, and no longer will."""
        for dependent in self.dependents.get(ref, ()):
            self._put(self.takers.get(dependent, ()), index)
            self._put(self.releasers.get(dependent, ()), index)
            if not self._is_of(dependent, ref):
                self._put(self.alterers.get(dependent, ()), index)
        for changed in changes_with_type(ref, self.dependents):
            for more in self.dependents.get(changed, ()):
                self._put(self.takers.get(more, ()), index)
            if not self._is_of(changed, ref):
                self._put(self.alterers.get(changed, ()), index)

    def _own_after_parents(self) -> None:
        """A column that comes from above changes on its own when those above it are gone."""
        for index, change in enumerate(self.changes):
            if isinstance(change, AlterColumn) and self._becomes_own(change.ref):
                above = [change.ref]
                for column in above:  # grows while it is walked
                    columns = (ref for ref in self.needed.get(column, ()) if ref.kind is Kind.COLUMN)
                    above += {ref for ref in columns if ref.name == column.name} - set(above)
                self._put((taker for ref in above for taker in self.takers.get(ref, ())), index)

    def _becomes_own(self, ref: Ref) -> bool:
        """Whether a column comes from a parent that the table keeps until then, and becomes the table's own."""
        if any(isinstance(self.changes[index], Leave) for index in self.releasers.get(ref.owner or ref, ())):
            return False
        changes = (self.changes[index] for index in self.alterers.get(ref, ()))
        altered = (change for change in changes if isinstance(change, AlterColumn))
        return any(change.before.inherited and not change.after.inherited for change in altered)

    def _is_of(self, ref: Ref, need: Ref) -> bool:
        """Whether something is still to need something else, itself or through the type that it is of."""
        needs = self.needs.get(ref, set())
        through = [one for one in needs if one.kind in TYPES] if need.kind in TYPES_AND_COLLATIONS else []
        return need in needs or any(self._is_of(one, need) for one in through)

    def _releasing(self, ref: Ref) -> set[int]:
        """Who takes a dependent away: the change of its own, where there is one beside the drop of its table."""
        takers = self.takers.get(ref, set())
        own = {index for index in takers if not isinstance(self.changes[index], Drop) or self.changes[index].ref == ref}  # type: ignore[union-attr]  # takers have identities
        return own or takers

    def _renames_first(self) -> None:
        """What is done to a renamed object, or to what belongs to it, calls it by its new name."""
        renames = {change.ref: i for i, change in enumerate(self.changes) if isinstance(change, Rename | RenameColumn)}
        if not renames:
            return
        for index, effect in enumerate(self.effects):
            touched = (effect.takes | effect.alters) - effect.makes
            names = {name for ref in touched for name in _names_in(ref)}
            self._put({renames[name] for name in names if name in renames}, index)

    def _references_last(self) -> None:
        """A new foreign key must not tie itself to a key that is about to go."""
        for index, change in enumerate(self.changes):
            if isinstance(change, AddConstraint) and isinstance(change.after, ForeignKey):
                for ref in referenced(change.after, self.current):
                    self._put(self.takers.get(ref, ()), index)

    def _freeing(self, ref: Ref) -> set[int]:
        """Who frees the name that this identity takes, or its place."""
        freed = self.takers.get(ref, set()) | self.takers.get(name_slot(ref), set())
        if ref.kind is Kind.PRIMARY_KEY and ref.owner:  # a table has one, whatever its name
            freed |= self.takers.get(ref.owner.child(Kind.PRIMARY_KEY, ""), set())
        return {index for index in freed if ref not in self.effects[index].makes}

    def _sequences_leave_first(self) -> None:
        """A sequence goes with its column: one that stays is detached by then, and before a new column takes it."""
        for index, change in enumerate(self.changes):
            if not isinstance(change, Alter) or not isinstance(change.before, OwnedSequence):
                continue
            if change.before.owned_by is None or not isinstance(change.after, OwnedSequence):
                continue
            for ref in _owner_of_sequence(change.before):
                for taker in self.takers.get(ref, ()):
                    self._put({index}, taker)
            for ref in _owner_of_sequence(change.after):
                for maker in self.makers.get(ref, ()):
                    self._put({index}, maker)

    def _column_positions(self) -> None:
        placed = (AddColumn, RenameColumn)
        added = {change.ref: index for index, change in enumerate(self.changes) if isinstance(change, placed)}
        for index, change in enumerate(self.changes):
            if isinstance(change, AddColumn) and change.previous:
                previous = added.get(change.table.ref.child(Kind.COLUMN, change.previous))
                self._put(() if previous is None else {previous}, index)

    def _counting_moves(self) -> None:
        """A column stops counting before a new one begins to, where it stays."""
        for index, change in enumerate(self.changes):
            if isinstance(change, AddColumn) and change.after.auto_increment:
                for ref in self.effects[index].alters:
                    self._put(self.alterers.get(ref, ()), index)

    def _retired_last(self) -> None:
        """The old one of a type goes when all tables that are rebuilt have turned to the new one."""
        for index, change in enumerate(self.changes):
            if isinstance(change, Retire):
                held = {changed.owner for changed in changes_with_type(change.ref, self.dependents)}
                held |= self.dependents.get(change.ref, set())
                self._put(self.alterers.get(change.ref, ()), index)
                self._put((maker for ref in held if ref for maker in self.makers.get(ref, ())), index)


def _owner_of_sequence(sequence: OwnedSequence) -> Iterator[Ref]:
    """The table and the column that a sequence belongs to."""
    if sequence.owned_by is not None:
        schema, table, column = sequence.owned_by
        yield Ref(Kind.TABLE, schema, table)
        yield Ref(Kind.TABLE, schema, table).child(Kind.COLUMN, column)


def _names_in(ref: Ref) -> Iterator[Ref]:
    """The object itself, and what its full name is made of."""
    yield ref
    yield Ref(Kind.SCHEMA, "", ref.schema)
    if ref.table:
        yield from (Ref(kind, ref.schema, ref.table) for kind in (Kind.TABLE, Kind.VIEW, Kind.MATERIALIZED_VIEW))


def _whole_effect(change: Change, current: Catalog, desired: Catalog) -> Effect:
    """The effect of a change, with the triggers, policies, rules and sequences that go with a dropped table, and on the
    column whose counting a new one takes over.
    """
    effect = effect_of(change)
    if isinstance(change, AddColumn) and change.after.auto_increment:
        return replace(effect, alters=frozenset(_counting(change.table.ref, current)))
    if not isinstance(change, Drop) or not isinstance(change.before, Table):
        return effect
    owned = {item.ref for column in change.before.columns for item in current.sequences_of(change.before, column.name)}
    gone = owned - desired.objects.keys()
    return Effect(takes=effect.takes.union(current.belongings.get(change.ref, ()), gone))


def _counting(table: Ref, current: Catalog) -> Iterator[Ref]:
    """The column that stops counting when another one begins to."""
    found = current.objects.get(table)
    for column in found.columns if isinstance(found, Table) else ():
        if column.auto_increment:
            yield table.child(Kind.COLUMN, column.name)
