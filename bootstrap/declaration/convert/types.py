"""Schemas, extensions, types, sequences, collations, text search configurations."""

from __future__ import annotations

import re

from bootstrap.catalog.constraints import Check
from bootstrap.catalog.types import (
    Attribute,
    Collation,
    CompositeType,
    Domain,
    EnumType,
    Extension,
    Operator,
    RangeType,
    Schema,
    Sequence,
    TextSearchConfiguration,
    TextSearchDictionary,
)
from bootstrap.declaration.columns import parse_column
from bootstrap.declaration.convert.assembly import Builder, facts, listed
from bootstrap.declaration.convert.columns import default_text, sequence_options
from bootstrap.declaration.convert.members import named, read_check
from bootstrap.declaration.convert.security import read_grants
from bootstrap.declaration.model import Position
from bootstrap.declaration.names import split_path
from bootstrap.declaration.shapes.types import (
    CollationShape,
    CompositeShape,
    DictionaryShape,
    DomainShape,
    EnumShape,
    ExtensionShape,
    OperatorShape,
    RangeShape,
    SchemaShape,
    SequenceShape,
    TextSearchShape,
)
from bootstrap.sql.lexer import MYSQL, SqlTextError

_COMMON = ("comment", "owner", "renamed_from")


def read_schema(builder: Builder, name: str, shape: SchemaShape | None, position: Position) -> None:
    """A schema."""
    given = facts(shape, *_COMMON) if shape else {}
    made = Schema(name=name, **given)
    builder.assembly.add(made, position)
    read_grants(builder, shape.grants if shape else None, made.ref)


def read_extension(builder: Builder, name: str, shape: ExtensionShape | None, position: Position) -> None:
    """An extension."""
    given = facts(shape, "schema", "version", "comment") if shape else {}
    builder.assembly.add(Extension(name=name, **given), position)


def read_enum(builder: Builder, key: str, value: list[str] | EnumShape, position: Position) -> None:
    """An enum type."""
    schema, name = builder.name(key, position, "enum")
    labels = value if isinstance(value, list) else value.labels
    seen: set[str] = set()
    for place, label in enumerate(labels):
        if label in seen:
            builder.problem(
                builder.reading.position(labels, place), f"enum {key} has the label {label} twice", "remove one"
            )
        seen.add(label)
    given = {} if isinstance(value, list) else facts(value, *_COMMON, "renamed_labels")
    made = EnumType(schema=schema, name=name, labels=tuple(labels), **given)
    builder.assembly.add(made, position)
    read_grants(builder, None if isinstance(value, list) else value.grants, made.ref)


def read_composite(builder: Builder, key: str, shape: CompositeShape, position: Position) -> None:
    """A composite type."""
    schema, name = builder.name(key, position, "composite type")
    attributes = tuple(
        Attribute(name=item, type=value)
        if isinstance(value, str)
        else Attribute(name=item, **facts(value, "type", "collation", "comment", "renamed_from"))
        for item, value in shape.attributes.items()
    )
    made = CompositeType(schema=schema, name=name, attributes=attributes, **facts(shape, *_COMMON))
    builder.assembly.add(made, position)
    read_grants(builder, shape.grants, made.ref)


def read_range(builder: Builder, key: str, value: str | RangeShape, position: Position) -> None:
    """A range type."""
    schema, name = builder.name(key, position, "range type")
    if isinstance(value, str):
        builder.assembly.add(RangeType(schema=schema, name=name, subtype=value), position)
        return
    made = RangeType(schema=schema, name=name, **facts(value, "subtype", "options", *_COMMON))
    builder.assembly.add(made, position)
    read_grants(builder, value.grants, made.ref)


def read_domain(builder: Builder, key: str, value: str | DomainShape, position: Position) -> None:
    """A domain; its short form is that of a column."""
    schema, name = builder.name(key, position, "domain")
    if isinstance(value, str):
        found = builder.parsed(position, f"domain {key}", lambda: parse_domain(schema, name, value, builder.engine))
        if found is not None:
            builder.assembly.add(found, position)
        return
    checks = [read_check(builder, item, check, place) for item, check, place in named(builder, value.checks)]
    made = Domain(
        schema=schema,
        name=name,
        default=None if value.default is None else default_text(value.default, builder.engine),
        checks=tuple(sorted(checks, key=lambda item: item.name)),
        **facts(value, "type", "nullable", "collation", *_COMMON),
    )
    builder.assembly.add(made, position)
    read_grants(builder, value.grants, made.ref)


