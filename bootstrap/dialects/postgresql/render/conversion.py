"""A table that is rebuilt with its rows (``rebuilt.py`` says which), in one statement, so that there is no moment at
which they are in neither.
"""

from __future__ import annotations

from collections.abc import Iterator

from bootstrap.catalog.columns import Column
from bootstrap.catalog.partition_keys import key_like
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import Sequence
from bootstrap.dialects.postgresql.names import literal, qualified, quote
from bootstrap.dialects.postgresql.rebuilt import is_converted, parent_is_converted, tree_of
from bootstrap.dialects.postgresql.render.casts import using
from bootstrap.dialects.postgresql.render.owned import made_sequence, serial_name
from bootstrap.dialects.postgresql.render.regrouping import references_to
from bootstrap.dialects.postgresql.render.row_security import (
    copied,
    forced,
    is_forced,
    seeing_all,
    unforced,
)
from bootstrap.dialects.postgresql.render.statements import statement
from bootstrap.dialects.postgresql.render.type_rebuild import values_of
from bootstrap.dialects.postgresql.render.type_values import aside_name
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Statement
from bootstrap.problems import Refused


def converted(table: Table, made: list[Statement], context: RenderContext) -> Statement:
    """One statement: the old table aside, the new one with its new partitions, the rows over, the old one dropped.

    Args:
        table: as declared.
        made: the statements that make it and its new partitions.
    """
    before = context.current.table(table.ref)
    _refuse_strangers(table, context)
    tree = [item for item in _tree(before, context) if is_converted(item.ref, context)]
    name, aside = (qualified(before.schema, item) for item in (table.name, aside_name(before.name)))
    steps = [*_references(before, context)]
    steps += [step for item in tree for step in _aside(item, context)]
    leaving, back = _detached(before, context)
    steps += leaving + [item.sql for item in made]
    steps += _kept_partitions(before, table, context)
    steps += [unforced(aside)] if is_forced(before) else []
    steps += [unforced(name)] if is_forced(table) else []
    steps.append(copied(aside, _rows(before, table, aside, context)))
    steps += [step for item in tree for step in _values(item, context.desired.table(item.ref))]
    steps += _released(before, table, context)
    steps += [forced(name)] if is_forced(table) else []
    steps += [*back, f"DROP TABLE {aside}"]
    return statement(";\n".join(steps), table.ref, context)


def _refuse_strangers(table: Table, context: RenderContext) -> None:
    """Partitions that come from elsewhere and are recreated too: their rows are in no table that is copied here."""
    mine = tree_of(table.ref, context.current)
    for item in context.desired.partitions.get(table.ref, ()):
        if item.ref not in mine and is_converted(item.ref, context):
            raise Refused(
                f"{item.ref} becomes a partition of {table.ref} while both are rebuilt: apply one, then the other"
            )


def _tree(table: Table, context: RenderContext) -> list[Table]:
    """The table and all partitions below it that are there."""
    return [context.current.table(ref) for ref in tree_of(table.ref, context.current)]


def _aside(before: Table, context: RenderContext) -> Iterator[str]:
    """Free the names that the new table and its indexes and sequences take."""
    yield f"ALTER TABLE {qualified(before.schema, before.name)} RENAME TO {quote(aside_name(before.name))}"
    for key in [*key_like(before), *before.exclusions]:
        # One that belonged to an index of the parent may have gone with it.
        yield f"ALTER INDEX IF EXISTS {qualified(before.schema, key.name)} RENAME TO {quote(aside_name(key.name))}"
    for column in before.columns:
        if made_sequence(before, column):
            name = serial_name(before, column)
            yield f"ALTER SEQUENCE {qualified(before.schema, name)} RENAME TO {quote(aside_name(name))}"
    for item in context.current.objects.values():
        if isinstance(item, Sequence) and item.owned_by and item.owned_by[:2] == (before.schema, before.name):
            yield f"ALTER SEQUENCE {qualified(item.schema, item.name)} OWNED BY NONE"


