"""The YAML that declares what models expect, for a person to paste."""

from __future__ import annotations

from dataclasses import replace

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import EnumType
from bootstrap.declaration.writer.context import Writing
from bootstrap.declaration.writer.emit import document
from bootstrap.declaration.writer.reduce import reduced
from bootstrap.declaration.writer.tables import write_table
from bootstrap.declaration.writer.types import write_enum

_MEMBERS = {
    Kind.COLUMN: "columns", Kind.UNIQUE: "uniques", Kind.FOREIGN_KEY: "foreign_keys", Kind.CHECK: "checks",
    Kind.INDEX: "indexes", Kind.EXCLUSION: "exclusions",
}  # fmt: skip


def snippet(expected: Catalog, engine: str, default_schema: str, ref: Ref) -> str:
    """Return the YAML of a table, of one member of a table, or of an enum; "" for other kinds."""
    catalog = reduced(expected, engine)
    writing = Writing(catalog, engine, default_schema)
    table = catalog.objects.get(ref.owner or ref)
    key = writing.key(ref.schema, ref.table or ref.name)
    if isinstance(table, EnumType):
        return document({"enums": {key: write_enum(table, writing)}}).rstrip()
    if not isinstance(table, Table):
        return ""
    if ref.owner is not None:
        table = _only(table, ref)
    return "" if table is None else document({"tables": {key: write_table(table, writing)}}).rstrip()


def _only(table: Table, ref: Ref) -> Table | None:
    """Return the table with one member alone. reduced() takes away names that the server chooses by itself."""
    empty = Table(schema=table.schema, name=table.name)
    if ref.kind is Kind.PRIMARY_KEY:
        return replace(empty, primary_key=table.primary_key)
    field = _MEMBERS.get(ref.kind)
    members = tuple(item for item in getattr(table, field) if item.name == ref.name) if field else ()
    return replace(empty, **{field: members}) if field and members else None  # type: ignore[arg-type]  # members of that kind