def parse_domain(schema: str, name: str, text: str, engine: str) -> Domain:
    """The short form of a domain. Raises SqlTextError."""
    found = parse_column(name, text, engine)
    column = found.column
    if found.primary_key or found.unique or found.references or column.generated or column.identity:
        raise SqlTextError("a domain has only a type, not null, default, collate and check", 0)
    checks = [Check(name=check, expression=expression) for check, expression in found.checks]
    return Domain(
        schema=schema,
        name=name,
        type=column.type,
        nullable=column.nullable,
        default=column.default,
        collation=column.collation,
        checks=tuple(sorted(checks, key=lambda item: item.name)),
    )


def read_sequence(builder: Builder, key: str, shape: SequenceShape | None, position: Position) -> None:
    """A sequence of its own."""
    schema, name = builder.name(key, position, "sequence")
    value = shape or SequenceShape()
    made = Sequence(
        schema=schema,
        name=name,
        options=sequence_options(value),
        owned_by=_owned_by(builder, value.owned_by, position),
        **facts(value, "unlogged", "engine", *_COMMON),
    )
    builder.assembly.add(made, position)
    read_grants(builder, value.grants, made.ref)


def _owned_by(builder: Builder, text: str | None, position: Position) -> tuple[str, str, str] | None:
    if text is None:
        return None
    parts = builder.parsed(position, "owned_by", lambda: split_path(text)) or ()
    if len(parts) == 2 and builder.engine != MYSQL:  # noqa: PLR2004  # table and column
        parts = (builder.assembly.default_schema, *parts)
    if len(parts) != 3:  # noqa: PLR2004  # schema, table and column
        builder.problem(position, f"owned_by {text} is not a column", "write table.column or schema.table.column")
        return None
    return parts[0], parts[1], parts[2]


def read_collation(builder: Builder, key: str, shape: CollationShape, position: Position) -> None:
    """A collation."""
    schema, name = builder.name(key, position, "collation")
    given = facts(shape, "options", "comment", "owner")
    builder.assembly.add(Collation(schema=schema, name=name, **given), position)


_OPERATOR = re.compile(r"(?:(?P<schema>[^.]+)\.)?(?P<name>[-+*/<>=~!@#%^&|`?]+)\((?P<left>.+?), *(?P<right>.+)\)\Z")


def read_operator(builder: Builder, key: str, shape: OperatorShape, position: Position) -> None:
    """An operator: its key is its name with the types of its operands."""
    found = _OPERATOR.match(key)
    if found is None:
        builder.problem(position, f"operator {key} is not a name with two types", 'write "name(left, right)"')
        return
    schema = found["schema"] or builder.assembly.default_schema
    left = None if found["left"].upper() == "NONE" else found["left"]
    given = facts(shape, "function", "options", "comment", "owner")
    operator = Operator(schema=schema, name=found["name"], left=left, right=found["right"], **given)
    builder.assembly.add(operator, position)


def read_dictionary(builder: Builder, key: str, shape: DictionaryShape, position: Position) -> None:
    """A text search dictionary."""
    schema, name = builder.name(key, position, "text search dictionary")
    given = facts(shape, "template", "options", "comment", "owner")
    builder.assembly.add(TextSearchDictionary(schema=schema, name=name, **given), position)


def read_text_search(builder: Builder, key: str, shape: TextSearchShape, position: Position) -> None:
    """A text search configuration."""
    schema, name = builder.name(key, position, "text search configuration")
    mappings = tuple((token, listed(dictionaries)) for token, dictionaries in (shape.mappings or {}).items())
    given = facts(shape, "parser", "comment", "owner")
    builder.assembly.add(TextSearchConfiguration(schema=schema, name=name, mappings=mappings, **given), position)
