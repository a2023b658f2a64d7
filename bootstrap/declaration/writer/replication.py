"""Publications, and the tables in them."""

from __future__ import annotations

from bootstrap.catalog.replication import Publication, PublishedTable
from bootstrap.declaration.writer.context import Writing
from bootstrap.declaration.writer.emit import Flow, Plain
from bootstrap.declaration.writer.given import given


def write_publication(item: Publication, writing: Writing) -> Plain:
    """A publication with its tables."""
    tables: dict[str, Plain] = {
        writing.key(table.schema, table.table): Flow(given(table, "columns", "where")) or None
        for table in writing.catalog.of(PublishedTable)
        if table.name == item.name
    }
    content: dict[str, Plain] = {}
    if tables:
        content["tables"] = dict(tables) if any(tables.values()) else list(tables)
    content |= given(item, "schemas", "all_tables", "operations", "via_root", "generated_columns", "comment", "owner")
    return content
