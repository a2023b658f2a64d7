"""A type or collation that is recreated while it is in use: the old one aside, all that is of it moved, the old one
dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bootstrap.catalog.columns import Column
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import Collation, CompositeType, Domain, RangeType
from bootstrap.dialects.postgresql.names import collation, qualified, quote, split_qualified
from bootstrap.dialects.postgresql.render import security
from bootstrap.dialects.postgresql.render.basics import create_collation
from bootstrap.dialects.postgresql.render.statements import statement
from bootstrap.dialects.postgresql.render.type_creation import create_type
from bootstrap.dialects.postgresql.render.type_values import Values, aside_name
from bootstrap.dialects.postgresql.type_use import (
    Based,
    Remakable,
    based_on,
    is_altered_in_place,
    is_directly_of,
    is_of,
    is_recreated,
    multirange,
    spellings,
)
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Statement
from bootstrap.problems import Refused


def columns_of_type(
    item: Remakable, context: RenderContext, base: Remakable | None = None
) -> list[tuple[Table, Column]]:
    """The columns of a type or collation, or of arrays of it, of tables that exist; without those that turn to a type
    that has nothing to do with it, or with the ``base`` that it is recreated for.
    """
    return [
        (table, column)
        for table in context.current.of(Table)
        if table.ref not in context.created | context.dropped
        for column in table.columns
        if is_directly_of((column.type, column.collation), item) and not column.inherited
        if table.ref.child(Kind.COLUMN, column.name) not in context.dropped
        if not _leaves(table, column, (item, base or item), context)
    ]


def _leaves(table: Table, column: Column, bases: tuple[Remakable, ...], context: RenderContext) -> bool:
    """Whether the column gets a type that is of none of these: its own change has come before theirs."""
    desired = context.desired.objects.get(table.ref)
    wanted = desired.column(column.name) if isinstance(desired, Table) else None
    spelling = (wanted.type, wanted.collation) if wanted else ("", None)
    return wanted is not None and not any(is_of(spelling, base, context.desired) for base in bases)


def rewritten_tables(before: Remakable, after: Remakable, context: RenderContext) -> list[Ref]:
    """The tables with columns of a type, or of what is made of it, which are written when it is recreated."""
    return [table.ref for table, _ in _Remaking(before, after, context).columns()]


def rebuilt(before: Remakable, after: Remakable, context: RenderContext) -> Statement:
    """A new type under the old name, all that is of it moved, the old one dropped: in one transaction. Where tables
    that are recreated hold it, it is dropped later.
    """
    remaking = _Remaking(before, after, context)
    steps = remaking.steps()
    if not remaking.is_held():
        steps += remaking.drops()
    return statement(";\n".join(steps), after.ref, context)


def retired(ref: Ref, context: RenderContext) -> list[Statement]:
    """The drop of a type that tables that were rebuilt held until now."""
    for before, after in _remade_by_themselves(context):
        remaking = _Remaking(before, after, context)
        if before.ref == ref and remaking.is_held():
            return [statement(";\n".join(remaking.drops()), ref, context)]
    return []


def values_of(column: Column, context: RenderContext) -> Values | None:
    """How values of the column become those of a type that is recreated with its name, where it is."""
    for before, after in _remade_by_themselves(context):
        remaking = _Remaking(before, after, context)
        if any(is_directly_of((column.type, None), item) for item in remaking.types):
            return remaking.values
    return None


def _remade_by_themselves(context: RenderContext) -> Iterator[tuple[Remakable, Remakable]]:
    """The types and collations that are recreated for what changes about them, not for what they are made of."""
    for item in context.current.objects.values():
        after = context.desired.objects.get(item.ref)
        if not isinstance(item, Remakable) or not isinstance(after, Remakable):
            continue
        if is_recreated(item, after, context.current) and not (isinstance(item, Domain) and is_remade(item, context)):
            yield item, after


def is_remade(item: Domain, context: RenderContext) -> bool:
    """Whether the domain is recreated, as declared, together with the type that it is based on."""
    wanted = context.desired.objects.get(item.ref)
    for base in context.current.objects.values():
        after = context.desired.objects.get(base.ref)
        if not isinstance(base, Remakable) or not isinstance(wanted, Domain) or after is None:
            continue
        if all(is_directly_of(spelling, base) for domain in (item, wanted) for spelling in spellings(domain)):
            return is_recreated(base, after, context.current) or (isinstance(base, Domain) and is_remade(base, context))
    return False


class _Remaking:
    """One type that is recreated, with all types that are made of it."""

    def __init__(self, before: Remakable, after: Remakable, context: RenderContext) -> None:
        self.before, self.after, self.context = before, after, context
        self.types: list[Remakable] = [before]
        self.altered: list[tuple[CompositeType, Remakable]] = []
        for item in self.types:  # grows while it is walked
            for found in based_on(item, context.current):
                if found in self.types or _lets_go(found, item, context):
                    continue
                if isinstance(found, CompositeType) and is_altered_in_place(found, context.current):
                    self.altered.append((found, item))
                else:
                    self.types.append(found)
        self.values = Values(before, after, self.types)

    def steps(self) -> list[str]:
        """What moves everything to the new type."""
        self._refuse_ranges()
        steps: list[str] = []
        for item in self.types:
            steps += [*_names_freed(item), *self._made(item), *self.values.converters(item)]
        steps += [self._moved(table, column) for table, column in self.columns()]
        for composite, base in self.altered:
            steps += _attributes(composite, base)
        return steps

    def _refuse_ranges(self) -> None:
        """The constructor functions of a range type are the server's own: only a superuser can rename them."""
        ranges = [item.ref for item in self.types if isinstance(item, RangeType)]
        if ranges and "superuser" not in self.context.server.capabilities:
            raise Refused(
                f"{ranges[0]} cannot be recreated while columns use it: only a superuser may rename its constructor"
                " functions: in one release declare the columns as text and drop the type, in the next declare both as"
                " wanted; or apply this release as a superuser"
            )

    def columns(self) -> list[tuple[Table, Column]]:
        """The columns that are moved."""
        return [found for item in self.types for found in columns_of_type(item, self.context, self.before)]

    def drops(self) -> list[str]:
        """What drops the old types once nothing is of them."""
        converters = [sql for item in reversed(self.types) for sql in self.values.dropped_converters(item)]
        types = [f"DROP {_word(item)} {qualified(item.schema, aside_name(item.name))}" for item in reversed(self.types)]
        return converters + types

    def is_held(self) -> bool:
        """Whether tables that are rebuilt are of the old types until they are."""
        held = (item for item in self.context.current.of(Table) if item.ref in self.context.created)
        return any(_holds(table, item) for table in held for item in self.types)

    def _made(self, item: Remakable) -> list[str]:
        """A domain is made as declared, for what it has may speak of labels that are gone; what else is made of the
        type is altered afterwards.
        """
        wanted = self.context.desired.objects.get(item.ref)
        target = self.after if item == self.before else item
        if isinstance(item, Domain) and isinstance(wanted, Domain):
            target = wanted
        target = replace(target, owner=target.owner or item.owner)
        if isinstance(target, Collation):
            return [made.sql for made in create_collation(target, self.context)]
        made = create_type(target, self.context)
        made += security.without_defaults(item.ref, self.context)
        kept = self.context.desired.grants & self.context.current.grants
        for grant in sorted(grant for grant in kept if grant.on == item.ref):
            made += security.grant(grant, self.context)
        return [one.sql for one in made]

    def _moved(self, table: Table, column: Column) -> str:
        relation, name = qualified(table.schema, table.name), quote(column.name)
        desired = self.context.desired.objects.get(table.ref)
        wanted = desired.column(column.name) if isinstance(desired, Table) else None
        default = wanted.default if wanted else column.default
        action = f"ALTER COLUMN {name} TYPE {column.type}"
        if column.collation:
            action += f" COLLATE {collation(column.collation)}"
        if column.generated is None and not is_directly_of(("", column.collation), self.before):
            action += f" USING {self.values.moved(name, column.type)}"
        actions = [action]
        if column.storage:  # which another type sets back to its own, as the compression
            actions.append(f"ALTER COLUMN {name} SET STORAGE {column.storage}")
        if column.compression:
            actions.append(f"ALTER COLUMN {name} SET COMPRESSION {column.compression}")
        if column.default is not None:
            actions.insert(0, f"ALTER COLUMN {name} DROP DEFAULT")
            if default is not None and (wanted is None or wanted.type == column.type):
                actions.append(f"ALTER COLUMN {name} SET DEFAULT {default}")
        return f"ALTER TABLE {relation} {', '.join(actions)}"


