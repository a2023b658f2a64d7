"""Former names: what renames of earlier runs mean for a catalog that is compared with one from before or after them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias, cast

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.changes import Change, Rename, RenameColumn
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table

Renames: TypeAlias = Sequence[tuple[Ref, Ref]]
"""Old and new identities, in the order of the renames; columns under the name that their table has by then."""


def renames_of(changes: Iterable[Change]) -> Renames:
    """Return the renames among changes."""
    found: list[tuple[Ref, Ref]] = []
    for change in changes:
        if isinstance(change, Rename):
            found.append((change.before.ref, change.ref))
        elif isinstance(change, RenameColumn):
            found.append((change.table.ref.child(Kind.COLUMN, change.before.name), change.ref))
    return found


def reverted(renames: Renames) -> Renames:
    """Return the renames that undo these."""
    return [(new, old) for old, new in reversed(renames)]


def renamed(ref: Ref, renames: Renames) -> Ref:
    """Return what an object is named after the renames."""
    for old, new in renames:
        if ref == old:
            ref = new
        elif ref.owner == old:
            ref = replace(ref, table=new.name)
    return ref


def with_origins(catalog: Catalog, renames: Renames) -> Catalog:
    """Return a catalog whose objects say by which names they are known after the renames (``renamed_from``)."""
    if not renames:
        return catalog
    return replace(catalog, objects={ref: _with_origin(item, renames) for ref, item in catalog.objects.items()})


def _with_origin(item: DatabaseObject, renames: Renames) -> DatabaseObject:
    updates: dict[str, Any] = {}
    other = renamed(item.ref, renames).name
    if other != item.ref.name and hasattr(item, "renamed_from"):
        updates["renamed_from"] = other
    if isinstance(item, Table):
        names = {
            column.name: renamed(item.ref.child(Kind.COLUMN, column.name), renames).name for column in item.columns
        }
        if any(name != origin for name, origin in names.items()):
            updates["columns"] = tuple(
                replace(column, renamed_from=names[column.name]) if names[column.name] != column.name else column
                for column in item.columns
            )
    return cast(DatabaseObject, replace(cast(Any, item), **updates)) if updates else item
