"""What was never declared and stands in the way of a change. It is not ours to drop, and not known to the next run if
this one dies before it is recreated: so it is named before anything runs, and not touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bootstrap.catalog.catalog import table_members
from bootstrap.catalog.changes import Change, Create
from bootstrap.catalog.diff import Difference
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import Sequence
from bootstrap.hazards import HazardKind
from bootstrap.plan.disturbed import disturbed_by, standing_on
from bootstrap.plan.effects import effect_of
from bootstrap.plan.name_slots import name_slot
from bootstrap.plan.needs import dependents_of, needs_of, owner_of
from bootstrap.plan.rules import Rules
from bootstrap.plan.statement import Hazard

_ADVICE = "declare it, as import writes it: then it is rebuilt around the change; or take it out of the way yourself"
_NAME_ADVICE = "rename or drop it yourself, or give what is declared another name"


class Undeclared:
    """What was never declared, beside the changes of a plan."""

    def __init__(self, difference: Difference, changes: Iterable[Change], rules: Rules) -> None:
        self.current = difference.current
        self.rules = rules
        self.refs = frozenset(difference.unmanaged)
        changes = list(changes) if self.refs else []
        self.dependents = dependents_of(needs_of(self.current)) if changes else {}
        self.names = {name_slot(ref): ref for ref in self._with_members()}
        made = {change.ref for change in changes if isinstance(change, Create)}
        taken = {ref for change in changes for ref in effect_of(change).takes} - made
        # What was never declared of a table that is rebuilt does not come back with it.
        self.gone = {ref for ref in taken if ref not in self.refs or ref.owner not in made}

    def hazards(self, change: Change) -> list[Hazard]:
        """Return a hazard for each undeclared object that blocks a change."""
        return [*self._named_alike(change), *self._depending(change)] if self.refs else []

    def _named_alike(self, change: Change) -> Iterator[Hazard]:
        for made in sorted(effect_of(change).makes):
            other = self.names.get(name_slot(made))
            if other is not None and other not in self.gone:
                yield _hazard(other, f"has the name of {made}, which is declared", _NAME_ADVICE, final=True)

    def _depending(self, change: Change) -> Iterator[Hazard]:
        for ref, kinds in disturbed_by(change, self.current, self.rules).items():
            needs = f"needs {ref}, which {'goes' if ref in self.gone else 'changes'}"
            for dependent in standing_on(ref, kinds, self.dependents, self.current):
                if self._is_undeclared(dependent) and not self._goes_along(ref, dependent):
                    yield _hazard(dependent, needs, _ADVICE, final=self.rules.refuses_dependents)

    def _is_undeclared(self, ref: Ref) -> bool:
        owner = owner_of(ref, self.current)
        return ref in self.refs or (owner is not None and owner.ref in self.refs)

    def _goes_along(self, ref: Ref, dependent: Ref) -> bool:
        """Whether it is a part of what goes: of a table, or of a column."""
        owner = owner_of(dependent, self.current)
        if dependent in self.gone or (owner is not None and owner.ref in self.gone):
            return True
        item = self.current.objects.get(dependent)
        if isinstance(item, Sequence) and item.owned_by is not None:
            return True
        same_table = ref.kind is Kind.COLUMN and (ref.schema, ref.table) == (dependent.schema, dependent.table)
        return ref in self.gone and same_table and dependent.kind in self.rules.gone_with_column

    def _with_members(self) -> Iterator[Ref]:
        for ref in self.refs:
            item = self.current.objects.get(ref)
            yield from (ref, *(table_members(item) if isinstance(item, Table) else ()))


def _hazard(subject: Ref, why: str, advice: str, *, final: bool) -> Hazard:
    return Hazard(
        kind=HazardKind.UNTRACKED_DEPENDENCY, subject=subject, message=f"it was never declared, and {why}",
        advice=advice, blocking=True, final=final,
    )  # fmt: skip
