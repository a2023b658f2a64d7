"""Publications, and the tables in them."""

from __future__ import annotations

from bootstrap.catalog.replication import OPERATIONS, Publication, PublishedTable
from bootstrap.declaration.convert.assembly import Builder, facts, listed
from bootstrap.declaration.model import Position
from bootstrap.declaration.shapes.replication import PublicationShape, PublishedTableShape


def read_publication(builder: Builder, name: str, shape: PublicationShape, position: Position) -> None:
    """A publication. Each of its tables is an object of its own."""
    if shape.all_tables and (shape.tables or shape.schemas):
        builder.problem(
            position, f"publication {name} has all tables and some", "remove tables and schemas, or all_tables"
        )
    operations: tuple[str, ...] = OPERATIONS
    if shape.operations is not None:
        operations = tuple(word for word in OPERATIONS if word in shape.operations)
    given = facts(shape, "all_tables", "via_root", "generated_columns", "comment", "owner")
    schemas = tuple(sorted(listed(shape.schemas)))
    builder.assembly.add(Publication(name=name, schemas=schemas, operations=operations, **given), position)
    tables = shape.tables
    if isinstance(tables, list):  # names only
        for place, table in enumerate(tables):
            _read_table(builder, name, table, None, builder.reading.position(tables, place))
    else:
        for table, value in (tables or {}).items():
            _read_table(builder, name, table, value, builder.reading.position(tables, table))


def _read_table(
    builder: Builder, publication: str, key: str, shape: PublishedTableShape | None, position: Position
) -> None:
    schema, table = builder.name(key, position, "table")
    given = {} if shape is None else facts(shape, "columns", "where")
    builder.assembly.add(PublishedTable(name=publication, schema=schema, table=table, **given), position)
