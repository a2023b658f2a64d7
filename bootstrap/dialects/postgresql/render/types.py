"""Enums, composite types, ranges and domains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import Check
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import Attribute, CompositeType, Domain, EnumType, RangeType
from bootstrap.dialects.base import RenderContext
from bootstrap.dialects.postgresql.names import collation, literal, qualified, quote
from bootstrap.dialects.postgresql.render import security
from bootstrap.dialects.postgresql.render.constraints import check_body
from bootstrap.dialects.postgresql.render.statements import (
    comment,
    comment_change,
    note,
    owner_change,
    rows_of,
    statement,
)
from bootstrap.plan.statement import Hazard, HazardKind, Statement

UserType = EnumType | CompositeType | RangeType | Domain


def create_type(item: UserType, context: RenderContext) -> list[Statement]:
    """``CREATE TYPE`` or ``CREATE DOMAIN``."""
    made = [statement(_create_sql(item), item.ref, context, creates=True)]
    made += owner_change(item.ref, None, item.owner, context)
    made += comment_change(item.ref, None, item.comment, context)
    if isinstance(item, CompositeType):
        for attribute in item.attributes:
            made += _attribute_comment(item, attribute, None, context)
    if isinstance(item, Domain):
        alter = f"ALTER DOMAIN {qualified(item.schema, item.name)}"
        for sql in _domain_checks(_validated_only(item), item, alter):
            made.append(statement(sql, item.ref, context, creates=True))
        for check in item.checks:
            if check.comment is not None and check.name:
                made.append(_check_comment(item, check, context))
    return made


def _create_sql(item: UserType) -> str:
    name = qualified(item.schema, item.name)
    match item:
        case EnumType():
            return f"CREATE TYPE {name} AS ENUM ({', '.join(literal(label).strip() for label in item.labels)})"
        case CompositeType():
            inner = ",\n    ".join(_attribute_sql(attribute) for attribute in item.attributes)
            return f"CREATE TYPE {name} AS (\n    {inner}\n)" if inner else f"CREATE TYPE {name} AS ()"
        case RangeType():
            options = [("subtype", item.subtype), *item.options]
            return f"CREATE TYPE {name} AS RANGE ({', '.join(f'{word} = {value}' for word, value in options)})"
        case Domain():
            return f"CREATE DOMAIN {name} AS {item.type}" + _domain_clauses(item)


def _attribute_sql(attribute: Attribute) -> str:
    collate = f" COLLATE {collation(attribute.collation)}" if attribute.collation else ""
    return f"{quote(attribute.name)} {attribute.type}{collate}"


def _domain_clauses(item: Domain) -> str:
    text = f" COLLATE {collation(item.collation)}" if item.collation else ""
    if item.default is not None:
        text += f" DEFAULT {item.default}"
    if not item.nullable:
        text += " NOT NULL"
    for check in _validated_only(item).checks:
        text += "\n    " + (f"CONSTRAINT {quote(check.name)} " if check.name else "") + check_body(check)
    return text


def _validated_only(item: Domain) -> Domain:
    """What CREATE DOMAIN can say: a check that holds for no value that exists already comes after."""
    return replace(item, checks=tuple(check for check in item.checks if check.validated))


def _attribute_comment(
    item: CompositeType, attribute: Attribute, before: str | None, context: RenderContext
) -> list[Statement]:
    if attribute.comment == before:
        return []
    target = f"COLUMN {qualified(item.schema, item.name)}.{quote(attribute.name)}"
    return [statement(comment(target, attribute.comment), item.ref, context)]


def _check_comment(item: Domain, check: Check, context: RenderContext) -> Statement:
    target = f"CONSTRAINT {quote(check.name)} ON DOMAIN {qualified(item.schema, item.name)}"
    return statement(comment(target, check.comment), item.ref, context)


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
            made.append(statement(sql, after.ref, context, hazards=[_renamed_label(after, old)]))
    if labels_only_added(labels, after.labels):
        # Each in a transaction of its own: a new label cannot be used before it is committed.
        made += [statement(sql, after.ref, context) for sql in _added_labels(name, labels, after.labels)]
    elif tuple(labels) != after.labels:
        made.append(_rebuild(before, after, _create_sql(after), context, _lost_labels(labels, after, context)))
    made += owner_change(after.ref, before.owner, after.owner, context)
    return made + comment_change(after.ref, before.comment, after.comment, context)


def labels_only_added(before: list[str] | tuple[str, ...], after: tuple[str, ...]) -> bool:
    """Whether the old labels are all there, in the same order."""
    kept = [label for label in after if label in before]
    return kept == list(before)


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


def _renamed_label(after: EnumType, old: str) -> Hazard:
    return note(HazardKind.BREAKS_RUNNING_CODE, after.ref, f"code that still says {old!r} fails")


def _lost_labels(before: list[str], after: EnumType, context: RenderContext) -> list[Hazard]:
    gone = [label for label in before if label not in after.labels]
    tables = [table for table, _ in columns_of_type(after.ref, context)]
    empty = all(rows_of(table.ref, context) == 0 for table in tables)
    what = f"loses {', '.join(map(repr, gone))}" if gone else "has its labels in another order"
    return [
        note(
            HazardKind.TABLE_REWRITE if not gone else HazardKind.DATA_LOSS,
            after.ref,
            f"{after.ref} {what}: every column of it is written anew under an exclusive lock",
            "change the rows that have it first, in a step" if gone else "add labels at the end",
            blocking=not empty,
        )
    ]


def columns_of_type(ref: Ref, context: RenderContext) -> list[tuple[Table, Column]]:
    """The columns of a type, or of arrays of it, of tables that exist."""
    text = qualified(ref.schema, ref.name)
    return [
        (item, column)
        for item in context.current.objects.values()
        if isinstance(item, Table) and item.ref not in context.created | context.dropped
        for column in item.columns
        if column.type.rstrip("[]") == text and not column.inherited
        if item.ref.child(Kind.COLUMN, column.name) not in context.dropped
        if not _leaves(item, column, text, context)
    ]


def _leaves(table: Table, column: Column, text: str, context: RenderContext) -> bool:
    """Whether the column gets another type: its own change has come before the type's."""
    desired = context.desired.objects.get(table.ref)
    wanted = desired.column(column.name) if isinstance(desired, Table) else None
    return wanted is not None and wanted.type.rstrip("[]") != text


