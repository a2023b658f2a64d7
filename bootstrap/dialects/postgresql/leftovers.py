"""Temporary helper objects of ours: their names, and how one that an interrupted run has left behind is recognised.

Between two statements of a change there may be an index or a check that nobody declares. It is dropped or replaced by
the next run; it is never taken for somebody else's.
"""

from __future__ import annotations

import re

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table

_PREFIX = "db_bootstrap_"
_CHECK, _INDEX = "_not_null", "_unique"
_NAME_BYTES = 40  # of the name that ours is made from: with prefix and suffix it stays below the server's 63
# What REINDEX CONCURRENTLY leaves behind when it fails: the new index, or the old one where it could not be dropped.
_REINDEXED = re.compile(r"(.+)_cc(?:new|old)\d*\Z", re.DOTALL)


def not_null_check(column: str) -> str:
    """The name of the check that lasts only while a column becomes NOT NULL."""
    return _named(column, _CHECK)


def unique_index(constraint: str) -> str:
    """The name of the index that is built for a key, until the key takes it over and renames it."""
    return _named(constraint, _INDEX)


def is_unique_index(name: str) -> bool:
    """Whether this is such an index."""
    return name.startswith(_PREFIX) and name.endswith(_INDEX)


def is_leftover(ref: Ref, current: Catalog) -> bool:
    """Whether an object that nobody declares is a helper of ours, or what is left of a REINDEX of its table's index."""
    if ref.kind is Kind.CHECK:
        return ref.name.startswith(_PREFIX) and ref.name.endswith(_CHECK)
    return ref.kind is Kind.INDEX and (is_unique_index(ref.name) or _is_left_of_reindex(ref, current))


def _is_left_of_reindex(ref: Ref, current: Catalog) -> bool:
    found = _REINDEXED.match(ref.name)
    table = current.objects.get(ref.owner) if ref.owner else None
    if found is None or not isinstance(table, Table):
        return False
    # The server cuts the name to make room for the suffix.
    names = [index.name for index in table.indexes] + [constraint.name for constraint in table.constraints]
    invalid = any(index.name == ref.name and not index.valid for index in table.indexes)
    return invalid and any(name != ref.name and name.startswith(found[1]) for name in names)


def _named(name: str, suffix: str) -> str:
    return f"{_PREFIX}{name.encode()[:_NAME_BYTES].decode(errors='ignore')}{suffix}"