def _lets_go(found: Based, base: Remakable, context: RenderContext) -> bool:
    """Whether a type goes, or is not made of the base any more: its own change has come before."""
    wanted = context.desired.objects.get(found.ref)
    if found.ref in context.dropped:
        return True
    if not isinstance(wanted, CompositeType | RangeType | Domain):
        return False
    return not any(is_directly_of(spelling, base) for spelling in spellings(wanted))


def _word(item: Remakable) -> str:
    return "DOMAIN" if isinstance(item, Domain) else "COLLATION" if isinstance(item, Collation) else "TYPE"


def _names_freed(item: Remakable) -> Iterator[str]:
    """The old type aside, with what the server named after it."""
    name, word, aside = qualified(item.schema, item.name), _word(item), quote(aside_name(item.name))
    if isinstance(item, Domain) and not item.nullable:  # from 18 on this has a name, which the new one takes
        yield f"ALTER DOMAIN {name} DROP NOT NULL"
    yield f"ALTER {word} {name} RENAME TO {aside}"
    if isinstance(item, RangeType):
        several = multirange(item)
        aside_several = quote(aside_name(split_qualified(several)[1]))
        yield f"ALTER TYPE {several} RENAME TO {aside_several}"
        for arguments in (f"{item.subtype}, {item.subtype}", f"{item.subtype}, {item.subtype}, text"):
            yield f"ALTER FUNCTION {name}({arguments}) RENAME TO {aside}"
        yield f"ALTER FUNCTION {several}() RENAME TO {aside_several}"


def _holds(table: Table, item: Remakable) -> bool:
    typed = not isinstance(item, Collation) and table.of_type == qualified(item.schema, item.name)
    return typed or any(is_directly_of((column.type, column.collation), item) for column in table.columns)


def _attributes(item: CompositeType, changed: Remakable) -> Iterator[str]:
    """A type of rows that no table stores changes where it stands."""
    for part in item.attributes:
        if is_directly_of((part.type, part.collation), changed):
            collate = f" COLLATE {collation(part.collation)}" if part.collation else ""
            name = f"{qualified(item.schema, item.name)} ALTER ATTRIBUTE {quote(part.name)}"
            yield f"ALTER TYPE {name} TYPE {part.type}{collate}"
