"""A type that is made anew while it is in use: the old one aside, all that is of it moved, the old one dropped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bootstrap.catalog.columns import Column
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import CompositeType, Domain, EnumType
from bootstrap.dialects.base import RenderContext
from bootstrap.dialects.postgresql.names import qualified, quote
from bootstrap.dialects.postgresql.render import security
from bootstrap.dialects.postgresql.render.statements import statement
from bootstrap.dialects.postgresql.render.type_creation import UserType, create_type
from bootstrap.dialects.postgresql.render.type_use import (
    based_on,
    changes_labels,
    element,
    is_of,
    is_stored,
    replaces_domain,
    retypes,
)
from bootstrap.plan.statement import Hazard, Statement


def columns_of_type(ref: Ref, context: RenderContext, base: Ref | None = None) -> list[tuple[Table, Column]]:
    """The columns of a type, or of arrays of it, of tables that exist; without those that turn to a type that has
    nothing to do with it, or with the ``base`` that it is made anew for.
    """
    text, root = qualified(ref.schema, ref.name), qualified((base or ref).schema, (base or ref).name)
    return [
        (item, column)
        for item in context.current.objects.values()
        if isinstance(item, Table) and item.ref not in context.created | context.dropped
        for column in item.columns
        if column.type.rstrip("[]") == text and not column.inherited
        if item.ref.child(Kind.COLUMN, column.name) not in context.dropped
        if not _leaves(item, column, {text, root}, context)
    ]


def _leaves(table: Table, column: Column, bases: set[str], context: RenderContext) -> bool:
    """Whether the column gets a type that is of none of these: its own change has come before theirs."""
    desired = context.desired.objects.get(table.ref)
    wanted = desired.column(column.name) if isinstance(desired, Table) else None
    return wanted is not None and not any(is_of(wanted.type, base, context.desired) for base in bases)


def rebuilt(before: UserType, after: UserType, context: RenderContext, hazards: list[Hazard]) -> Statement:
    """A new type under the old name, all that is of it moved, the old one dropped: in one transaction."""
    steps, drops = _steps(before, after, before.ref, context)
    return statement(";\n".join([*steps, *drops]), after.ref, context, hazards=hazards)


def _steps(before: UserType, after: UserType, base: Ref, context: RenderContext) -> tuple[list[str], list[str]]:
    """What moves everything to the new type, and what drops the old one once nothing is of it."""
    aside = f"{before.name.encode()[:48].decode(errors='ignore')}_db_bootstrap"
    word = "DOMAIN" if isinstance(before, Domain) else "TYPE"
    steps = [f"ALTER {word} {qualified(before.schema, before.name)} RENAME TO {quote(aside)}"]
    if isinstance(before, Domain) and not before.nullable:  # from 18 on this has a name, which the new one takes
        steps.insert(0, f"ALTER DOMAIN {qualified(before.schema, before.name)} DROP NOT NULL")
    made = create_type(replace(after, owner=after.owner or before.owner), context)
    steps += [item.sql for item in [*made, *_privileges(after.ref, context)]]
    drops: list[str] = []
    for table, column in columns_of_type(before.ref, context, base):
        steps += _moved(table, column, context)
    for item in _followers(before, context):
        if isinstance(item, CompositeType) and not is_stored(item, context.current):
            steps += _attributes(item, before)
            continue
        inner, dropped = _steps(item, _remade(item, context), base, context)
        steps += inner
        drops += dropped
    return steps, [*drops, f"DROP {word} {qualified(before.schema, aside)}"]


def _privileges(ref: Ref, context: RenderContext) -> list[Statement]:
    """What the type had and keeps, and the end of what default privileges give to the new one."""
    kept = sorted(item for item in context.desired.grants & context.current.grants if item.on == ref)
    return security.without_defaults(ref, context) + [made for item in kept for made in security.grant(item, context)]


def _followers(item: UserType, context: RenderContext) -> Iterator[Domain | CompositeType]:
    """The domains over a type and the rows that hold it, those left out that go or turn to another type."""
    text = qualified(item.schema, item.name)
    for found in based_on(text, context.current):
        wanted = context.desired.objects.get(found.ref)
        leaves = isinstance(found, Domain) and isinstance(wanted, Domain) and element(wanted.type) != text
        if found.ref not in context.dropped and not leaves:
            yield found


def _attributes(item: CompositeType, changed: UserType) -> list[str]:
    """A type of rows that no table stores changes where it stands."""
    text = qualified(changed.schema, changed.name)
    return [
        f"ALTER TYPE {qualified(item.schema, item.name)} ALTER ATTRIBUTE {quote(part.name)} TYPE {part.type}"
        for part in item.attributes
        if element(part.type) == text
    ]


def _remade(item: Domain | CompositeType, context: RenderContext) -> Domain | CompositeType:
    """What is made in the place of something that is based on a type that is made anew. A domain is made as it shall
    be, for what it has may speak of labels that are gone; rows are altered afterwards.
    """
    wanted = context.desired.objects.get(item.ref)
    return wanted if isinstance(item, Domain) and isinstance(wanted, Domain) else item


def is_remade(item: Domain, context: RenderContext) -> bool:
    """Whether the domain is made anew together with the type that it is based on."""
    wanted = context.desired.objects.get(item.ref)
    if not isinstance(wanted, Domain) or element(wanted.type) != element(item.type):
        return False
    bases: list[EnumType | CompositeType | Domain] = []
    bases += [*context.current.of(EnumType), *context.current.of(CompositeType), *context.current.of(Domain)]
    base = next((found for found in bases if qualified(found.schema, found.name) == element(item.type)), None)
    after = context.desired.objects.get(base.ref) if base else None
    match base, after:
        case EnumType(), EnumType():
            return changes_labels(base, after)
        case CompositeType(), CompositeType():
            return retypes(base, after) and is_stored(base, context.current)
        case Domain(), Domain():
            return is_remade(base, context) or replaces_domain(base, after, context.current)
        case _:
            return False


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
