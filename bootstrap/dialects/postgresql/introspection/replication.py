"""Publications and the tables in them, from the rows of the catalog."""

from __future__ import annotations

from collections.abc import Iterator

from bootstrap.catalog.catalog import DatabaseObject
from bootstrap.catalog.replication import OPERATIONS, Publication, PublishedTable
from bootstrap.dialects.postgresql.introspection.reader import Names, Rows
from bootstrap.dialects.postgresql.names import unwrapped

_GENERATED = {"s": "stored"}


def read_publications(rows: Rows, names: Names) -> Iterator[DatabaseObject]:
    """All publications."""
    for row in rows["publications"]:
        publication = Publication(
            name=row["name"],
            all_tables=row["all_tables"],
            schemas=tuple(row["schemas"] or ()),
            operations=tuple(word for word in OPERATIONS if row[word]),
            via_root=row["via_root"],
            generated_columns=_GENERATED.get(row["generated"]),
            comment=row["comment"],
            owner=row["owner"],
        )
        names.put("pg_publication", row["id"], publication.ref)
        yield publication
    for row in rows["published_tables"]:
        table = PublishedTable(
            name=row["publication"],
            schema=row["schema"],
            table=row["table"],
            columns=tuple(row["columns"] or ()),
            where=None if row["where"] is None else unwrapped(row["where"]),
        )
        names.put("pg_publication_rel", row["id"], table.ref)
        yield table
