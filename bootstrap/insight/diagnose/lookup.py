"""Whether a catalog, declared or live, holds what an error text names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import EnumType
from bootstrap.insight.diagnose.causes import Cause
from bootstrap.insight.diagnose.recognise import Recognition

_RELATIONS = frozenset({Kind.TABLE, Kind.VIEW, Kind.MATERIALIZED_VIEW, Kind.SEQUENCE})
_KINDS: dict[Cause, frozenset[Kind]] = {
    Cause.MISSING_TABLE: _RELATIONS,
    Cause.MISSING_TABLE_OR_QUOTED_CASE: _RELATIONS,
    Cause.BROKEN_VIEW: _RELATIONS,
    Cause.MISSING_FUNCTION: frozenset({Kind.FUNCTION, Kind.PROCEDURE, Kind.AGGREGATE}),
    Cause.MISSING_TYPE_OR_EXTENSION: frozenset(
        {Kind.ENUM, Kind.COMPOSITE, Kind.DOMAIN, Kind.RANGE, Kind.EXTENSION, Kind.COLLATION}
    ),
    Cause.MISSING_SCHEMA_OR_SEARCH_PATH: frozenset({Kind.SCHEMA}),
    Cause.AUTH_USER_MISSING: frozenset({Kind.ROLE}),
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a catalog says about an object that an error names.

    Attributes:
        refs: the objects that the name leads to.
        similar: objects of the same name in another schema or spelled with other capitals.
    """

    refs: tuple[Ref, ...] = ()
    similar: tuple[Ref, ...] = ()


def look_up(catalog: Catalog, recognition: Recognition) -> Found | None:
    """Return what the catalog knows of the named object; None where the text names nothing that a catalog holds."""
    if recognition.column:
        return _column(catalog, recognition)
    if recognition.cause is Cause.ENUM_VALUE_MISSING and recognition.kind == "type":
        return _split(((ref, ref.name) for ref in catalog.objects if ref.kind is Kind.ENUM), recognition.name, "")
    kinds = _KINDS.get(recognition.cause)
    if kinds is None or not recognition.name:
        return None
    schema, name = recognition.database, recognition.table or recognition.name.partition("(")[0]
    if "." in name and not schema:
        schema, _, name = name.rpartition(".")
    named = ((ref, ref.name.partition("(")[0]) for ref in catalog.objects if ref.kind in kinds and not ref.table)
    return _split(named, name, schema)


def lacks_value(catalog: Catalog, refs: tuple[Ref, ...], value: str) -> bool:
    """Return whether none of these enums has the value as a label."""
    items = (catalog.objects.get(ref) for ref in refs)
    return all(value not in item.labels for item in items if isinstance(item, EnumType))


def _column(catalog: Catalog, recognition: Recognition) -> Found:
    tables = {recognition.table} if recognition.table else {name.rpartition(".")[2] for name in recognition.tables}
    every = catalog.of(Table)
    chosen = [table for table in every if table.ref.name in tables]
    # An alias names no table: then every table may be meant.
    columns = (
        (table.ref.child(Kind.COLUMN, column.name), column.name)
        for table in chosen or every
        for column in table.columns
    )
    return _split(columns, recognition.column, "")


def _split(named: Iterator[tuple[Ref, str]], name: str, schema: str) -> Found:
    exact: list[Ref] = []
    similar: list[Ref] = []
    for ref, found in named:
        if found == name and (not schema or not ref.schema or ref.schema == schema):
            exact.append(ref)
        elif found.lower() == name.lower():
            similar.append(ref)
    return Found(tuple(sorted(exact)), tuple(sorted(similar)))
