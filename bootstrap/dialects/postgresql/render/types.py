"""Enums, composite types, ranges, domains and collations."""

from __future__ import annotations

from collections.abc import Iterator

from bootstrap.catalog.types import Collation, CompositeType, Domain, EnumType, RangeType
from bootstrap.dialects.postgresql.names import collation, literal, qualified, quote
from bootstrap.dialects.postgresql.render.statements import (
    comment_change,
    owner_change,
    statement,
)
from bootstrap.dialects.postgresql.render.type_creation import (
    attribute_comment,
    attribute_sql,
    check_comment,
    domain_checks,
    remade_checks,
)
from bootstrap.dialects.postgresql.render.type_rebuild import is_remade, rebuilt
from bootstrap.dialects.postgresql.type_use import UserType, is_recreated, labels_only_added
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Statement


def drop_type(item: UserType, context: RenderContext) -> list[Statement]:
    """``DROP TYPE`` or ``DROP DOMAIN``."""
    word = "DOMAIN" if isinstance(item, Domain) else "TYPE"
    return [statement(f"DROP {word} {qualified(item.schema, item.name)}", item.ref, context)]


def alter_enum(before: EnumType, after: EnumType, context: RenderContext) -> list[Statement]:
    """Labels are renamed and added in place; removed or reordered ones need a new type."""
    name = qualified(after.schema, after.name)
    labels = list(before.labels)
    made = []
    for new, old in after.renamed_labels:
        if old in labels and new not in labels:
            labels[labels.index(old)] = new
            sql = f"ALTER TYPE {name} RENAME VALUE {literal(old).strip()} TO {literal(new).strip()}"
            made.append(statement(sql, after.ref, context))
    if labels_only_added(labels, after.labels):
        # Each in a transaction of its own: a new label cannot be used before it is committed.
        made += [statement(sql, after.ref, context, apart=True) for sql in _added_labels(name, labels, after.labels)]
    elif tuple(labels) != after.labels:
        return [*made, rebuilt(before, after, context)]
    made += owner_change(after.ref, before.owner, after.owner, context)
    return made + comment_change(after.ref, before.comment, after.comment, context)


def _added_labels(name: str, before: list[str], after: tuple[str, ...]) -> Iterator[str]:
    present = list(before)
    for place, label in enumerate(after):
        if label in present:
            continue
        where = ""
        if place > 0:
            if after[place - 1] != present[-1]:
                where = f" AFTER {literal(after[place - 1]).strip()}"
            present.insert(present.index(after[place - 1]) + 1, label)
        else:
            if present:
                where = f" BEFORE {literal(present[0]).strip()}"
            present.insert(0, label)
        yield f"ALTER TYPE {name} ADD VALUE {literal(label).strip()}{where}"


def alter_domain(before: Domain, after: Domain, context: RenderContext) -> list[Statement]:
    """``ALTER DOMAIN``; what the server cannot alter needs a new domain."""
    if is_remade(before, context):
        return []
    if is_recreated(before, after, context.current):
        return [rebuilt(before, after, context)]
    alter = f"ALTER DOMAIN {qualified(after.schema, after.name)}"
    steps = []
    if before.default != after.default:
        steps.append(f"{alter} " + ("DROP DEFAULT" if after.default is None else f"SET DEFAULT {after.default}"))
    if before.nullable != after.nullable:
        steps.append(f"{alter} {'DROP' if after.nullable else 'SET'} NOT NULL")
    made = [statement(sql, after.ref, context) for sql in [*steps, *domain_checks(before, after, alter)]]
    remade = remade_checks(before, after)
    comments = {item.name: item.comment for item in before.checks if item.name not in remade}
    for check in after.checks:
        if check.comment != comments.get(check.name):
            made.append(check_comment(after, check, context))
    made += owner_change(after.ref, before.owner, after.owner, context)
    return made + comment_change(after.ref, before.comment, after.comment, context)


def alter_composite(before: CompositeType, after: CompositeType, context: RenderContext) -> list[Statement]:
    """Attributes are renamed, added, dropped and changed in place."""
    if is_recreated(before, after, context.current):  # the server alters none that a column uses
        return [rebuilt(before, after, context)]
    alter = f"ALTER TYPE {qualified(after.schema, after.name)}"
    old = {item.name: item for item in before.attributes}
    made = []
    for item in after.attributes:
        if item.renamed_from and item.renamed_from in old and item.name not in old:
            old[item.name] = old.pop(item.renamed_from)
            sql = f"{alter} RENAME ATTRIBUTE {quote(item.renamed_from)} TO {quote(item.name)} CASCADE"
            made.append(statement(sql, after.ref, context))
    wanted = {item.name for item in after.attributes}
    actions = [f"DROP ATTRIBUTE {quote(name)} CASCADE" for name in old if name not in wanted]
    for item in after.attributes:
        previous = old.get(item.name)
        if previous is None:
            actions.append(f"ADD ATTRIBUTE {attribute_sql(item)} CASCADE")
        elif (previous.type, previous.collation) != (item.type, item.collation):
            collate = f" COLLATE {collation(item.collation)}" if item.collation else ""
            actions.append(f"ALTER ATTRIBUTE {quote(item.name)} TYPE {item.type}{collate} CASCADE")
    if actions:
        made.append(statement(f"{alter} {', '.join(actions)}", after.ref, context))
    for item in after.attributes:
        previous = old.get(item.name)
        made += attribute_comment(after, item, previous.comment if previous else None, context)
    made += owner_change(after.ref, before.owner, after.owner, context)
    return made + comment_change(after.ref, before.comment, after.comment, context)


def alter_range(before: RangeType, after: RangeType, context: RenderContext) -> list[Statement]:
    """Owner and comment; anything else is a new type."""
    if is_recreated(before, after, context.current):
        return [rebuilt(before, after, context)]
    made = owner_change(after.ref, before.owner, after.owner, context)
    return made + comment_change(after.ref, before.comment, after.comment, context)


def alter_collation(before: Collation, after: Collation, context: RenderContext) -> list[Statement]:
    """Owner and comment; anything else is a new collation."""
    if is_recreated(before, after, context.current):
        return [rebuilt(before, after, context)]
    made = owner_change(after.ref, before.owner, after.owner, context)
    return made + comment_change(after.ref, before.comment, after.comment, context)
