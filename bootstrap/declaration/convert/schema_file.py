"""One file under schema/: which reader for which key."""

from __future__ import annotations

from bootstrap.catalog.ref import Kind
from bootstrap.declaration.convert.assembly import Assembly, Builder
from bootstrap.declaration.convert.code import (
    read_aggregate,
    read_event,
    read_event_trigger,
    read_routine,
    read_view,
)
from bootstrap.declaration.convert.members import named
from bootstrap.declaration.convert.replication import read_publication
from bootstrap.declaration.convert.security import read_default_privileges, read_grants, read_role
from bootstrap.declaration.convert.tables import read_table
from bootstrap.declaration.convert.types import (
    read_collation,
    read_composite,
    read_dictionary,
    read_domain,
    read_enum,
    read_extension,
    read_operator,
    read_range,
    read_schema,
    read_sequence,
    read_text_search,
)
from bootstrap.declaration.convert.written_in import KEYS
from bootstrap.declaration.decode import Reading
from bootstrap.declaration.shapes.files import SchemaFile

_READERS = {
    "roles": read_role, "schemas": read_schema, "extensions": read_extension, "collations": read_collation,
    "text_search_dictionaries": read_dictionary,
    "text_search_configurations": read_text_search, "enums": read_enum, "composite_types": read_composite,
    "range_types": read_range, "operators": read_operator, "domains": read_domain, "sequences": read_sequence,
    "tables": read_table, "aggregates": read_aggregate, "events": read_event, "event_triggers": read_event_trigger,
    "publications": read_publication,
}  # fmt: skip


def read_schema_file(shape: SchemaFile, reading: Reading, assembly: Assembly) -> None:
    """Put everything that the file declares into the assembly."""
    builder = Builder(reading, assembly)
    for key, reader in _READERS.items():
        items = getattr(shape, key)
        if isinstance(items, list):  # names only, as in extensions: [citext]
            for place, name in enumerate(items):
                reader(builder, name, None, reading.position(items, place))  # type: ignore[operator]  # only the kinds whose shape allows a list take None
        else:
            for name, value, position in named(builder, items):
                reader(builder, name, value, position)  # type: ignore[operator]  # each reader takes the shape of its key
    for key, stored in (("views", False), ("materialized_views", True)):
        for name, view, position in named(builder, getattr(shape, key)):
            read_view(builder, name, view, position, stored=stored)
    for key, kind in (("functions", Kind.FUNCTION), ("procedures", Kind.PROCEDURE)):
        for name, routine, position in named(builder, getattr(shape, key)):
            read_routine(builder, kind, name, routine, position)
    for privileges in shape.default_privileges or ():
        read_default_privileges(builder, privileges)
    _database(shape, builder)


def _database(shape: SchemaFile, builder: Builder) -> None:
    if shape.database is None:
        return
    for key in ("charset", "collation"):
        value = getattr(shape.database, key)
        if value is not None:
            builder.assembly.settings[key] = value
    for key in KEYS:
        value = getattr(shape.database.bodies, key, None)
        if value is not None:
            builder.assembly.written_in[key] = value
    read_grants(builder, shape.database.grants, None)
