"""What a database must become to have the structure of an earlier run again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.changes import AddColumn, Change, Create
from bootstrap.catalog.origins import Renames, renamed, reverted, with_origins
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import Grant
from bootstrap.catalog.tables import Table


def earlier_names(refs: Iterable[Ref], renames: Renames) -> frozenset[Ref]:
    """Return identities by the names of today and by those before the renames."""
    today = frozenset(refs)
    return today | {renamed(ref, reverted(renames)) for ref in today}


def way_back(current: Catalog, earlier: Catalog, managed: frozenset[Ref], renames: Renames) -> Catalog:
    """Return the catalog that a rollback leads to: the earlier one, except for what no run ever declared, which stays
    as it is.

    Args:
        current: what there is.
        earlier: what there was.
        managed: what was declared then or since, by the names of then.
        renames: from the names of then to those of today.
    """
    objects = {}
    for ref, item in earlier.objects.items():
        kept = item if ref in managed else current.objects.get(ref)
        if kept is not None:
            objects[ref] = kept

    def is_managed(grant: Grant) -> bool:
        return grant.on is None or bool({grant.on, grant.on.owner} & managed)

    grants = {grant for grant in earlier.grants if is_managed(grant)}
    grants |= {grant for grant in current.grants if not is_managed(grant)}
    return with_origins(replace(earlier, objects=objects, grants=frozenset(grants)), renames)


def comes_back_empty(changes: Iterable[Change]) -> Iterator[str]:
    """Say of each table and column that comes back which values do not."""
    for change in changes:
        match change:
            case Create(after=Table(partition_of=None)):
                yield f"{change.ref} comes back without the rows that it had"
            case AddColumn() if not (change.after.generated or change.after.inherited):
                filled = "its default" if change.after.default is not None else "NULL"
                filled = "new numbers" if change.after.identity or change.after.auto_increment else filled
                yield f"{change.ref} comes back without the values that it had: every row gets {filled}"
            case Create() if change.ref.kind is Kind.SEQUENCE:
                yield f"{change.ref} comes back at its start"
            case _:
                pass
