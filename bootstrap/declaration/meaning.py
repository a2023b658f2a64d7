"""Digests of what a declaration means: comments, formatting, the order of keys and files of others do not count.

Two digests, since they are proven in two ways. That of the *structure* covers everything that a comparison with the
live database looks at. That of the *contents* (:mod:`bootstrap.declaration.contents`) covers steps, rows and checks.
Who connects where, and how long a run may take, changes nothing in the database and is in neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

from bootstrap.catalog.catalog import Catalog
from bootstrap.declaration.contents import digest_of
from bootstrap.declaration.model import Manifest, Removed

# Tuples whose order says nothing. The columns of a table are among them: of a table that exists it is never changed.
_UNORDERED = frozenset({
    "checks", "column_comments", "column_defaults", "events", "exclusions", "explicit_actions", "foreign_keys",
    "indexes", "kinds", "member_of", "opclass_options", "operations", "options", "roles", "schemas", "tags", "uniques",
})  # fmt: skip
_UNORDERED_OF = frozenset({("Table", "columns"), ("Role", "attributes"), ("Routine", "attributes")})


def structure_digest(manifest: Manifest, catalog: Catalog) -> str:
    """Digest of the structure that an environment is to have."""
    return digest_of(
        "structure 1",
        manifest.engine,
        manifest.environment,
        *([] if manifest.policy.removed is Removed.DROP else [manifest.policy.removed.value]),
        _meaning(manifest.scope),
        sorted(map(repr, map(_meaning, catalog.objects.values()))),
        sorted(map(repr, map(_meaning, (*catalog.grants, *catalog.default_privileges)))),
        sorted(catalog.settings.items()),
    )


def structure_of(digest: str) -> str:
    """The structure's part of the digest of a declaration."""
    return digest.partition(".")[0]


class _Field(NamedTuple):
    """One compared field of a class; ``default`` is what it is where nothing was declared."""

    name: str
    default: object
    unordered: bool


@cache
def _fields(kind: type) -> tuple[_Field, ...]:
    return tuple(
        _Field(
            item.name,
            item.default if item.default_factory is MISSING else item.default_factory(),
            item.name in _UNORDERED or (kind.__name__, item.name) in _UNORDERED_OF,
        )
        for item in fields(kind)
        if item.compare or item.metadata.get("declared")
    )


@cache
def _getter(kind: type) -> Any:
    names = [item.name for item in _fields(kind)]
    return attrgetter(*names) if len(names) > 1 else lambda item: (getattr(item, names[0]),)


def _meaning(value: Any) -> object:
    """A value in a form whose text is the same for equal values. What has its default is left out: a field that a later
    version adds changes no digest.
    """
    kind = type(value)
    if kind is str or value is None or kind is bool or kind is int:
        return value
    if isinstance(value, str):  # an enumeration
        return str(value)
    if isinstance(value, tuple):
        return [_meaning(item) for item in value]
    if is_dataclass(kind):
        found: list[object] = [kind.__name__]
        for (name, default, unordered), item in zip(_fields(kind), _getter(kind)(value), strict=True):
            if item is default or item == default:
                continue
            plain = _meaning(item)
            found.append((name, sorted(plain, key=repr) if unordered and isinstance(plain, list) else plain))
        return found
    if isinstance(value, Mapping):
        return sorted((_meaning(key), _meaning(item)) for key, item in value.items())
    if isinstance(value, frozenset):
        return sorted(map(_meaning, value), key=repr)
    raise TypeError(f"a catalog holds a {kind.__name__}: teach bootstrap/declaration/meaning.py what it means")
