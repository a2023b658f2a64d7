"""Each object once, with its definitions: environments whose definition is the same share one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from bootstrap.catalog.catalog import DatabaseObject
from bootstrap.catalog.changes import subject_of
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import Grant
from bootstrap.dialects.registry import dialect_for
from bootstrap.insight.compare.common import catalog_difference, roles_of
from bootstrap.insight.compare.model import Side

_RELATIONS = (Kind.TABLE, Kind.VIEW, Kind.MATERIALIZED_VIEW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One definition, with the environments that have it, what belongs to the object there, and its privileges."""

    environments: tuple[str, ...]
    item: DatabaseObject
    belongings: tuple[DatabaseObject, ...] = ()
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One object. ``absent``: the environments that lack it."""

    ref: Ref
    variants: tuple[Variant, ...]
    absent: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether the environments are not alike."""
        return len(self.variants) > 1 or bool(self.absent)


def entries_of(sides: Sequence[Side]) -> list[Entry]:
    """Return every object of every environment, sorted. What belongs to a table or view is in its entry."""
    if not sides:
        return []
    changed = {side.label: _changed(sides[0], side) for side in sides}
    parts = {side.label: _Parts(side) for side in sides}
    refs = sorted({ref for part in parts.values() for ref in part.objects})
    return [_entry(ref, sides, parts, changed) for ref in refs]


def home_of(ref: Ref, known: Container[Ref]) -> Ref:
    """The object that another one is shown with: the table or view that a column, a trigger or a policy belongs to."""
    homes = (Ref(kind, ref.schema, ref.table) for kind in _RELATIONS) if ref.table else ()
    return next((home for home in homes if home in known), ref)


class _Parts:
    """The catalog of one environment, filed by the objects that have an entry of their own."""

    def __init__(self, side: Side) -> None:
        catalog, roles = side.snapshot.catalog, roles_of(side.snapshot)
        self.objects: dict[Ref, DatabaseObject] = {}
        self.belongings: Mapping[Ref, list[DatabaseObject]] = defaultdict(list)
        for ref, item in sorted(catalog.objects.items()):
            home = home_of(ref, catalog.objects)
            if home != ref:
                self.belongings[home].append(item)
            elif ref.kind is not Kind.ROLE or ref in roles:
                self.objects[ref] = item
        self.grants: Mapping[Ref | None, list[Grant]] = defaultdict(list)
        for grant in sorted(catalog.grants, key=lambda item: (item.grantee, item.column, item.privilege)):
            self.grants[grant.on].append(grant)

    def variant(self, ref: Ref, environments: tuple[str, ...]) -> Variant:
        """The definition of one object here."""
        return Variant(
            environments=environments,
            item=self.objects[ref],
            belongings=tuple(self.belongings.get(ref, ())),
            grants=tuple(self.grants.get(ref, ())),
        )


def _changed(reference: Side, side: Side) -> frozenset[Ref]:
    """The objects that are not what they are in the reference, by the product's own comparison."""
    if side is reference:
        return frozenset()
    rules = dialect_for(reference.snapshot.engine).rules
    known = reference.snapshot.catalog.objects.keys() | side.snapshot.catalog.objects.keys()
    return frozenset(
        home_of(subject_of(change), known) for change in catalog_difference(reference, side, rules).changes
    )


def _entry(
    ref: Ref, sides: Sequence[Side], parts: Mapping[str, _Parts], changed: Mapping[str, frozenset[Ref]]
) -> Entry:
    having = [side.label for side in sides if ref in parts[side.label].objects]
    alike = tuple(label for label in having if ref not in changed[label])
    groups = [alike] if alike else []
    groups += [(label,) for label in having if label not in alike]
    return Entry(
        ref=ref,
        variants=tuple(parts[group[0]].variant(ref, group) for group in groups),
        absent=tuple(side.label for side in sides if side.label not in having),
    )
