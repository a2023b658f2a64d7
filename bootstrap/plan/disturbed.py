"""What a change takes away for a moment or for good, and what depends on that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.changes import Change, Drop, DropColumn, DropConstraint, DropIndex
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.plan.effects import effect_of
from bootstrap.plan.needs import changes_with_type, is_taken_in
from bootstrap.plan.rules import Rules

_ALL_KINDS = frozenset(Kind)
# What a server recreates itself when the type of a column changes.
_REMADE_WITH_COLUMN = frozenset({Kind.CHECK, Kind.INDEX, Kind.EXCLUSION, Kind.PRIMARY_KEY, Kind.UNIQUE})


def disturbed_by(change: Change, current: Catalog, rules: Rules) -> Mapping[Ref, frozenset[Kind]]:
    """For each identity that a change disturbs, the kinds of dependents that cannot stay as it is done."""
    disturbed = dict(rules.disturbs(change, current))
    if isinstance(change, Drop) and change.ref.kind is Kind.ROLE:
        return disturbed  # what it owned has been given to another role by a change of its own
    if isinstance(change, Drop | DropColumn | DropConstraint | DropIndex):
        for ref in effect_of(change).takes:
            disturbed[ref] = _ALL_KINDS
    return disturbed


def standing_on(
    ref: Ref, kinds: frozenset[Kind], dependents: Mapping[Ref, Iterable[Ref]], current: Catalog
) -> list[Ref]:
    """What depends on something and is of these kinds; on a type also what depends on all that changes with it."""
    found = set(dependents.get(ref, ()))
    if kinds != _ALL_KINDS:
        for changed in changes_with_type(ref, dependents):
            remade = _REMADE_WITH_COLUMN if changed.kind is Kind.COLUMN else frozenset()
            found |= {dependent for dependent in dependents.get(changed, ()) if dependent.kind not in remade}
    return sorted(
        dependent
        for dependent in found
        if dependent.kind in kinds and dependent != ref and not is_taken_in(ref, dependent, current)
    )
