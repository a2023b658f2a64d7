"""Where types and collations are used, and which changes of them the server can only make by a new one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import Attribute, Collation, CompositeType, Domain, EnumType, RangeType
from bootstrap.dialects.postgresql.names import multirange_name, qualified

UserType: TypeAlias = EnumType | CompositeType | RangeType | Domain
Remakable: TypeAlias = UserType | Collation
Based: TypeAlias = CompositeType | RangeType | Domain
Spelling: TypeAlias = tuple[str, str | None]  # a type and a collation, as the server prints them


def multirange(item: RangeType) -> str:
    """The name of the type that holds several ranges of this one, as the server prints it."""
    chosen = dict(item.options).get("multirange_type_name")
    if chosen:
        return chosen if "." in chosen else qualified(item.schema, chosen.strip('"'))
    return qualified(item.schema, multirange_name(item.name))


def spellings(item: Based) -> list[Spelling]:
    """The types and collations that a type is made of."""
    match item:
        case CompositeType():
            return [(part.type, part.collation) for part in item.attributes]
        case RangeType():
            return [(item.subtype, dict(item.options).get("collation"))]
        case Domain():
            return [(item.type, item.collation)]


def is_directly_of(spelling: Spelling, item: Remakable) -> bool:
    """Whether a column, an attribute or a domain is of this type, of arrays of it, or of this collation."""
    type_, collation = spelling
    if isinstance(item, Collation):
        return collation == f'"{item.schema}"."{item.name}"'
    names = {qualified(item.schema, item.name)} | ({multirange(item)} if isinstance(item, RangeType) else set())
    return element(type_) in names


def is_of(spelling: Spelling, item: Remakable, catalog: Catalog) -> bool:
    """Whether something is of this type or collation, itself or through the type that it is of."""
    if is_directly_of(spelling, item):
        return True
    return any(is_of(inner, item, catalog) for found in _types_of(spelling, catalog) for inner in spellings(found))


def _types_of(spelling: Spelling, catalog: Catalog) -> Iterator[Based]:
    for item in _based(catalog):
        if is_directly_of(spelling, item):
            yield item


def _based(catalog: Catalog) -> Iterator[Based]:
    yield from catalog.of(Domain)
    yield from catalog.of(CompositeType)
    yield from catalog.of(RangeType)


def based_on(item: Remakable, catalog: Catalog) -> Iterator[Based]:
    """The domains over a type or collation, the types of rows that hold it, and the ranges of it."""
    for found in _based(catalog):
        if any(is_directly_of(spelling, item) for spelling in spellings(found)):
            yield found


def element(type_: str) -> str:
    """The type itself, or that of an array's elements."""
    return type_.removesuffix("[]")


def is_stored(item: Remakable, catalog: Catalog, *, inside: bool = False) -> bool:
    """Whether values of the type are stored in a column.

    Args:
        item: the type.
        catalog: where it is.
        inside: count only those inside of an array or a row: the server adds no constraint to a domain that has some.
    """
    columns = ((column.type, column.collation) for table in catalog.of(Table) for column in table.columns)
    stored = [spelling for spelling in columns if is_directly_of(spelling, item)]
    if any(not inside or type_.endswith("[]") for type_, _ in stored):
        return True
    return any(
        is_stored(found, catalog, inside=inside and isinstance(found, Domain) and not found.type.endswith("[]"))
        for found in based_on(item, catalog)
    )


def changes_values(before: DatabaseObject, after: DatabaseObject, current: Catalog) -> bool:
    """Whether what is of a type or collation becomes another thing by a change of it that the server has no way for
    but a new one, or one that it makes for all that is of it.
    """
    match before, after:
        case EnumType(), EnumType():
            return changes_labels(before, after)
        case CompositeType(), CompositeType():
            return retypes(before, after) or reorders(before, after)
        case RangeType(), RangeType():
            return (before.subtype, before.options) != (after.subtype, after.options)
        case Collation(), Collation():
            return before.options != after.options
        case Domain(), Domain():
            return replaces_domain(before, after, current)
        case _:
            return False


def is_recreated(before: DatabaseObject, after: DatabaseObject, current: Catalog) -> bool:
    """Whether a type or collation is made a second time, and all that is of it moved to that."""
    if isinstance(before, CompositeType) and isinstance(after, CompositeType) and not reorders(before, after):
        return retypes(before, after) and is_stored(before, current)  # the server alters what no column uses
    return changes_values(before, after, current)


def is_altered_in_place(item: Remakable, current: Catalog) -> bool:
    """Whether a type follows one that it is made of without being recreated: rows that no column stores."""
    return isinstance(item, CompositeType) and not is_stored(item, current)


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
    """Whether the server can only recreate the domain: for another base type, or to test values inside of others."""
    if (before.type, before.collation) != (after.type, after.collation):
        return True
    known = [replace(check, comment=None) for check in before.checks]
    tests = any(check.validated and replace(check, comment=None) not in known for check in after.checks)
    return (tests or (before.nullable and not after.nullable)) and is_stored(before, current, inside=True)


def retypes(before: CompositeType, after: CompositeType) -> bool:
    """Whether attributes that stay get another type."""
    return any((old.type, old.collation) != (new.type, new.collation) for old, new in shared_attributes(before, after))


def reorders(before: CompositeType, after: CompositeType) -> bool:
    """Whether the attributes are wanted in an order that they do not have when the new ones come last."""
    kept = [new.name for _, new in shared_attributes(before, after)]
    return kept != [item.name for item in after.attributes[: len(kept)]]


def shared_attributes(before: CompositeType, after: CompositeType) -> list[tuple[Attribute, Attribute]]:
    """The attributes that stay, as they are and as declared, in the order that they have."""
    wanted = {item.name: item for item in after.attributes}
    old = {item.name for item in before.attributes}
    called = {item.renamed_from: item.name for item in after.attributes if item.renamed_from and item.name not in old}
    names = ((item, called.get(item.name, item.name)) for item in before.attributes)
    return [(item, wanted[name]) for item, name in names if name in wanted]
