"""Atomic groups: the changes that must be done together or not at all.

What is dropped to be recreated belongs to one transaction with the change that asks for it, and with everything that
the drop takes away: nobody else ever sees the database without it, and a failure leaves everything as it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.changes import (
    Alter,
    Change,
    Create,
    Drop,
    GrantPrivilege,
    Leave,
    ReleaseDefault,
    Retire,
    RevokePrivilege,
)
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import Grant
from bootstrap.catalog.tables import Table
from bootstrap.plan.disturbed import disturbed_by, standing_on
from bootstrap.plan.effects import Effect, effect_of
from bootstrap.plan.needs import dependents_of, needs_of
from bootstrap.plan.rules import Rules

# What decides for one table who sees which rows and what happens to them: never half of it.
_GUARDS = frozenset({Kind.POLICY, Kind.TRIGGER, Kind.RULE})


class Groups:
    """Which changes belong together, by their places in a list."""

    def __init__(self, changes: Sequence[Change], current: Catalog, rules: Rules) -> None:
        self.changes, self.current, self.rules = changes, current, rules
        self.effects = [effect_of(change) for change in changes]
        self._leaders = list(range(len(changes)))
        self._makers = _filed(self.effects, "makes")
        self._takers = _filed(self.effects, "takes")
        self._alterers = _filed(self.effects, "alters")
        self._released = self._places(ReleaseDefault)
        if rules.atomic:
            for found in self._together():
                self.join(found)

    def leader(self, index: int) -> int:
        """The place that stands for the group of a change."""
        while self._leaders[index] != index:
            self._leaders[index] = index = self._leaders[self._leaders[index]]
        return index

    def join(self, indexes: Iterable[int]) -> None:
        """Make one group of the groups of these changes."""
        leaders = sorted({self.leader(index) for index in indexes})
        for other in leaders[1:]:
            self._leaders[other] = leaders[0]

    def _together(self) -> Iterator[Iterable[int]]:
        yield from self._recreated()
        yield from self._disturbed()
        yield from self._given()
        yield from self._guards()
        yield from self._returning()

    def _recreated(self) -> Iterator[set[int]]:
        """What is dropped and created again, and all that comes with a table that is."""
        for ref, takers in self._takers.items():
            if ref in self._makers:
                yield takers | self._makers[ref]
        rebuilt = {ref: makers for ref, makers in self._makers.items() if ref in self._takers}
        for index, change in enumerate(self.changes):
            owner = None if isinstance(change, GrantPrivilege | RevokePrivilege) else change.ref.owner
            for relation in filter(None, (owner, _relation(owner))):
                if relation in rebuilt:
                    yield {index, *rebuilt[relation]}

    def _disturbed(self) -> Iterator[set[int]]:
        """A change with what it needs out of the way for a moment."""
        if not (self._takers or self._released):
            return
        dependents = dependents_of(needs_of(self.current))
        for index, change in enumerate(self.changes):
            for ref, kinds in disturbed_by(change, self.current, self.rules).items():
                for dependent in standing_on(ref, kinds, dependents, self.current):
                    if dependent in self._makers:
                        yield {index} | self._takers.get(dependent, set()) | self._makers[dependent]
                for dependent in dependents.get(ref, ()):
                    if dependent in self._released:
                        released = self._released[dependent]
                        yield {index} | released | self._alterers.get(dependent, set())

    def _given(self) -> Iterator[set[int]]:
        """What is created is never open to others than those who are declared, nor closed to them."""
        retired = self._places(Retire)
        for ref, found in retired.items():
            yield found | self._alterers.get(ref, set())
        for index, change in enumerate(self.changes):
            match change:
                case GrantPrivilege(after=Grant(on=Ref() as on)) | RevokePrivilege(before=Grant(on=Ref() as on)):
                    for given in filter(None, (on, on.owner, _relation(on.owner))):
                        if given in self._makers:
                            yield {index, *self._makers[given]}
                case _:
                    pass

    def _guards(self) -> Iterator[set[int]]:
        """Policies, triggers and rules of a table, and whether its policies hold, change at once."""
        found: dict[Ref, set[int]] = defaultdict(set)
        for index, change in enumerate(self.changes):
            match change:
                case Create() | Drop() | Alter() if change.ref.kind in _GUARDS and change.ref.owner:
                    found[change.ref.owner].add(index)
                case Alter(before=Table() as before, after=Table() as after) if _opens(before, after):
                    found[change.ref].add(index)
                case _:
                    pass
        yield from found.values()

    def _returning(self) -> Iterator[set[int]]:
        """A table that leaves its parent only to come back: its rows are missed there meanwhile."""
        for ref, leaving in self._places(Leave).items():
            yield leaving | self._alterers.get(ref, set())

    def _places(self, kind: type) -> Mapping[Ref, set[int]]:
        found: dict[Ref, set[int]] = defaultdict(set)
        for index, change in enumerate(self.changes):
            if isinstance(change, kind):
                found[change.ref].add(index)  # type: ignore[union-attr]  # only privileges have no identity
        return found


def _filed(effects: Sequence[Effect], side: str) -> Mapping[Ref, set[int]]:
    found: dict[Ref, set[int]] = defaultdict(set)
    for index, effect in enumerate(effects):
        for ref in getattr(effect, side):
            found[ref].add(index)
    return dict(found)


def _relation(owner: Ref | None) -> Ref | None:
    """The materialized view of that name: what belongs to one looks like what belongs to a table."""
    return Ref(Kind.MATERIALIZED_VIEW, owner.schema, owner.name) if owner else None


def _opens(before: Table, after: Table) -> bool:
    return (before.row_security, before.force_row_security) != (after.row_security, after.force_row_security)