def _rebuild(
    before: UserType, after: UserType, create: str, context: RenderContext, hazards: list[Hazard]
) -> Statement:
    """A new type under the old name, all that is of it moved, the old one dropped: in one transaction."""
    steps, drops = _rebuild_steps(before, create, context)
    kept = sorted(item for item in context.desired.grants & context.current.grants if item.on == after.ref)
    given = [made.sql for item in kept for made in security.grant(item, context)]
    return statement(";\n".join([*steps, *drops, *given]), after.ref, context, hazards=hazards)


def _rebuild_steps(before: UserType, create: str, context: RenderContext) -> tuple[list[str], list[str]]:
    aside = f"{before.name.encode()[:48].decode(errors='ignore')}_db_bootstrap"
    word = "DOMAIN" if isinstance(before, Domain) else "TYPE"
    text = qualified(before.schema, before.name)
    steps = [f"ALTER {word} {text} RENAME TO {quote(aside)}", create]
    drops: list[str] = []
    for table, column in columns_of_type(before.ref, context):
        steps += _moved(table, column, context)
    for item in context.current.objects.values():
        if item.ref in context.dropped:
            continue
        if isinstance(item, Domain) and item.type.rstrip("[]") == text:
            inner, dropped = _rebuild_steps(item, _create_sql(item), context)
            steps += inner
            drops += dropped
        elif isinstance(item, CompositeType):
            steps += [
                f"ALTER TYPE {qualified(item.schema, item.name)} ALTER ATTRIBUTE {quote(part.name)} TYPE {part.type}"
                for part in item.attributes
                if part.type.rstrip("[]") == text
            ]
    return steps, [*drops, f"DROP {word} {qualified(before.schema, aside)}"]


def _moved(table: Table, column: Column, context: RenderContext) -> list[str]:
    relation, name = qualified(table.schema, table.name), quote(column.name)
    desired = context.desired.objects.get(table.ref)
    wanted = desired.column(column.name) if isinstance(desired, Table) else None
    default = wanted.default if wanted else column.default
    generated = column.generated is not None
    actions = [f"ALTER COLUMN {name} TYPE {column.type}" + ("" if generated else f" USING {name}::text::{column.type}")]
    if column.type.endswith("[]") and not generated:
        actions[0] = f"ALTER COLUMN {name} TYPE {column.type} USING {name}::text[]::{column.type}"
    if column.default is not None:
        actions.insert(0, f"ALTER COLUMN {name} DROP DEFAULT")
        if default is not None and (wanted is None or wanted.type == column.type):
            actions.append(f"ALTER COLUMN {name} SET DEFAULT {default}")
    return [f"ALTER TABLE {relation} {', '.join(actions)}"]


