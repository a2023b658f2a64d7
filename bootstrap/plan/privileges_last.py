"""When privileges are granted and revoked, beside the changes of what they are on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from bootstrap.catalog.changes import Change, GrantPrivilege, RevokePrivilege
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import DefaultPrivilege, Grant
from bootstrap.plan.needs import TYPES

Index: TypeAlias = dict[Ref, set[int]]


def privileges_last(
    changes: Sequence[Change], makers: Index, takers: Index, alterers: Index
) -> Iterator[tuple[Iterable[int], int]]:
    """Yield the places of changes with that of a change which must come after them.

    Args:
        changes: of a plan.
        makers: for each identity the places of the changes that make it.
        takers: likewise of those that take it away.
        alterers: likewise of those that alter it.
    """
    for index, change in enumerate(changes):
        if isinstance(change, GrantPrivilege):
            yield _wanted_by(change.after, makers, alterers), index
            yield set(_taken_by_another_name(change.after, changes)), index
        elif isinstance(change, RevokePrivilege) and isinstance(change.before, Grant):
            on = change.before.on
            yield alterers.get(on, ()) if on and on.kind in TYPES else (), index
            # A run that dies in between must not leave them waiting for the next object of that name.
            for dropping in takers.get(on, ()) if on and on not in makers else ():
                yield (index,), dropping


def _taken_by_another_name(privilege: Grant | DefaultPrivilege, changes: Sequence[Change]) -> Iterator[int]:
    """The sequence of a column that becomes one of its own, or the other way round, has two identities: what is
    revoked by the one is granted by the other.
    """
    if not isinstance(privilege, Grant) or privilege.on is None or privilege.on.kind is not Kind.SEQUENCE:
        return
    wanted = (privilege.grantee, privilege.privilege, privilege.on.schema)
    for index, change in enumerate(changes):
        match change:
            case RevokePrivilege(before=Grant(on=Ref(kind=Kind.SEQUENCE) as on) as other) if on != privilege.on:
                if (other.grantee, other.privilege, on.schema) == wanted:
                    yield index
            case _:
                pass


def _making_sequence(column: Ref, makers: Index, alterers: Index) -> set[int]:
    """Who makes a column's sequence: what makes the column, or makes it one that counts."""
    return makers.get(column, set()) | alterers.get(column, set())


def _wanted_by(privilege: Grant | DefaultPrivilege, makers: Index, alterers: Index) -> set[int]:
    if isinstance(privilege, DefaultPrivilege):
        # Last of all: what this run creates gets the privileges that are declared for it, no others.
        return {index for found in makers.values() for index in found}
    wanted = set(makers.get(Ref(Kind.ROLE, "", privilege.grantee), ()))
    if privilege.on:
        wanted |= makers.get(privilege.on, set())
        if privilege.on.kind in TYPES:  # which may be recreated
            wanted |= alterers.get(privilege.on, set())
        if privilege.on.kind is Kind.SEQUENCE and privilege.on.owner:
            wanted |= _making_sequence(privilege.on.owner.child(Kind.COLUMN, privilege.on.name), makers, alterers)
        if privilege.column:
            wanted |= makers.get(privilege.on.child(Kind.COLUMN, privilege.column), set())
    return wanted
