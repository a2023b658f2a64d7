"""Where types are used, and which changes of them the server can only make by a new type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import CompositeType, Domain, EnumType, RangeType
from bootstrap.dialects.postgresql.names import qualified


def based_on(text: str, catalog: Catalog) -> Iterator[Domain | CompositeType]:
    """The domains over a type, and the types of rows that hold it."""
    yield from (item for item in catalog.of(Domain) if element(item.type) == text)
    for item in catalog.of(CompositeType):
        if any(element(part.type) == text for part in item.attributes):
            yield item


def element(type_: str) -> str:
    """The type itself, or that of an array's elements."""
    return type_.removesuffix("[]")


def is_of(type_: str, text: str, catalog: Catalog) -> bool:
    """Whether a type is this one, an array of it, or a domain over it."""
    bases = {qualified(item.schema, item.name): item.type for item in catalog.of(Domain)}
    while element(type_) != text and element(type_) in bases:
        type_ = bases[element(type_)]
    return element(type_) == text


def is_stored(item: EnumType | CompositeType | RangeType | Domain, catalog: Catalog, *, inside: bool = False) -> bool:
    """Whether values of the type are stored in a column.

    Args:
        item: the type.
        catalog: where it is.
        inside: count only those inside of an array or a row: the server adds no constraint to a domain that has some.
    """
    text = qualified(item.schema, item.name)
    of_columns = {column.type for table in catalog.of(Table) for column in table.columns}
    if f"{text}[]" in of_columns or (text in of_columns and not inside):
        return True
    return any(
        is_stored(found, catalog, inside=inside and isinstance(found, Domain) and found.type == text)
        for found in based_on(text, catalog)
    )


def changes_labels(before: EnumType, after: EnumType) -> bool:
    """Whether labels go or change places, which the server has no way for but a new type."""
    labels = list(before.labels)
    for new, old in after.renamed_labels:
        if old in labels and new not in labels:
            labels[labels.index(old)] = new
    return not labels_only_added(labels, after.labels)


def labels_only_added(before: list[str] | tuple[str, ...], after: tuple[str, ...]) -> bool:
    """Whether the old labels are all there, in the same order."""
    kept = [label for label in after if label in before]
    return kept == list(before)


def replaces_domain(before: Domain, after: Domain, current: Catalog) -> bool:
    """Whether the server can only make the domain anew: for another base type, or to test values inside of others."""
    if (before.type, before.collation) != (after.type, after.collation):
        return True
    known = [replace(check, comment=None) for check in before.checks]
    tests = any(check.validated and replace(check, comment=None) not in known for check in after.checks)
    return (tests or (before.nullable and not after.nullable)) and is_stored(before, current, inside=True)


def retypes(before: CompositeType, after: CompositeType) -> bool:
    """Whether the attributes are the same in name and order, and some differ in type."""
    names = [item.name for item in before.attributes] == [item.name for item in after.attributes]
    types = [(item.type, item.collation) for item in before.attributes] == [
        (item.type, item.collation) for item in after.attributes
    ]
    return names and not types
