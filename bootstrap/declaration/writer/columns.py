"""Columns: the short form where one line says it all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bootstrap.catalog.columns import Column, Generated, GeneratedKind, Identity, SequenceOptions
from bootstrap.declaration.columns import SERIAL, parse_column, settle
from bootstrap.declaration.names import quote_lower
from bootstrap.declaration.writer.emit import Flow, Plain
from bootstrap.declaration.writer.given import given, text
from bootstrap.sql.lexer import MYSQL, SqlTextError

_SHORT = 100
_LONG = (
    "comment", "collation", "charset", "storage", "compression", "statistics", "options", "inherited", "check",
    "not_null_name", "on_update", "invisible", "srid", "without_system_versioning", "renamed_from",
)  # fmt: skip


def write_column(
    column: Column, engine: str, *, in_key: bool, sequence_grants: Mapping[str, Plain] | None = None
) -> Plain:
    """A column.

    Args:
        column: the column.
        engine: postgresql or mysql.
        in_key: whether it is part of the primary key, where it is never null anyway.
        sequence_grants: privileges on the sequence that it made.
    """
    wanted = replace(column, nullable=True) if in_key and not column.nullable else column
    if sequence_grants:
        return Flow(_long(wanted, engine) | {"sequence_grants": dict(sequence_grants)})
    short = _short(wanted, engine)
    if short is not None and len(short) <= _SHORT and _reads_back(short, column, engine, in_key=in_key):
        return short
    return Flow(_long(wanted, engine))


def _reads_back(short: str, column: Column, engine: str, *, in_key: bool) -> bool:
    try:
        found = parse_column(column.name, short, engine)
    except SqlTextError:
        return False
    if found.primary_key or found.unique or found.checks or found.references:
        return False
    read = settle(found.column, engine)
    return (replace(read, nullable=False) if in_key else read) == column


def _implies_not_null(column: Column, engine: str) -> bool:
    serial = engine != MYSQL and column.type.lower() in SERIAL
    return serial or column.identity is not None or column.auto_increment


def _short(column: Column, engine: str) -> str | None:
    """The short form of everything that is usual in one; None where a mapping reads better."""
    bare = ("comment", "storage", "compression", "statistics", "options", "inherited", "check", "srid", "renamed_from")
    if any(getattr(column, name) for name in bare) or "\n" in f"{column.type}{column.default}{column.generated}":
        return None
    words = [column.type]
    if column.charset:
        words.append(f"character set {column.charset}")
    if column.collation:
        words.append("collate " + (column.collation if '"' in column.collation else quote_lower(column.collation)))
    if column.not_null_name:
        words.append(f"constraint {quote_lower(column.not_null_name)} not null")
    elif not column.nullable and not _implies_not_null(column, engine):
        words.append("not null")
    if column.identity is not None:
        if not _is_short(column.identity):
            return None
        words.append(f"generated {'always' if column.identity.always else 'by default'} as identity")
    if column.generated is not None:
        words.append(_generated(column.generated, engine))
    if column.default is not None:
        words.append(f"default {column.default}")
    flags = (
        (column.auto_increment, "auto_increment"),
        (column.on_update, f"on update {column.on_update}"),
        (column.invisible, "invisible"),
        (column.without_system_versioning, "without system versioning"),
    )
    return " ".join(words + [word for holds, word in flags if holds])


def _usual_kind(engine: str) -> GeneratedKind:
    return GeneratedKind.VIRTUAL if engine == MYSQL else GeneratedKind.STORED


def _generated(generated: Generated, engine: str) -> str:
    if engine == MYSQL and generated.expression in {"ROW START", "ROW END"}:
        return f"generated always as {generated.expression.lower()}"
    kind = "" if engine == MYSQL and generated.kind is _usual_kind(engine) else f" {generated.kind}"
    return f"generated always as ({generated.expression}){kind}"


def _long(column: Column, engine: str) -> dict[str, Plain]:
    content: dict[str, Plain] = {"type": column.type}
    # A type that reads as something else, or loses something, when it is read as SQL cannot be helped here.
    if not column.nullable and not _implies_not_null(column, engine):
        content["nullable"] = False
    elif column.nullable and _implies_not_null(column, engine):
        content["nullable"] = True
    if column.default is not None:
        content["default"] = text(column.default)
    if column.generated is not None:
        content["generated"] = (
            column.generated.expression
            if column.generated.kind is _usual_kind(engine)
            else {"expression": column.generated.expression, "kind": str(column.generated.kind)}
        )
    if column.identity is not None:
        content["identity"] = _identity(column.identity)
    if column.auto_increment:
        content["auto_increment"] = True
    content |= given(column, *_LONG)
    if column.storage is not None:
        content["storage"] = column.storage.lower()
    return content


def _identity(identity: Identity) -> Plain:
    if _is_short(identity):
        return "always" if identity.always else "by default"
    return given(identity, "always", "sequence_name", "comment") | sequence_options(identity.options)


def _is_short(identity: Identity) -> bool:
    return identity == Identity(always=identity.always)


def sequence_options(options: SequenceOptions) -> dict[str, Plain]:
    """Options of a sequence."""
    found = given(options, "data_type", "start", "increment", "minimum", "maximum", "cache", "cycle")
    return {"type" if name == "data_type" else name: value for name, value in found.items()}
