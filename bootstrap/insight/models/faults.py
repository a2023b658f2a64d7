"""What models expect and a catalog does not give them, by the product's own diff."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bootstrap.catalog.catalog import Catalog
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
    subject_of,
)
from bootstrap.catalog.columns import Column
from bootstrap.catalog.diff import diff
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import EnumType
from bootstrap.insight.models.noticed import NUMBERED, fitted
from bootstrap.insight.models.words import described


class FaultKind(StrEnum):
    """What is wrong: a closed vocabulary of the JSON form."""

    MISSING = "missing"
    DIFFERS = "differs"
    REQUIRED = "required"  # NOT NULL without default, and the models do not know it: their INSERTs fail


class Aspect(StrEnum):
    """In what something differs: a closed vocabulary of the JSON form."""

    EXISTENCE = "existence"
    TYPE = "type"
    NULLABILITY = "nullability"
    DEFAULT = "default"
    GENERATED = "generated"
    LABELS = "labels"
    DEFINITION = "definition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that does not fit. ``found`` is "" for what is missing."""

    kind: FaultKind
    ref: Ref
    aspect: Aspect
    expected: str
    found: str = ""

    @property
    def key(self) -> tuple[Ref, Aspect]:
        """What the fault is about: the declared and the live fault of one thing have the same key."""
        return self.ref, self.aspect


def faults(there: Catalog, expected: Catalog) -> list[Fault]:
    """Return what the declared or live catalog lacks for the models, sorted."""
    before, after = fitted(there, expected)
    difference = diff(before, after, managed=lambda _: False)
    found = [fault for change in difference.changes for fault in _faults(change)]
    found += _required(before, after)
    gone = {fault.ref for fault in found if fault.kind is FaultKind.MISSING and fault.ref.kind is Kind.TABLE}
    return sorted((item for item in found if item.ref.owner not in gone), key=lambda item: (item.ref.path, item.key))


def _faults(change: Change) -> Iterator[Fault]:
    ref = subject_of(change)
    match change:
        case Create(after=after) | AddColumn(after=after) | AddConstraint(after=after) | CreateIndex(after=after):
            yield Fault(kind=FaultKind.MISSING, ref=ref, aspect=Aspect.EXISTENCE, expected=described(after))
        case AlterColumn(before=old, after=new):
            yield from _of_column(ref, old, new)
        case Alter(before=EnumType() as old, after=EnumType() as new):
            lacking = ", ".join(label for label in new.labels if label not in old.labels)
            yield _differing(ref, Aspect.LABELS, lacking, ", ".join(old.labels))
        case Alter(before=old, after=new) | AlterConstraint(before=old, after=new) | AlterIndex(before=old, after=new):
            yield _differing(ref, Aspect.DEFINITION, described(new), described(old))
        case _:  # nothing is dropped, renamed or granted: what the models do not know is not managed
            return


def _of_column(ref: Ref, old: Column, new: Column) -> Iterator[Fault]:
    if old.type != new.type or old.srid != new.srid:
        yield _differing(ref, Aspect.TYPE, new.type, old.type)
    if old.nullable != new.nullable:
        words = {True: "NULL", False: "NOT NULL"}
        yield _differing(ref, Aspect.NULLABILITY, words[new.nullable], words[old.nullable])
    if old.default != new.default or old.on_update != new.on_update:
        yield _differing(ref, Aspect.DEFAULT, _default(new), _default(old))
    if old.generated != new.generated:
        yield _differing(ref, Aspect.GENERATED, described(new), described(old))


def _default(column: Column) -> str:
    if column.default is None:
        return "no default"
    if column.default == NUMBERED:
        return NUMBERED
    return f"DEFAULT {column.default}{f' ON UPDATE {column.on_update}' if column.on_update else ''}"


def _differing(ref: Ref, aspect: Aspect, expected: str, found: str) -> Fault:
    return Fault(kind=FaultKind.DIFFERS, ref=ref, aspect=aspect, expected=expected, found=found)


def _required(there: Catalog, expected: Catalog) -> Iterator[Fault]:
    """Yield columns that an INSERT of the models leaves out and that the server needs."""
    for table in expected.of(Table):
        found = there.objects.get(table.ref)
        for column in found.columns if isinstance(found, Table) else ():
            needed = not column.nullable and column.default is None and column.generated is None
            if needed and table.column(column.name) is None:
                yield Fault(
                    kind=FaultKind.REQUIRED, ref=table.ref.child(Kind.COLUMN, column.name), aspect=Aspect.EXISTENCE,
                    expected="no such column", found=described(column),
                )  # fmt: skip
