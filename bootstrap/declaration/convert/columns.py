"""Columns of tables, from their short and long forms."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bootstrap.catalog.columns import Column, Generated, GeneratedKind, Identity, SequenceOptions
from bootstrap.declaration.columns import ColumnText, parse_column, settle
from bootstrap.declaration.convert.assembly import Builder, facts
from bootstrap.declaration.model import Position
from bootstrap.declaration.shapes.tables import (
    ColumnShape,
    GeneratedShape,
    IdentityShape,
    SequenceOptionsShape,
    TextLiteral,
)
from bootstrap.sql.lexer import MYSQL

_PLAIN = (
    "nullable", "comment", "collation", "storage", "compression", "statistics", "options", "inherited", "check",
    "not_null_name",
    "auto_increment", "on_update", "charset", "invisible", "srid", "without_system_versioning", "renamed_from",
    "backfill", "using",
)  # fmt: skip


def read_column(builder: Builder, name: str, value: str | ColumnShape, position: Position) -> ColumnText | None:
    """A column, and the constraints that its short form may carry."""
    if isinstance(value, str):
        found = builder.parsed(position, f"column {name}", lambda: parse_column(name, value, builder.engine))
        if found is not None:
            found.column = settle(found.column, builder.engine)
        return found
    # The type of the long form may carry what the short form can, except what has a key of its own.
    found = builder.parsed(
        builder.reading.position(value, "type"),
        f"type of column {name}",
        lambda: parse_column(name, value.type, builder.engine),
    )
    if found is None:
        return None
    base = found.column
    given = _long(builder, value)
    double = sorted(
        key for key in given if key != "nullable" and getattr(base, key) != getattr(Column(name="", type=""), key)
    )
    if double:
        builder.problem(position, f"column {name} says {', '.join(double)} twice", "say it in the type or as a key")
    if base.nullable is False and value.nullable:
        given.pop("nullable", None)
    _check_kinds(builder, name, replace(base, **given), position)
    found.column = settle(replace(base, **given), builder.engine)
    return found


def _long(builder: Builder, value: ColumnShape) -> dict[str, Any]:
    plain = facts(value, *_PLAIN)
    given = {key: item for key, item in plain.items() if item is not False or key == "nullable"}
    if value.storage is not None:
        given["storage"] = value.storage.upper()
    if value.default is not None:
        given["default"] = default_text(value.default, builder.engine)
    if isinstance(value.generated, str):
        kind = GeneratedKind.VIRTUAL if builder.engine == MYSQL else GeneratedKind.STORED
        given["generated"] = Generated(expression=value.generated.strip(), kind=kind)
    elif isinstance(value.generated, GeneratedShape):
        usual = "virtual" if builder.engine == MYSQL else "stored"
        given["generated"] = Generated(
            expression=value.generated.expression.strip(), kind=GeneratedKind(value.generated.kind or usual)
        )
    if isinstance(value.identity, IdentityShape):
        given["identity"] = Identity(
            always=value.identity.always,
            options=sequence_options(value.identity),
            sequence_name=value.identity.sequence_name,
            comment=value.identity.comment,
        )
    elif value.identity is not None:
        given["identity"] = Identity(always=value.identity == "always")
    if value.identity is not None or value.auto_increment:
        given["nullable"] = False
    return given


def default_text(value: str | TextLiteral, engine: str) -> str:
    """A default as SQL text."""
    if isinstance(value, str):
        return value.strip()
    text = value.text.replace("'", "''")
    return "'" + (text.replace("\\", "\\\\") if engine == MYSQL else text) + "'"


def sequence_options(value: SequenceOptionsShape) -> SequenceOptions:
    """Options of a sequence."""
    return SequenceOptions(
        data_type=value.type,
        start=value.start,
        increment=value.increment,
        minimum=value.minimum,
        maximum=value.maximum,
        cache=value.cache,
        cycle=value.cycle,
    )


def _check_kinds(builder: Builder, name: str, column: Column, position: Position) -> None:
    sources = [
        word
        for word, holds in (
            ("default", column.default is not None),
            ("generated", column.generated is not None),
            ("identity", column.identity is not None),
            ("auto_increment", column.auto_increment),
        )
        if holds
    ]
    if column.backfill and (column.nullable or set(sources) - {"default"}):
        what = "allows NULL" if column.nullable else f"has {sources[0]}"
        remedy = "say nullable: false, or fill the column in a step" if column.nullable else "remove backfill"
        builder.problem(position, f"column {name} has backfill, but {what}", remedy)
    if len(sources) > 1:
        builder.problem(position, f"column {name} has {' and '.join(sources)}", "choose one")
