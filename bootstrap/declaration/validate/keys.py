"""Keys, indexes and foreign keys: their columns exist and fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bootstrap.catalog.constraints import ForeignKey, KeyConstraint
from bootstrap.catalog.indexes import IndexPart
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.declaration.report import near, shown
from bootstrap.declaration.validate.context import Context
from bootstrap.sql.lexer import MYSQL


def check_keys(context: Context, table: Table) -> None:
    """Columns of primary and unique keys, exclusions and indexes."""
    if not context.is_complete(table):
        return
    for key in [*([table.primary_key] if table.primary_key else []), *table.uniques]:
        ref = table.ref.child(key.kind, key.name)
        what = f"{key.kind} {key.name}".rstrip()
        if any(part.expression is not None for part in key.columns):
            context.problem(ref, f"{what} has an expression", "use a unique index: indexes: {name: {unique: true, …}}")
        _check_parts(context, table, ref, what, _without_period(context, table, key), key.include)
        names = [part.column for part in key.columns]
        for name in sorted({name for name in names if name and names.count(name) > 1}):
            context.problem(ref, f"{what} names the column {name} twice", "name it once")
    for exclusion in table.exclusions:
        parts = [part for part, _ in exclusion.elements]
        ref = table.ref.child(Kind.EXCLUSION, exclusion.name)
        _check_parts(context, table, ref, f"exclusion {exclusion.name}", parts, exclusion.include)
    for index in table.indexes:
        ref = table.ref.child(Kind.INDEX, index.name)
        _check_parts(context, table, ref, f"index {index.name}".rstrip(), index.parts, index.include)


def _without_period(context: Context, table: Table, key: KeyConstraint) -> tuple[IndexPart, ...]:
    """The columns of a key that are columns of the table: the last may be its period."""
    if not key.without_overlaps:
        return key.columns
    name = key.columns[-1].column if key.columns else None
    if table.period is None or table.period.name != name:
        ref = table.ref.child(key.kind, key.name)
        context.problem(ref, f"{key.kind} {key.name} is without overlaps in {name}", "declare the period of that name")
    return key.columns[:-1]


def _check_parts(
    context: Context, table: Table, ref: Ref, what: str, parts: Iterable[IndexPart], include: Iterable[str]
) -> None:
    for name in [*(part.column for part in parts if part.column is not None), *include]:
        _check_column(context, table, ref, what, name)


def _check_column(context: Context, table: Table, ref: Ref, what: str, name: str) -> None:
    if _column(context, table, name):
        return
    known = [column.name for column in table.columns]
    remedy = near(name, known, f"its columns are {', '.join(known) or 'none'}")
    context.problem(ref, f"{what}: {context.shown(table.ref)} has no column {shown(name)}", remedy)


def _column(context: Context, table: Table, name: str) -> bool:
    if context.engine == MYSQL:  # where column names never depend on case
        return any(column.name.lower() == name.lower() for column in table.columns)
    return table.column(name) is not None


def check_foreign_keys(context: Context, table: Table) -> None:
    """Columns on both sides, as far as the tables are declared."""
    for key in table.foreign_keys:
        ref = table.ref.child(Kind.FOREIGN_KEY, key.name)
        what = f"foreign key {key.name}" if key.name else f"foreign key on {', '.join(key.columns)}"
        if context.is_complete(table):
            for name in (*key.columns, *key.on_delete_columns):
                _check_column(context, table, ref, what, name)
        target = context.catalog.objects.get(Ref(Kind.TABLE, key.ref_schema, key.ref_table))
        if isinstance(target, Table) and context.is_complete(target):
            _check_target(context, key, ref, what, target)
        elif key.ref_columns and len(key.ref_columns) != len(key.columns):
            _check_count(context, key, ref, what, len(key.ref_columns))


def _check_target(context: Context, key: ForeignKey, ref: Ref, what: str, target: Table) -> None:
    primary = tuple(part.column or "" for part in target.primary_key.columns) if target.primary_key else ()
    columns = key.ref_columns or primary
    name = context.shown(target.ref)
    if not columns:
        context.problem(ref, f"{what}: {name} has no primary key", f"name the columns: {name}(column)")
        return
    _check_count(context, key, ref, what, len(columns))
    for column in columns:
        _check_column(context, target, ref, what, column)
    known = context.engine != MYSQL and all(target.column(column) for column in columns)
    if known and frozenset(columns) not in _unique_sets(context, target):
        wanted = ", ".join(columns)
        context.problem(
            ref, f"{what}: {wanted} is not unique in {name}", f"declare a unique constraint on {name} ({wanted})"
        )


def _unique_sets(context: Context, table: Table) -> Iterator[frozenset[str | None]]:
    """The columns of each key and unique index of a table; a partition has those of the tables above it."""
    for key in [*([table.primary_key] if table.primary_key else []), *table.uniques]:
        yield frozenset(part.column for part in key.columns)
    for index in table.indexes:
        if index.unique and index.where is None:
            yield frozenset(part.column for part in index.parts)
    part = table.partition_of
    parent = context.catalog.objects.get(Ref(Kind.TABLE, part.schema, part.table)) if part else None
    if isinstance(parent, Table):
        yield from _unique_sets(context, parent)


def _check_count(context: Context, key: ForeignKey, ref: Ref, what: str, count: int) -> None:
    if count != len(key.columns):
        context.problem(
            ref, f"{what} has {len(key.columns)} columns and references {count}", "name as many on both sides"
        )