def alter_domain(before: Domain, after: Domain, context: RenderContext) -> list[Statement]:
    """``ALTER DOMAIN``; another base type needs a new domain."""
    if (before.type, before.collation) != (after.type, after.collation):
        hazard = note(
            HazardKind.TABLE_REWRITE, after.ref, f"{after.ref} gets another base type: its columns are written anew",
            blocking=any(rows_of(table.ref, context) != 0 for table, _ in columns_of_type(after.ref, context)),
        )  # fmt: skip
        made = [_rebuild(before, after, _create_sql(after), context, [hazard])]
        made += owner_change(after.ref, None, after.owner, context)
        return made + comment_change(after.ref, None, after.comment, context)
    alter = f"ALTER DOMAIN {qualified(after.schema, after.name)}"
    steps = []
    if before.default != after.default:
        steps.append(f"{alter} " + ("DROP DEFAULT" if after.default is None else f"SET DEFAULT {after.default}"))
    if before.nullable != after.nullable:
        steps.append(f"{alter} {'DROP' if after.nullable else 'SET'} NOT NULL")
    made = [statement(sql, after.ref, context) for sql in [*steps, *_domain_checks(before, after, alter)]]
    comments = {item.name: item.comment for item in before.checks}
    for check in after.checks:
        if check.comment != comments.get(check.name):
            made.append(_check_comment(after, check, context))
    made += owner_change(after.ref, before.owner, after.owner, context)
    return made + comment_change(after.ref, before.comment, after.comment, context)


def _domain_checks(before: Domain, after: Domain, alter: str) -> Iterator[str]:
    old, new = {item.name: item for item in before.checks}, {item.name: item for item in after.checks}
    changed = {name for name in old if name in new and new[name].expression != old[name].expression}
    for name in old:
        if name not in new or name in changed:
            yield f"{alter} DROP CONSTRAINT {quote(name)}"
    for name, check in new.items():
        if name not in old or name in changed:
            yield f"{alter} ADD CONSTRAINT {quote(name)} {check_body(check)} NOT VALID"
        if check.validated and (name not in old or name in changed or not old[name].validated):
            yield f"{alter} VALIDATE CONSTRAINT {quote(name)}"


def alter_composite(before: CompositeType, after: CompositeType, context: RenderContext) -> list[Statement]:
    """Attributes are renamed, added, dropped and changed in place."""
    if retypes(before, after) and columns_of_type(before.ref, context):
        made = [_rebuild(before, after, _create_sql(after), context, [])]  # the server alters none that a column uses
        for item in after.attributes:
            made += _attribute_comment(after, item, None, context)
        made += owner_change(after.ref, None, after.owner, context)
        return made + comment_change(after.ref, None, after.comment, context)
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
            actions.append(f"ADD ATTRIBUTE {_attribute_sql(item)} CASCADE")
        elif (previous.type, previous.collation) != (item.type, item.collation):
            collate = f" COLLATE {collation(item.collation)}" if item.collation else ""
            actions.append(f"ALTER ATTRIBUTE {quote(item.name)} TYPE {item.type}{collate} CASCADE")
    if actions:
        lost = any(action.startswith("DROP") for action in actions)
        used = columns_of_type(after.ref, context)
        hazards = [
            note(HazardKind.DATA_LOSS, after.ref, f"{after.ref} loses attributes and values", blocking=bool(used))
        ]
        made.append(statement(f"{alter} {', '.join(actions)}", after.ref, context, hazards=hazards if lost else []))
    for item in after.attributes:
        previous = old.get(item.name)
        made += _attribute_comment(after, item, previous.comment if previous else None, context)
    made += owner_change(after.ref, before.owner, after.owner, context)
    return made + comment_change(after.ref, before.comment, after.comment, context)


def retypes(before: CompositeType, after: CompositeType) -> bool:
    """Whether the attributes are the same in name and order, and some differ in type."""
    names = [item.name for item in before.attributes] == [item.name for item in after.attributes]
    types = [(item.type, item.collation) for item in before.attributes] == [
        (item.type, item.collation) for item in after.attributes
    ]
    return names and not types


def alter_range(before: RangeType, after: RangeType, context: RenderContext) -> list[Statement]:
    """Owner and comment; anything else is a new type."""
    made = owner_change(after.ref, before.owner, after.owner, context)
    return made + comment_change(after.ref, before.comment, after.comment, context)
