"""Former names: ``renamed_from`` may list several, and each database has the object under one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.changes import Change, Rename
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import CompositeType
from bootstrap.problems import Refused

_RELATIONS = (Kind.TABLE, Kind.VIEW, Kind.MATERIALIZED_VIEW)
_MEMBERS = ("columns", "uniques", "foreign_keys", "checks", "exclusions", "indexes", "attributes")


class FormerName(str):
    """One former name, with the ``others`` that are declared beside it."""

    others: tuple[str, ...]

    def __new__(cls, names: Iterable[str]) -> FormerName:
        """Take all names, of which there is at least one."""
        first, *others = names
        made = super().__new__(cls, first)
        made.others = tuple(others)
        return made


def names_of(former: str | None) -> tuple[str, ...]:
    """All former names."""
    if not former:
        return ()
    return (str(former), *getattr(former, "others", ()))


def with_present_names(desired: Catalog, current: Catalog) -> Catalog:
    """The wanted catalog, where each former name is the one that this database has.

    Raises:
        Refused: it has more than one of them.
    """
    if not _listed(desired):
        return desired
    return replace(desired, objects={ref: _settled(ref, item, current) for ref, item in desired.objects.items()})


def named_before(renames: Iterable[Change]) -> Callable[[Ref], Ref]:
    """A function that gives the name which something had before these renames: of itself, its table or its schema.

    Renames of schemas come before those of what is in them.
    """
    before = {change.ref: change.before.ref for change in renames if isinstance(change, Rename)}
    schemas = {now.name: then.name for now, then in before.items() if now.kind is Kind.SCHEMA}
    relations = {(now.schema, now.name): then.name for now, then in before.items() if now.kind in _RELATIONS}

    def name(ref: Ref) -> Ref:
        owner = relations.get((ref.schema, ref.table))
        then = replace(ref, table=owner) if owner else before.get(ref, ref)
        return replace(then, schema=schemas.get(then.schema, then.schema))

    return name


def _listed(catalog: Catalog) -> bool:
    return any(isinstance(found, FormerName) for item in catalog.objects.values() for found in _all(item))


def _all(item: DatabaseObject) -> Iterable[str | None]:
    yield getattr(item, "renamed_from", None)
    for kind in _MEMBERS:
        for member in getattr(item, kind, ()) if isinstance(item, Table | CompositeType) else ():
            yield getattr(member, "renamed_from", None)


def _settled(ref: Ref, item: DatabaseObject, current: Catalog) -> DatabaseObject:
    if not any(isinstance(found, FormerName) for found in _all(item)):
        return item
    changed: Any = item
    if isinstance(getattr(item, "renamed_from", None), FormerName):
        name = _present(ref, changed.renamed_from, lambda name: replace(changed, name=name).ref in current.objects)
        changed = replace(changed, renamed_from=name)
    if isinstance(item, Table | CompositeType):
        live = current.objects.get(ref)
        if live is None and changed.renamed_from:
            live = current.objects.get(replace(changed, name=changed.renamed_from).ref)
        for kind in _MEMBERS:
            if hasattr(item, kind):
                there = {member.name for member in getattr(live, kind, ())}
                changed = replace(changed, **{kind: _members(ref, getattr(item, kind), there.__contains__)})
    return changed  # type: ignore[no-any-return]  # of the item's own class


def _members(ref: Ref, members: tuple[Any, ...], is_there: Callable[[str], bool]) -> tuple[Any, ...]:
    return tuple(
        replace(member, renamed_from=_present(ref, member.renamed_from, is_there, member.name))
        if isinstance(member.renamed_from, FormerName)
        else member
        for member in members
    )


def _present(ref: Ref, former: FormerName, is_there: Callable[[str], bool], member: str = "") -> str:
    """The former name that is there; any of them, where none is."""
    present = [name for name in names_of(former) if is_there(name)]
    if len(present) > 1:
        raise Refused(
            f"{ref}{f': {member}' if member else ''}: the database has more than one of its former names:"
            f" {', '.join(present)}: merge them in a step with phase: before, or name one"
        )
    return present[0] if present else str(former)
