"""What belongs to a table: keys, foreign keys, checks, exclusions, indexes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bootstrap.catalog.constraints import Check, Exclusion, ForeignKey, KeyConstraint
from bootstrap.catalog.indexes import Index, IndexPart
from bootstrap.catalog.ref import Kind
from bootstrap.declaration.convert.assembly import Builder, facts, listed
from bootstrap.declaration.model import Position
from bootstrap.declaration.parts import Reference, parse_part, parse_reference
from bootstrap.declaration.shapes.tables import (
    CheckShape,
    ExclusionShape,
    ForeignKeyShape,
    IndexShape,
    KeyShape,
    PartShape,
)


def named(builder: Builder, items: Any) -> Iterator[tuple[str, Any, Position]]:
    """Entries of a mapping by name, or of a list, where the names are left to the server."""
    if isinstance(items, list):
        for place, item in enumerate(items):
            yield "", item, builder.reading.position(items, place)
    elif items is not None:
        for name, item in items.items():
            yield name, item, builder.reading.position(items, name)


def read_parts(builder: Builder, parts: list[str | PartShape], what: str) -> tuple[IndexPart, ...]:
    """Keys of an index or a constraint."""
    found = []
    for place, part in enumerate(parts):
        position = builder.reading.position(parts, place)
        read = _part(builder, part, position, what)
        if read is not None:
            found.append(read)
    if not parts:
        builder.problem(builder.reading.position(parts), f"{what} has no columns", "name at least one")
    return tuple(found)


def _part(builder: Builder, part: str | PartShape, position: Position, what: str) -> IndexPart | None:
    if isinstance(part, str):
        return builder.parsed(position, what, lambda: parse_part(part, builder.engine))
    if (part.column is None) == (part.expression is None):
        builder.problem(position, f"{what} needs a column or an expression", "give one of the two")
        return None
    names = ("column", "expression", "descending", "nulls_first", "collation", "opclass", "opclass_options", "length",
             "statistics")  # fmt: skip
    return IndexPart(**facts(part, *names))


_KEY = (
    "include", "nulls_not_distinct", "deferrable", "initially_deferred", "options", "tablespace", "comment", "parent",
    "visible", "without_overlaps", "index_type", "index_comment", "clustered", "replica_identity", "renamed_from",
)  # fmt: skip


def read_key(builder: Builder, kind: Kind, name: str, value: Any, what: str) -> KeyConstraint:
    """A primary key or unique constraint, short or long."""
    if isinstance(value, KeyShape):
        columns = read_parts(builder, value.columns, what)
        return KeyConstraint(kind=kind, name=name or value.name or "", columns=columns, **facts(value, *_KEY))
    return KeyConstraint(kind=kind, name=name, columns=read_parts(builder, value, what))


_FOREIGN_KEY = ("on_delete_columns", "deferrable", "initially_deferred", "validated", "enforced", "comment",
                "renamed_from")  # fmt: skip


def read_foreign_key(
    builder: Builder, name: str, value: str | ForeignKeyShape, position: Position, schema: str
) -> ForeignKey | None:
    """A foreign key, short (by column) or long."""
    what = f"foreign key {name}".rstrip()
    text = value if isinstance(value, str) else value.references
    reference = builder.parsed(position, what, lambda: parse_reference(text, builder.engine))
    if reference is None:
        return None
    if isinstance(value, str):
        return foreign_key(reference, (name,), schema)
    columns = listed(value.columns)
    if not columns and not name:
        builder.problem(position, "a foreign key without columns", "add columns:")
        return None
    long = foreign_key(reference, columns or (name,), schema, name=name if columns else "")
    given = facts(value, *_FOREIGN_KEY)
    given |= {
        key: str(getattr(value, key)).upper() for key in ("on_delete", "on_update", "match") if getattr(value, key)
    }
    given["explicit_actions"] = tuple(
        key for key in ("on_delete", "on_update") if builder.engine == "mysql" and given.get(key) == "NO ACTION"
    )
    base = {key: getattr(long, key) for key in long.__dataclass_fields__}
    return ForeignKey(**(base | given))


def foreign_key(reference: Reference, columns: tuple[str, ...], schema: str, name: str = "") -> ForeignKey:
    """A foreign key from what stands behind REFERENCES; a table without a schema is in the same one."""
    return ForeignKey(
        name=name,
        columns=columns,
        ref_schema=reference.schema if reference.schema is not None else schema,
        ref_table=reference.table,
        ref_columns=reference.columns,
        on_update=reference.on_update,
        on_delete=reference.on_delete,
        on_delete_columns=reference.on_delete_columns,
        match=reference.match,
        deferrable=reference.deferrable,
        initially_deferred=reference.initially_deferred,
        validated=reference.validated,
        enforced=reference.enforced,
    )


def read_check(builder: Builder, name: str, value: str | CheckShape, position: Position) -> Check:
    """A check constraint, short or long."""
    if isinstance(value, str):
        return Check(name=name, expression=value.strip())
    if value.comment is not None and not name:
        builder.problem(position, "a check with a comment has no name", "write the checks by their names")
    given = facts(value, "validated", "no_inherit", "enforced", "inherited", "comment", "renamed_from")
    return Check(name=name, expression=value.expression.strip(), **given)


def read_exclusion(builder: Builder, name: str, value: ExclusionShape) -> Exclusion:
    """An exclusion constraint."""
    found = [
        (_part(builder, part, position, f"exclusion {name}"), operator)
        for part, operator, position in _elements(builder, value)
    ]
    given = facts(
        value, "method", "include", "where", "deferrable", "initially_deferred", "options", "tablespace", "comment",
        "index_comment", "renamed_from",
    )  # fmt: skip
    return Exclusion(name=name, elements=tuple((part, sign) for part, sign in found if part is not None), **given)


def _elements(builder: Builder, value: ExclusionShape) -> Iterator[tuple[str | PartShape, str, Position]]:
    if isinstance(value.elements, dict):
        for text, operator in value.elements.items():
            yield text, operator, builder.reading.position(value.elements, text)
        return
    for place, item in enumerate(value.elements):
        position = builder.reading.position(value.elements, place)
        if not isinstance(item, str):
            yield item, item.operator, position
        elif " with " in item:
            text, _, operator = item.rpartition(" with ")
            yield text.strip(), operator.strip(), position
        else:
            builder.problem(position, "an element without an operator", "write `room with =`")


_INDEX = (
    "unique", "method", "where", "include", "nulls_not_distinct", "options", "tablespace", "comment", "visible",
    "parser", "valid", "clustered", "replica_identity", "parent", "renamed_from",
)  # fmt: skip


def read_index(builder: Builder, name: str, value: Any) -> Index:
    """An index, short or long."""
    what = f"index {name}".rstrip()
    if isinstance(value, IndexShape):
        parts = read_parts(builder, value.columns, what)
        return Index(name=name or value.name or "", parts=parts, **facts(value, *_INDEX))
    return Index(name=name, parts=read_parts(builder, value, what))


def read_indexes(builder: Builder, items: Any) -> Iterator[tuple[Index, Position]]:
    """All indexes of a table or materialized view."""
    for name, value, position in named(builder, items):
        yield read_index(builder, name, value), position
