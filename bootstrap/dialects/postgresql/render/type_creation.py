"""Enums, composite types, ranges and domains: how they are made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bootstrap.catalog.constraints import Check
from bootstrap.catalog.types import Attribute, CompositeType, Domain, EnumType, RangeType
from bootstrap.dialects.postgresql.names import collation, literal, qualified, quote
from bootstrap.dialects.postgresql.render.constraints import check_body
from bootstrap.dialects.postgresql.render.defaults import default_clause
from bootstrap.dialects.postgresql.render.statements import comment, comment_change, owner_change, statement
from bootstrap.dialects.postgresql.type_use import UserType
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Statement


def create_type(item: UserType, context: RenderContext) -> list[Statement]:
    """``CREATE TYPE`` or ``CREATE DOMAIN``."""
    made = [statement(create_sql(item), item.ref, context, creates=True)]
    made += owner_change(item.ref, None, item.owner, context)
    made += comment_change(item.ref, None, item.comment, context)
    if isinstance(item, CompositeType):
        for attribute in item.attributes:
            made += attribute_comment(item, attribute, None, context)
    if isinstance(item, Domain):
        alter = f"ALTER DOMAIN {qualified(item.schema, item.name)}"
        for sql in domain_checks(_validated_only(item), item, alter):
            made.append(statement(sql, item.ref, context, creates=True))
        for check in item.checks:
            if check.comment is not None and check.name:
                made.append(check_comment(item, check, context))
    return made


def create_sql(item: UserType) -> str:
    """``CREATE TYPE`` or ``CREATE DOMAIN`` without what comes after it."""
    name = qualified(item.schema, item.name)
    match item:
        case EnumType():
            return f"CREATE TYPE {name} AS ENUM ({', '.join(literal(label).strip() for label in item.labels)})"
        case CompositeType():
            inner = ",\n    ".join(attribute_sql(attribute) for attribute in item.attributes)
            return f"CREATE TYPE {name} AS (\n    {inner}\n)" if inner else f"CREATE TYPE {name} AS ()"
        case RangeType():
            options = [("subtype", item.subtype), *item.options]
            return f"CREATE TYPE {name} AS RANGE ({', '.join(f'{word} = {value}' for word, value in options)})"
        case Domain():
            return f"CREATE DOMAIN {name} AS {item.type}" + _domain_clauses(item)


def attribute_sql(attribute: Attribute) -> str:
    """An attribute of a composite type as CREATE TYPE and ADD ATTRIBUTE take it."""
    collate = f" COLLATE {collation(attribute.collation)}" if attribute.collation else ""
    return f"{quote(attribute.name)} {attribute.type}{collate}"


def _domain_clauses(item: Domain) -> str:
    text = f" COLLATE {collation(item.collation)}" if item.collation else ""
    if item.default is not None:
        text += f" {default_clause(item.default)}"
    if not item.nullable:
        text += " NOT NULL"
    for check in _validated_only(item).checks:
        text += "\n    " + (f"CONSTRAINT {quote(check.name)} " if check.name else "") + check_body(check)
    return text


def _validated_only(item: Domain) -> Domain:
    """What CREATE DOMAIN can say: a check that holds for no value that exists already comes after."""
    return replace(item, checks=tuple(check for check in item.checks if check.validated))


def attribute_comment(
    item: CompositeType, attribute: Attribute, before: str | None, context: RenderContext
) -> list[Statement]:
    """The comment of an attribute where it differs from what was."""
    if attribute.comment == before:
        return []
    target = f"COLUMN {qualified(item.schema, item.name)}.{quote(attribute.name)}"
    return [statement(comment(target, attribute.comment), item.ref, context)]


def check_comment(item: Domain, check: Check, context: RenderContext) -> Statement:
    """The comment of a domain's check."""
    target = f"CONSTRAINT {quote(check.name)} ON DOMAIN {qualified(item.schema, item.name)}"
    return statement(comment(target, check.comment), item.ref, context)


def domain_checks(before: Domain, after: Domain, alter: str) -> Iterator[str]:
    """What brings the checks of a domain to those declared; ``alter`` is how the statements begin."""
    old, new = {item.name: item for item in before.checks}, {item.name: item for item in after.checks}
    changed = remade_checks(before, after)
    for name in old:
        if name not in new or name in changed:
            yield f"{alter} DROP CONSTRAINT {quote(name)}"
    for name, check in new.items():
        if name not in old or name in changed:
            yield f"{alter} ADD CONSTRAINT {quote(name)} {check_body(check)} NOT VALID"
        if check.validated and (name not in old or name in changed or not old[name].validated):
            yield f"{alter} VALIDATE CONSTRAINT {quote(name)}"


def remade_checks(before: Domain, after: Domain) -> set[str]:
    """The checks that are dropped and added again, and so lose their comments."""
    new = {item.name: item for item in after.checks}
    return {
        item.name
        for item in before.checks
        if item.name in new
        and (new[item.name].expression != item.expression or (item.validated and not new[item.name].validated))
    }
