"""What a declaration names and does not declare: the rest of the live database, as far as it is needed beside it.

Part of a database is declared, and a foreign key of it refers to a table of the rest, a column has a type of the rest,
a view selects from it. Where the declaration is built, such things must exist too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import KeyConstraint
from bootstrap.catalog.indexes import Index
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import Extension, Schema

_WORD = re.compile(r"\w+")
# What statements can name. What belongs to a table, such as its triggers, nothing else needs.
_NAMED = frozenset({
    Kind.COLLATION, Kind.DICTIONARY, Kind.TEXT_SEARCH,
    Kind.ENUM, Kind.COMPOSITE, Kind.RANGE, Kind.DOMAIN, Kind.SEQUENCE, Kind.FUNCTION,
    Kind.PROCEDURE, Kind.AGGREGATE, Kind.OPERATOR, Kind.TABLE, Kind.VIEW, Kind.MATERIALIZED_VIEW,
})  # fmt: skip


def borrowed(live: Catalog, declared: Catalog, statements: Iterable[str]) -> dict[Ref, DatabaseObject]:
    """Live objects that are not declared and that these statements need, directly or through each other.

    What is needed is found by the words of its name, an operator comes along in any case: a few objects too many do no
    harm. Tables are reduced to what others can refer to. Extensions come along, because what they bring has names of
    its own; so do the schemas of what is found.
    """
    offered = {item.ref: item for item in live.objects.values() if item.ref not in declared.objects}
    names = {ref: _words([_name(ref)]) for ref in offered if ref.kind in _NAMED}
    found: dict[Ref, DatabaseObject] = {}
    texts = list(statements)
    while texts:
        words = _words(texts)
        fresh = {ref: _simple(offered[ref]) for ref, name in names.items() if ref not in found and name <= words}
        found |= fresh
        texts = [text for item in fresh.values() for text in _texts(item)]
    extensions = {ref: item for ref, item in offered.items() if isinstance(item, Extension)}
    schemas = {item.schema for item in (*found.values(), *extensions.values()) if hasattr(item, "schema")}
    schemas -= {"public"}  # is in every new database
    around = {ref: item for ref, item in offered.items() if isinstance(item, Schema) and item.name in schemas}
    return {**around, **extensions, **found} if found or extensions else {}


def _name(ref: Ref) -> str:
    return ref.name.partition("(")[0]  # of a routine without the types of its arguments


def _words(texts: Iterable[str]) -> set[str]:
    return {word.lower() for text in texts for word in _WORD.findall(text)}


def _texts(item: Any) -> Iterator[str]:
    """Every text in an object."""
    if isinstance(item, str):
        yield item
    elif isinstance(item, tuple):
        for part in item:
            yield from _texts(part)
    elif is_dataclass(item):
        for field in fields(item):
            yield from _texts(getattr(item, field.name))


def _simple(item: DatabaseObject) -> DatabaseObject:
    if isinstance(item, Table):
        return _bare(item)
    return replace(item, owner=None) if getattr(item, "owner", None) is not None else item  # type: ignore[arg-type]  # has an owner: asked here


def _bare(table: Table) -> Table:
    """Its columns, and the keys that a foreign key can refer to."""
    return Table(
        schema=table.schema,
        name=table.name,
        columns=tuple(_bare_column(column) for column in table.columns),
        primary_key=table.primary_key and _bare_key(table.primary_key),
        uniques=tuple(_bare_key(key) for key in table.uniques),
        indexes=tuple(_bare_index(index) for index in table.indexes if _is_key(index)),
        engine=table.engine,
        charset=table.charset,
        collation=table.collation,
    )


def _bare_column(column: Column) -> Column:
    return Column(
        name=column.name, type=column.type, nullable=column.nullable, collation=column.collation, charset=column.charset
    )


def _bare_key(key: KeyConstraint) -> KeyConstraint:
    return KeyConstraint(kind=key.kind, name=key.name, columns=key.columns)


def _bare_index(index: Index) -> Index:
    return Index(name=index.name, parts=index.parts, unique=index.unique)


def _is_key(index: Index) -> bool:
    """MySQL lets a foreign key refer to any index on plain columns, PostgreSQL to a unique one."""
    return index.method == "btree" and not index.where and all(part.column and not part.length for part in index.parts)
