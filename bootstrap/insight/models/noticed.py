"""A catalog reduced to what an application can notice, and fitted to what its models leave open.

More in a database than the models expect is no fault. What the models leave open (collations, comments, actions of
foreign keys, names of constraints) is taken over from the database, so that the product's own diff finds the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.code import View
from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import Check, Exclusion, ForeignKey, KeyConstraint
from bootstrap.catalog.indexes import Index
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import EnumType
from bootstrap.sql.lexer import MYSQL, closing, scan, split_commas

NUMBERED = "the server's next number"  # serial, identity, AUTO_INCREMENT: the same to an application
_NOW = {"now()", "current_timestamp", "current_timestamp()", "transaction_timestamp()"}
_Named = TypeVar("_Named", ForeignKey, Check, Exclusion, Index)


def fitted(there: Catalog, expected: Catalog) -> tuple[Catalog, Catalog]:
    """Return the database and the expectation, such that whatever still differs is a fault.

    Args:
        there: the declared or the live catalog.
        expected: what the models describe. A server printed both.
    """
    wanted = {ref: _plain(item) for ref, item in expected.objects.items() if ref.kind is not Kind.ROLE}
    found: dict[Ref, DatabaseObject] = {}
    for ref, item in wanted.items():
        other = there.objects.get(ref) or (_view_named(ref, there) if isinstance(item, Table) else None)
        if isinstance(item, Table) and isinstance(other, Table):
            found[ref] = _fitted_table(_plain_table(other), item)
        elif isinstance(item, Table) and isinstance(other, View):
            found[ref] = _as_table(other, item)
        elif isinstance(item, EnumType) and isinstance(other, EnumType):
            found[ref] = item if set(item.labels) <= set(other.labels) else _plain(other)
        elif other is not None:
            found[ref] = _plain(other)
    return Catalog(objects=found), Catalog(objects=wanted)


def _plain(item: DatabaseObject) -> DatabaseObject:
    if isinstance(item, Table):
        return _plain_table(item)
    open_fields = {name: None for name in ("owner", "comment", "definer") if hasattr(item, name)}
    return replace(item, **open_fields) if open_fields else item  # type: ignore[arg-type]  # names of fields that it has


def _plain_table(table: Table) -> Table:
    """Return a table of nothing but columns, keys, checks and indexes. A unique index is a unique constraint."""
    keys = {key.name: key for key in map(_plain_key, table.uniques)}
    keys |= {index.name: _as_key(index) for index in table.indexes if _is_plain_unique(index)}
    return Table(
        schema=table.schema,
        name=table.name,
        columns=tuple(_plain_column(column) for column in table.columns),
        primary_key=table.primary_key and _plain_key(table.primary_key),
        uniques=tuple(keys[name] for name in sorted(keys)),
        foreign_keys=tuple(replace(key, comment=None, explicit_actions=()) for key in table.foreign_keys),
        checks=tuple(replace(check, comment=None, inherited=False) for check in table.checks),
        exclusions=table.exclusions,
        indexes=tuple(_plain_index(index) for index in table.indexes if not _is_plain_unique(index)),
    )


def _plain_column(column: Column) -> Column:
    default = column.default
    if column.auto_increment or column.identity or column.serial or (default or "").lower().startswith("nextval("):
        default = NUMBERED
    elif default and default.lower() in _NOW:
        default = "now()"
    return Column(
        name=column.name,
        type=column.type,
        nullable=column.nullable,
        default=default,
        generated=column.generated,
        on_update=column.on_update,
        srid=column.srid,
    )


def _plain_key(key: KeyConstraint) -> KeyConstraint:
    return KeyConstraint(
        kind=key.kind, name=key.name, columns=key.columns, nulls_not_distinct=key.nulls_not_distinct,
        deferrable=key.deferrable, initially_deferred=key.initially_deferred,
    )  # fmt: skip


def _as_key(index: Index) -> KeyConstraint:
    return KeyConstraint(
        kind=Kind.UNIQUE, name=index.name, columns=index.parts, nulls_not_distinct=index.nulls_not_distinct
    )


def _is_plain_unique(index: Index) -> bool:
    return index.unique and not index.where and index.valid and all(part.column for part in index.parts)


def _plain_index(index: Index) -> Index:
    return Index(
        name=index.name, parts=index.parts, unique=index.unique, method=index.method, where=index.where,
        nulls_not_distinct=index.nulls_not_distinct, valid=index.valid,
    )  # fmt: skip


def _view_named(ref: Ref, there: Catalog) -> DatabaseObject | None:
    return there.objects.get(replace(ref, kind=Kind.VIEW)) or there.objects.get(
        replace(ref, kind=Kind.MATERIALIZED_VIEW)
    )


def _as_table(view: View, expected: Table) -> Table:
    """Return the table that models see in a view: the columns that it has, as they expect them."""
    names = {name for name, _ in view.column_types} or set(view.columns)
    if not names:
        return expected
    return replace(expected, columns=tuple(column for column in expected.columns if column.name in names))


def _fitted_table(table: Table, expected: Table) -> Table:
    """Return a table with the expectation's own members wherever it satisfies them."""
    columns = {column.name: column for column in expected.columns}
    return replace(
        table,
        columns=tuple(
            _fitted_column(column, columns[column.name]) if column.name in columns else column
            for column in table.columns
        ),
        primary_key=_fitted_primary_key(table, expected),
        uniques=tuple(_fitted_uniques(table, expected)),
        foreign_keys=tuple(_fitted_foreign_keys(table, expected)),
        checks=tuple(_same_but_name(table.checks, expected.checks)),
        exclusions=tuple(_same_but_name(table.exclusions, expected.exclusions)),
        indexes=tuple(_fitted_indexes(table, expected)),
    )