def _detached(before: Table, context: RenderContext) -> tuple[list[str], list[str]]:
    """A partition makes room for the one that takes its bounds, where its parent stays; and what puts back the
    references to its rows, which would not let them go.
    """
    part = before.partition_of
    if part is None or parent_is_converted(before, context):
        return [], []
    keys = list(references_to(Ref(Kind.TABLE, part.schema, part.table), context))
    leaving = [f"ALTER TABLE {owner} DROP CONSTRAINT {quote(key.name)}" for owner, key, _ in keys]
    aside = qualified(before.schema, aside_name(before.name))
    leaving.append(f"ALTER TABLE {qualified(part.schema, part.table)} DETACH PARTITION {aside}")
    return leaving, [f"ALTER TABLE {owner} ADD {definition}" for owner, _, definition in keys]


def _partitions(before: Table, context: RenderContext) -> Iterator[tuple[Table, Table | None]]:
    """The partitions that the table has, each with what is declared."""
    for item in context.current.partitions.get(before.ref, ()):
        after = context.desired.objects.get(item.ref)
        yield item, after if isinstance(after, Table) else None


def _kept_partitions(before: Table, table: Table, context: RenderContext) -> Iterator[str]:
    """Partitions that stay partitions keep their rows and change their parent."""
    old, new = qualified(before.schema, aside_name(before.name)), qualified(table.schema, table.name)
    for item, after in _partitions(before, context):
        if is_converted(item.ref, context):
            continue  # rebuilt too
        if after is not None and after.partition_of is not None and parent_is_converted(after, context):
            name = qualified(item.schema, item.name)
            yield f"ALTER TABLE {old} DETACH PARTITION {name}"
            yield f"ALTER TABLE {new} ATTACH PARTITION {name} {after.partition_of.bound}"


def _released(before: Table, table: Table, context: RenderContext) -> Iterator[str]:
    """Partitions that have become tables of their own keep their rows; the table keeps them too."""
    for _, after in _partitions(before, context):
        if after is not None and after.partition_of is None and after.ref != table.ref:
            source = qualified(after.schema, after.name)
            yield from seeing_all([after], context, [copied(source, _rows(after, table, source))])


def _references(before: Table, context: RenderContext) -> Iterator[str]:
    """Foreign keys of other tables that are rebuilt too would hold the old table."""
    for item in context.current.objects.values():
        if isinstance(item, Table) and item.ref != before.ref and is_converted(item.ref, context):
            for key in item.foreign_keys:
                if (key.ref_schema, key.ref_table) == (before.schema, before.name):
                    name = qualified(item.schema, item.name)
                    yield f"ALTER TABLE {name} DROP CONSTRAINT IF EXISTS {quote(key.name)}"


def _shared(before: Table, table: Table) -> list[tuple[Column, Column]]:
    pairs = ((column, table.column(column.name)) for column in before.columns)
    return [(old, new) for old, new in pairs if new is not None and new.generated is None]


def _rows(before: Table, table: Table, source: str, context: RenderContext | None = None) -> str:
    """The rows of one table into another; ``context`` says of what is aside that its types may be so too."""
    shared = _shared(before, table)
    names = ", ".join(quote(new.name) for _, new in shared)
    values = ", ".join(_value(old, new, context) for old, new in shared)
    target = qualified(table.schema, table.name)
    if not shared:  # the rows stay nevertheless, with the defaults
        return f"INSERT INTO {target} SELECT FROM {source}"
    return f"INSERT INTO {target} ({names}) OVERRIDING SYSTEM VALUE SELECT {values} FROM {source}"


def _value(old: Column, new: Column, context: RenderContext | None) -> str:
    name, moving = quote(new.name), values_of(old, context) if context else None
    if moving is not None and old.type == new.type:
        return moving.moved(name, old.type)
    if new.using and old.type != new.type:
        raise Refused(
            f"column {new.name}: its table is rebuilt, where using: ({new.using}) cannot convert the values: change the"
            " type in one release and the rest in another"
        )
    return using(name, old.type, new.type) or name


def _values(before: Table, table: Table) -> Iterator[str]:
    """Let the new sequences go on where the old ones were."""
    for old, new in _shared(before, table):
        if made_sequence(before, old) and made_sequence(table, new):
            source = qualified(before.schema, aside_name(serial_name(before, old)))
            target = qualified(table.schema, serial_name(table, new))
            yield f"SELECT setval({literal(target)}, last_value, is_called) FROM {source}"
