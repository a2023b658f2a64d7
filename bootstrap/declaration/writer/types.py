"""Schemas, extensions, types, sequences, collations, text search configurations."""

from __future__ import annotations

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
from bootstrap.declaration.convert.types import parse_domain
from bootstrap.declaration.names import join_path, quote_lower
from bootstrap.declaration.writer.columns import sequence_options
from bootstrap.declaration.writer.context import Writing
from bootstrap.declaration.writer.emit import Flow, Plain
from bootstrap.declaration.writer.given import given, one_or_list, text
from bootstrap.declaration.writer.members import write_checks
from bootstrap.sql.lexer import POSTGRESQL, SqlTextError, identifier

_COMMON = ("comment", "owner", "renamed_from")


def write_schema(schema: Schema, writing: Writing) -> Plain:
    """A schema."""
    return given(schema, *_COMMON) | writing.grants(schema.ref) or None


def write_extension(extension: Extension) -> Plain:
    """An extension."""
    found = given(extension, "schema", "version", "comment")
    if extension.version is not None:
        found["version"] = text(extension.version)
    return Flow(found) if found else None


def write_enum(enum: EnumType, writing: Writing) -> Plain:
    """An enum type."""
    rest = given(enum, *_COMMON, "renamed_labels") | writing.grants(enum.ref)
    labels: list[Plain] = list(enum.labels)
    return {"labels": labels} | rest if rest else labels


def write_composite(item: CompositeType, writing: Writing) -> Plain:
    """A composite type."""
    attributes = {attribute.name: _attribute(attribute) for attribute in item.attributes}
    return {"attributes": attributes, **given(item, *_COMMON), **writing.grants(item.ref)}


def _attribute(attribute: Attribute) -> Plain:
    rest = given(attribute, "collation", "comment", "renamed_from")
    return Flow({"type": attribute.type, **rest}) if rest else attribute.type


def write_range(item: RangeType, writing: Writing) -> Plain:
    """A range type."""
    rest: dict[str, Plain] = given(item, "options", *_COMMON) | writing.grants(item.ref)
    return {"subtype": item.subtype, **rest} if rest else item.subtype


def write_domain(domain: Domain, writing: Writing) -> Plain:
    """A domain."""
    rest = given(domain, *_COMMON) | writing.grants(domain.ref)
    short = _short_domain(domain)
    if not rest and _domain_reads_back(short, domain, writing):
        return short
    content: dict[str, Plain] = {"type": domain.type, **given(domain, "nullable", "collation")}
    if domain.default is not None:
        content["default"] = text(domain.default)
    if domain.checks:
        content["checks"] = write_checks(domain.checks)
    return content | rest


def _short_domain(domain: Domain) -> str:
    words = [domain.type]
    if domain.collation:
        words.append("collate " + (domain.collation if '"' in domain.collation else quote_lower(domain.collation)))
    words += ["not null"] if not domain.nullable else []
    words += [f"default {domain.default}"] if domain.default is not None else []
    for check in domain.checks:
        words += [f"constraint {identifier(check.name, POSTGRESQL)}"] if check.name else []
        words.append(f"check ({check.expression})")
    return " ".join(words)


def _domain_reads_back(short: str, domain: Domain, writing: Writing) -> bool:
    try:
        return len(short) <= 100 and parse_domain(domain.schema, domain.name, short, writing.engine) == domain  # noqa: PLR2004  # one line
    except SqlTextError:
        return False


def write_sequence(sequence: Sequence, writing: Writing) -> Plain:
    """A sequence of its own."""
    content = sequence_options(sequence.options)
    if sequence.owned_by is not None:
        schema, table, column = sequence.owned_by
        content["owned_by"] = join_path("" if schema == writing.default_schema else schema, table, column)
    content |= given(sequence, "unlogged", "engine", *_COMMON) | writing.grants(sequence.ref)
    return Flow(content) if content else None


def write_collation(collation: Collation) -> Plain:
    """A collation."""
    options: dict[str, Plain] = {name: text(value) for name, value in collation.options}
    return {"options": Flow(options), **given(collation, "comment", "owner")}


def write_operator(operator: Operator, writing: Writing) -> Plain:
    """An operator."""
    content: dict[str, Plain] = {"function": writing.qualified(operator.function)}
    if operator.options:
        content["options"] = Flow({name: text(value) for name, value in operator.options})
    return content | given(operator, "comment", "owner")


def operator_key(operator: Operator, writing: Writing) -> str:
    """Its name with the types of its operands, and with its schema where that is not the default."""
    schema = "" if operator.schema == writing.default_schema else f"{operator.schema}."
    return f"{schema}{operator.name}({operator.left or 'NONE'}, {operator.right})"


def write_dictionary(item: TextSearchDictionary) -> Plain:
    """A text search dictionary."""
    return {"template": item.template, **given(item, "options", "comment", "owner")}


def write_text_search(item: TextSearchConfiguration) -> Plain:
    """A text search configuration."""
    mappings: dict[str, Plain] = {token: one_or_list(names) for token, names in item.mappings}
    shown: dict[str, Plain] = {"mappings": mappings} if mappings else {}
    return {"parser": item.parser, **shown, **given(item, "comment", "owner")}
