"""The part of a difference that only adds: nothing that exists is changed, removed, or refuses what it took before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from bootstrap.catalog.catalog import Catalog, DatabaseObject, table_members
from bootstrap.catalog.changes import (
    AddColumn,
    AddConstraint,
    Alter,
    Change,
    Create,
    CreateIndex,
    GrantPrivilege,
    Rename,
    RenameColumn,
    subject_of,
)
from bootstrap.catalog.code import View
from bootstrap.catalog.constraints import ForeignKey
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import Grant
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import EnumType
from bootstrap.plan.needs import needs_of

# What acts on the rows of a table, or by itself.
_ACTING = frozenset({Kind.TRIGGER, Kind.RULE, Kind.POLICY, Kind.PUBLISHED_TABLE, Kind.EVENT, Kind.EVENT_TRIGGER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Additive:
    """What adding alone leads to, and the changes that are left out."""

    catalog: Catalog
    left: tuple[Change, ...]


def additive(current: Catalog, desired: Catalog, changes: Iterable[Change], without: Collection[Ref] = ()) -> Additive:
    """Return the live catalog with those changes that only add.

    Args:
        current: the live catalog.
        desired: what the changes lead to.
        changes: the difference between the two.
        without: subjects to leave out, with all that belongs to them and all that needs them.
    """
    all_changes, needs = list(changes), needs_of(desired)
    created = {change.ref for change in all_changes if isinstance(change, Create)}
    moved = {change.ref.owner or change.ref for change in all_changes if isinstance(change, Rename | RenameColumn)}
    chosen = [
        change for change in all_changes if _only_adds(change, created) and not _names(change) & (moved | {*without})
    ]
    while True:
        left = [change for change in all_changes if change not in chosen]
        blocked = {subject_of(change) for change in left}
        able = [change for change in chosen if not _needs(change, needs) & blocked]
        if len(able) == len(chosen):
            break
        chosen = able
    return Additive(catalog=_with(current, desired, chosen), left=tuple(left))


def _only_adds(change: Change, created: Collection[Ref]) -> bool:
    match change:
        case Create():
            return change.ref.kind not in _ACTING or change.ref.owner in created
        case AddColumn(after=column):
            return column.nullable or column.default is not None or column.generated is not None
        case AddConstraint(table=table):
            return table.ref in created
        case CreateIndex(owner=owner, after=index):
            return owner in created or not index.unique
        case GrantPrivilege():
            return True
        case Alter(before=EnumType() as before, after=EnumType() as after):
            added = replace(before, labels=after.labels) == after and set(after.labels) >= set(before.labels)
            return added and [label for label in after.labels if label in before.labels] == list(before.labels)
        case _:
            return False


def _names(change: Change) -> frozenset[Ref]:
    """The change's object and the one that it belongs to."""
    subject = subject_of(change)
    return frozenset(ref for ref in (subject, subject.owner) if ref is not None)


def _needs(change: Change, needs: Mapping[Ref, Collection[Ref]]) -> frozenset[Ref]:
    """What must be as declared before this change can be made."""
    subject = subject_of(change)
    found = set(needs.get(subject, ()))
    if isinstance(change, Create) and isinstance(change.after, Table):
        found |= {need for member in table_members(change.after) for need in needs.get(member, ())}
        found -= {need for key in change.after.foreign_keys for need in needs.get(_key(change.after, key), ())}
    if isinstance(change, GrantPrivilege):
        found |= {subject, Ref(Kind.ROLE, "", change.after.grantee)}
    found |= {ref.owner for ref in (subject, *found) if ref.owner}
    return frozenset(found if isinstance(change, GrantPrivilege) else found - {subject})


def _key(table: Table, key: ForeignKey) -> Ref:
    return table.ref.child(Kind.FOREIGN_KEY, key.name)


def _with(current: Catalog, desired: Catalog, chosen: Collection[Change]) -> Catalog:
    objects = dict(current.objects)
    grants, defaults = set(current.grants), set(current.default_privileges)
    subjects = {subject_of(change) for change in chosen}
    for change in chosen:
        match change:
            case Create():
                objects[change.ref] = _created(desired.objects[change.ref], subjects)
            case Alter():
                objects[change.ref] = change.after
            case GrantPrivilege(after=Grant() as grant):
                grants.add(grant)
            case GrantPrivilege(after=privilege) if not isinstance(privilege, Grant):
                defaults.add(privilege)
            case _:
                pass
    for change in chosen:
        owner = subject_of(change).owner
        item = objects.get(owner) if owner in current.objects and owner is not None else None
        if isinstance(change, AddColumn) and isinstance(item, Table):
            objects[item.ref] = _with_column(item, change)
        elif isinstance(change, CreateIndex) and isinstance(item, Table | View):
            objects[item.ref] = replace(item, indexes=(*item.indexes, change.after))
    return replace(
        current,
        objects=objects,
        grants=frozenset(grants),
        default_privileges=frozenset(defaults),
        dependencies={**current.dependencies, **desired.dependencies},
    )


def _created(item: DatabaseObject, subjects: Collection[Ref]) -> DatabaseObject:
    """A new object; a foreign key whose table is left out is left out too."""
    if not isinstance(item, Table):
        return item
    kept = (key for key in item.foreign_keys if _key(item, key) in subjects)
    return replace(item, foreign_keys=tuple(kept))


def _with_column(table: Table, change: AddColumn) -> Table:
    names = [column.name for column in table.columns]
    place = names.index(change.previous) + 1 if change.previous in names else 0 if not change.previous else len(names)
    return replace(table, columns=(*table.columns[:place], change.after, *table.columns[place:]))
