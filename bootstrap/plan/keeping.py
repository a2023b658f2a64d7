"""What a plan says of that which it keeps though it is declared no longer (``policy.removed: keep``)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bootstrap.catalog.changes import AddColumn, Change, Create, Drop, DropColumn
from bootstrap.catalog.diff import Difference
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import Domain
from bootstrap.hazards import HazardKind
from bootstrap.plan.likely_renames import likely_renames
from bootstrap.plan.statement import Hazard


def hazards_of_keeping(difference: Difference) -> Iterator[Hazard]:
    """Return what would go wrong for the application that the declaration belongs to."""
    for old, ref in sorted(likely_renames(_as_if_dropped(difference)).items()):
        if old not in difference.kept:
            continue
        yield _hazard(
            ref,
            f"{old}, which is declared no longer and kept, is like it and in its place: where it is the same under"
            " another name, code that uses the new one finds no values",
            f"declare renamed_from: {old.name} if it is the same",
        )
    for table in difference.desired.of(Table):
        for column in table.columns:
            ref = table.ref.child(Kind.COLUMN, column.name)
            if ref in difference.kept and table.ref not in difference.kept and column.default is None:
                domain = _domain(column.type, difference)
                if domain is not None and not domain.nullable and domain.default is None:
                    yield _hazard(
                        ref,
                        f"it is kept, and {domain.ref} is NOT NULL without a default: an INSERT that does not name the"
                        " column fails",
                        "give the column a default by hand, or drop it: db-bootstrap contract",
                    )


def _as_if_dropped(difference: Difference) -> Iterator[Change]:
    """What is kept as if it were dropped, beside what comes."""
    for change in difference.changes:
        if isinstance(change, AddColumn):
            yield replace(change, table=_declared_part(change.table, difference))
        elif isinstance(change, Create):
            yield change
    for table in difference.current.of(Table):
        if table.ref in difference.kept:
            yield Drop(table)
            continue
        for column in table.columns:
            if table.ref.child(Kind.COLUMN, column.name) in difference.kept:
                yield DropColumn(table, column)


def _declared_part(table: Table, difference: Difference) -> Table:
    """A table without the columns that are kept."""
    kept = {ref.name for ref in difference.kept if ref.kind is Kind.COLUMN and ref.owner == table.ref}
    return replace(table, columns=tuple(column for column in table.columns if column.name not in kept))


def _domain(name: str, difference: Difference) -> Domain | None:
    for domain in difference.desired.of(Domain):
        if name in (domain.name, f"{domain.schema}.{domain.name}"):
            return domain
    return None


def _hazard(subject: Ref, message: str, advice: str) -> Hazard:
    return Hazard(kind=HazardKind.BREAKS_RUNNING_CODE, subject=subject, message=message, advice=advice, blocking=True)
