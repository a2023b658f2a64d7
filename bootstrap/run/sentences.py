"""Differences in structure as sentences that a person reads: what is missing, what differs and how."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from typing import Any

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
    Rename,
    RenameColumn,
    Repartition,
    Retire,
    RevokePrivilege,
)
from bootstrap.catalog.ref import Ref
from bootstrap.catalog.security import DefaultPrivilege, Grant
from bootstrap.catalog.tables import Table

_LONGEST, _BEFORE = 200, 20  # characters of a value; of those before the first that differs
# A table's members have changes of their own.
_MEMBERS = frozenset({"columns", "primary_key", "uniques", "foreign_keys", "checks", "exclusions", "indexes"})


def describe_all(changes: Iterable[Change]) -> list[str]:
    """All differences, each once; what belongs to a missing table is not named beside it."""
    return _each_once(changes, describe)


def tell_all(changes: Iterable[Change]) -> list[str]:
    """What a run did, each once; what belongs to a new table is not named beside it."""
    return _each_once(changes, tell)


def _each_once(changes: Iterable[Change], say: Callable[[Change], list[str]]) -> list[str]:
    pending = list(changes)
    missing = {change.ref for change in pending if isinstance(change, Create)}
    found = [text for change in pending if _owner(change) not in missing for text in say(change)]
    return list(dict.fromkeys(found))


def _owner(change: Change) -> Ref | None:
    return None if isinstance(change, GrantPrivilege | RevokePrivilege) else change.ref.owner


def describe(change: Change) -> list[str]:
    """What is found in the database against what is declared; several sentences where several properties differ."""
    match change:
        case Create() | AddColumn() | AddConstraint() | CreateIndex():
            return [f"{change.ref} is missing"]
        case Drop() | DropColumn() | DropConstraint() | DropIndex():
            return [f"{change.ref} is there, but not declared"]
        case Leave() | ReleaseDefault() | Repartition() | Retire():
            return []  # never a difference: it is made for what happens around it
        case Rename() | RenameColumn():
            return [f"{change.ref} is still called {change.before.name}"]
        case Alter() | AlterColumn() | AlterConstraint() | AlterIndex():
            found = list(_differences(change.before, change.after, "is", "declared"))
            return [f"{change.ref}: {text}" for text in found] or [f"{change.ref} differs"]
        case GrantPrivilege():
            return [f"{privilege_in_words(change.after)} is missing"]
        case RevokePrivilege():
            return [f"{privilege_in_words(change.before)} is there, but not declared"]


def tell(change: Change) -> list[str]:
    """What a change did; several sentences where it changed several properties."""
    match change:
        case Create() | AddColumn() | AddConstraint() | CreateIndex():
            return [f"{change.ref} was added"]
        case Drop() | DropColumn() | DropConstraint() | DropIndex():
            return [f"{change.ref} was dropped"]
        case Leave() | ReleaseDefault() | Repartition() | Retire():
            return []
        case Rename() | RenameColumn():
            return [f"{change.ref} was renamed from {change.before.name}"]
        case Alter() | AlterColumn() | AlterConstraint() | AlterIndex():
            found = list(_differences(change.before, change.after, "was", "is"))
            return [f"{change.ref}: {text}" for text in found] or [f"{change.ref} was changed"]
        case GrantPrivilege():
            return [f"{privilege_in_words(change.after)} was added"]
        case RevokePrivilege():
            return [f"{privilege_in_words(change.before)} was revoked"]


def _differences(before: Any, after: Any, then: str, now: str) -> Iterator[str]:
    """The properties that differ, as "type is A, declared B"."""
    for name, old, new in differing(before, after):
        yield f"{name} {then} {old}, {now} {new}"


def differing(before: Any, after: Any) -> Iterator[tuple[str, str, str]]:
    """The properties that differ, with both values as people write them."""
    for field in fields(after):
        if not field.compare or (isinstance(after, Table) and field.name in _MEMBERS):
            continue
        old, new = getattr(before, field.name, None), getattr(after, field.name)
        if old != new:
            yield field.name.replace("_", " "), *_apart(_shown(old), _shown(new))


def _apart(one: str, other: str) -> tuple[str, str]:
    """Two texts, each so short that it can be read, from a little before the place where they differ."""
    if max(len(one), len(other)) <= _LONGEST:
        return one, other
    shorter = min(len(one), len(other))
    same = next((place for place in range(shorter) if one[place] != other[place]), shorter)
    start = max(0, same - _BEFORE) if same > _LONGEST // 2 else 0
    return _cut(one, start), _cut(other, start)


def _cut(text: str, start: int) -> str:
    found = text[start : start + _LONGEST]
    return f"{'…' if start else ''}{found}{'…' if start + _LONGEST < len(text) else ''}"


def _shown(value: Any) -> str:
    """A property's value as people write it."""
    if value is None or value in ((), ""):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        text = ", ".join(_shown(item) for item in value)
        return f"({text})"
    if hasattr(value, "expression"):
        return str(value.expression)
    return " ".join(str(value).split())


def privilege_in_words(privilege: Grant | DefaultPrivilege) -> str:
    """``grant of SELECT on table orders to reader``."""
    what = f"{'revoke' if privilege.revoked else 'grant'} of {privilege.privilege}"
    option = " with grant option" if privilege.grantable else ""
    if isinstance(privilege, DefaultPrivilege):
        place = f" in schema {privilege.schema}" if privilege.schema else ""
        return f"default {what} on {privilege.object_kind} of {privilege.owner}{place} to {privilege.grantee}{option}"
    place = str(privilege.on) if privilege.on else "the database"
    column = f" ({privilege.column})" if privilege.column else ""
    return f"{what}{column} on {place} to {privilege.grantee}{option}"