def _fitted_column(column: Column, expected: Column) -> Column:
    """Return a column with what the models leave open."""
    return replace(
        column,
        type=expected.type if _has_labels(column.type, expected.type) else column.type,
        default=column.default if expected.default else None,
        on_update=column.on_update if expected.on_update else None,
        srid=column.srid if expected.srid is not None else None,
    )


def _has_labels(there: str, expected: str) -> bool:
    """Whether both are ENUM or SET columns of MySQL, and every expected label is there."""
    labels = _labels(expected)
    return bool(labels) and labels <= _labels(there)


def _labels(type_: str) -> set[str]:
    word, parenthesis, _ = type_.partition("(")
    if not parenthesis or word.strip().lower() not in {"enum", "set"}:
        return set()
    tokens = scan(type_, MYSQL)
    inner = tokens[2 : closing(tokens, 1)]
    return {"".join(token.text for token in label) for label in split_commas(inner)} | {word.strip().lower()}


def _fitted_primary_key(table: Table, expected: Table) -> KeyConstraint | None:
    key, wanted = table.primary_key, expected.primary_key
    return wanted if key and wanted and _column_names(key) == _column_names(wanted) else key


def _fitted_uniques(table: Table, expected: Table) -> Iterator[KeyConstraint]:
    keys = [*table.uniques, *([table.primary_key] if table.primary_key else [])]
    for wanted in expected.uniques:
        alike = [key for key in keys if set(_column_names(key)) == set(_column_names(wanted))]
        if any(_is_as_unique(key, wanted) for key in alike):
            yield wanted
        elif alike:
            yield replace(alike[0], name=wanted.name, kind=wanted.kind)


def _is_as_unique(key: KeyConstraint, wanted: KeyConstraint) -> bool:
    """Whether it rejects the same rows, and a statement can leave it broken for a while where the models need that."""
    stricter = key.nulls_not_distinct == wanted.nulls_not_distinct or key.kind is Kind.PRIMARY_KEY
    return stricter and (key.deferrable or not wanted.deferrable)


def _fitted_foreign_keys(table: Table, expected: Table) -> Iterator[ForeignKey]:
    for wanted in expected.foreign_keys:
        for key in table.foreign_keys:
            if _target(key) == _target(wanted):
                yield _with_open_actions(key, wanted)
                break


def _target(key: ForeignKey) -> tuple[object, ...]:
    return frozenset(zip(key.columns, key.ref_columns or key.columns, strict=False)), key.ref_schema, key.ref_table


def _with_open_actions(key: ForeignKey, wanted: ForeignKey) -> ForeignKey:
    """Return a foreign key under the expected name, with the actions and the timing that the models leave open."""
    return replace(
        wanted,
        on_delete=key.on_delete if wanted.on_delete not in {"NO ACTION", "RESTRICT"} else wanted.on_delete,
        on_update=key.on_update if wanted.on_update not in {"NO ACTION", "RESTRICT"} else wanted.on_update,
        deferrable=key.deferrable if wanted.deferrable else False,
        initially_deferred=key.initially_deferred if wanted.initially_deferred else False,
    )


def _same_but_name(there: tuple[_Named, ...], expected: tuple[_Named, ...]) -> Iterator[_Named]:
    """Yield of each expected member the equal one, whatever its name, or else the one of its name."""
    for wanted in expected:
        if any(replace(item, name=wanted.name) == wanted for item in there):
            yield wanted
        else:
            yield from (item for item in there if item.name == wanted.name)


def _fitted_indexes(table: Table, expected: Table) -> Iterator[Index]:
    for wanted in expected.indexes:
        if _serves(table, wanted):
            yield wanted
        else:
            yield from (index for index in table.indexes if index.name == wanted.name)


def _serves(table: Table, wanted: Index) -> bool:
    """Whether an index, or a key that begins with the same columns, serves the same queries."""
    if any(replace(index, name=wanted.name) == wanted for index in table.indexes):
        return True
    if wanted.unique or wanted.where or wanted.method != "btree":
        return False
    keys = [key.columns for key in (table.primary_key, *table.uniques) if key]
    indexes = [index.parts for index in table.indexes if index.method == "btree" and not index.where and index.valid]
    return any(parts[: len(wanted.parts)] == wanted.parts for parts in [*keys, *indexes])


def _column_names(key: KeyConstraint) -> list[str | None]:
    return [part.column for part in key.columns]
