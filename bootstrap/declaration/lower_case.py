"""A declaration for a server that keeps the names of tables in lower case (MySQL's lower_case_table_names = 1).

Such a server takes `Users` and makes `users` of it: tables, views and MariaDB's sequences. Names of columns, keys,
triggers and routines stay as written. The declaration follows before anything is compared, so that rows, privileges
and former names, which no scratch database prints, are found under the names that the server uses.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.code import Trigger, View
from bootstrap.catalog.former_names import FormerName, names_of
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import Grant
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import Sequence
from bootstrap.declaration.model import Declaration

_IN_LOWER_CASE = frozenset({Kind.TABLE, Kind.VIEW, Kind.SEQUENCE})


def in_lower_case(declaration: Declaration) -> Declaration:
    """The declaration with the names that such a server gives. No two of its tables and views differ in case only."""
    return replace(
        declaration,
        catalog=_catalog(declaration.catalog),
        sources={_lower(ref): position for ref, position in declaration.sources.items()},
        seeds=tuple(replace(seed, table=_lower(seed.table)) for seed in declaration.seeds),
    )


def _catalog(catalog: Catalog) -> Catalog:
    objects = [_object(item) for item in catalog.objects.values()]
    return replace(
        catalog,
        objects={item.ref: item for item in objects},
        grants=frozenset(map(_grant, catalog.grants)),
        grantees=frozenset((_lower(on) if on else None, grantee) for on, grantee in catalog.grantees),
    )


def _object(item: DatabaseObject) -> DatabaseObject:
    changes: dict[str, Any] = {}
    if isinstance(item, Table | View | Sequence):
        changes["name"] = item.name.lower()
        former = getattr(item, "renamed_from", None)
        if former:
            changes["renamed_from"] = FormerName(name.lower() for name in names_of(former))
    if isinstance(item, Table):
        keys = item.foreign_keys
        changes["foreign_keys"] = tuple(replace(key, ref_table=key.ref_table.lower()) for key in keys)
    if isinstance(item, Trigger):
        changes["table"] = item.table.lower()
    return replace(item, **changes)


def _grant(grant: Grant) -> Grant:
    return replace(grant, on=_lower(grant.on)) if grant.on else grant


def _lower(ref: Ref) -> Ref:
    name = ref.name.lower() if ref.kind in _IN_LOWER_CASE and not ref.table else ref.name
    return replace(ref, name=name, table=ref.table.lower())
