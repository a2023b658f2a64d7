"""Tables with everything in them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeVar

from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import Check, Exclusion, ForeignKey, KeyConstraint
from bootstrap.catalog.indexes import Index, IndexPart
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import LEFT_OPEN, PartitionOf, Period, Table
from bootstrap.catalog.types import Statistics
from bootstrap.declaration.columns import ColumnText
from bootstrap.declaration.convert.assembly import Builder, facts, listed
from bootstrap.declaration.convert.code import read_policy, read_rule, read_trigger
from bootstrap.declaration.convert.columns import read_column
from bootstrap.declaration.convert.members import (
    foreign_key,
    named,
    read_check,
    read_exclusion,
    read_foreign_key,
    read_indexes,
    read_key,
)
from bootstrap.declaration.convert.partitions import read_partition_by, read_partitioning, read_partitions
from bootstrap.declaration.convert.security import read_grants
from bootstrap.declaration.model import Position
from bootstrap.declaration.shapes.tables import ColumnShape, StatisticsShape, TableShape
from bootstrap.sql.lexer import MYSQL

_Member = TypeVar("_Member", Check, Exclusion, ForeignKey, KeyConstraint, Index)
_PLAIN = (
    "options", "comment", "owner", "unlogged", "row_security", "force_row_security", "replica_identity", "tablespace",
    "access_method", "of_type", "engine", "charset", "collation", "system_versioned", "renamed_from",
)  # fmt: skip


@dataclass
class _Members:
    """The parts of one table while they are collected, with their places."""

    columns: list[Column] = field(default_factory=list)
    primary_keys: list[KeyConstraint] = field(default_factory=list)
    uniques: list[KeyConstraint] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    exclusions: list[Exclusion] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    places: list[tuple[Kind, str, Position]] = field(default_factory=list)

    def put(self, items: list[_Member], item: _Member | None, position: Position) -> None:
        if item is not None:
            items.append(item)
            self.places.append((item.kind, item.name, position))


def read_table(builder: Builder, key: str, shape: TableShape, position: Position) -> None:
    """Read one table into the assembly."""
    schema, name = builder.name(key, position, "table")
    members = _Members()
    if shape.columns is None and not (shape.partition_of or shape.inherits or shape.of_type):
        builder.problem(position, f"table {key} has no columns", "add columns:")
    _columns(builder, shape, Ref(Kind.TABLE, schema, name), members)
    _keys(builder, shape, schema, members)
    if len(members.primary_keys) > 1:
        builder.problem(position, f"table {key} has two primary keys", "keep one: primary_key, or at the column")
    primary_key = next(iter(members.primary_keys), None)
    table = Table(
        schema=schema,
        name=name,
        columns=_never_null(members.columns, primary_key),
        primary_key=primary_key,
        uniques=_by_name(members.uniques),
        foreign_keys=_by_name(members.foreign_keys),
        checks=_by_name(members.checks),
        exclusions=_by_name(members.exclusions),
        indexes=_by_name(members.indexes),
        partition_of=_partition_of(builder, shape, position),
        inherits=tuple(builder.qualified(parent) for parent in listed(shape.inherits)),
        partition_by=None if builder.engine == MYSQL else read_partition_by(builder, shape),
        partitioning=read_partitioning(builder, shape) if builder.engine == MYSQL else None,
        period=Period(**facts(shape.period, "name", "start", "end")) if shape.period else None,
        **facts(shape, *_PLAIN),
        unsaid=frozenset(name for name in LEFT_OPEN if getattr(shape, name) is None),
    )
    assembly = builder.assembly
    assembly.add(table, position)
    for kind, member, place in members.places:
        assembly.sources.setdefault(table.ref.child(kind, member), place)
    if shape.all_columns:
        assembly.keeps_columns.add(table.ref)
    if builder.engine != MYSQL:
        read_partitions(builder, shape, table, shape.owner)
    read_grants(builder, shape.grants, table.ref)
    _attached(builder, shape, table)


def _columns(builder: Builder, shape: TableShape, table: Ref, members: _Members) -> None:
    for name in builder.reading.spoiled(shape.columns):
        _spoiled_column(name, members, builder.reading.position(shape.columns, name))
    for name, value in (shape.columns or {}).items():
        position = builder.reading.position(shape.columns, name)
        found = read_column(builder, name, value, position)
        if found is None:
            _spoiled_column(name, members, position)
            continue
        members.columns.append(found.column)
        members.places.append((Kind.COLUMN, name, position))
        _beside(found, table.schema, members, position)
        if isinstance(value, ColumnShape) and value.sequence_grants:
            _sequence_grants(builder, value, found.column, table)


def _spoiled_column(name: str, members: _Members, position: Position) -> None:
    """A column that could not be read has its problem; the keys and rows that name it are no further problems."""
    members.columns.append(Column(name=name, type=""))
    members.places.append((Kind.COLUMN, name, position))


def _sequence_grants(builder: Builder, value: ColumnShape, column: Column, table: Ref) -> None:
    if not (column.serial or column.identity):
        position = builder.reading.position(value, "sequence_grants")
        builder.problem(position, f"column {column.name} has no sequence", "make it bigserial, or an identity column")
    read_grants(builder, value.sequence_grants, table.child(Kind.SEQUENCE, column.name))


def _beside(found: ColumnText, schema: str, members: _Members, position: Position) -> None:
    """Constraints that stand beside a column in its short form."""
    part = (IndexPart(column=found.column.name),)
    if found.primary_key:
        members.put(members.primary_keys, KeyConstraint(kind=Kind.PRIMARY_KEY, columns=part), position)
    if found.unique:
        members.put(members.uniques, KeyConstraint(kind=Kind.UNIQUE, columns=part), position)
    for name, expression in found.checks:
        members.put(members.checks, Check(name=name, expression=expression), position)
    if found.references:
        key = foreign_key(found.references, (found.column.name,), schema)
        members.put(members.foreign_keys, key, position)


def _keys(builder: Builder, shape: TableShape, schema: str, members: _Members) -> None:
    if shape.primary_key is not None:
        key = read_key(builder, Kind.PRIMARY_KEY, "", shape.primary_key, "primary key")
        members.put(members.primary_keys, key, builder.reading.position(shape, "primary_key"))
    for name, value, position in named(builder, shape.unique):
        key = read_key(builder, Kind.UNIQUE, name, value, f"unique constraint {name}".rstrip())
        members.put(members.uniques, key, position)
    for name, reference, position in named(builder, shape.foreign_keys):
        members.put(members.foreign_keys, read_foreign_key(builder, name, reference, position, schema), position)
    for name, check, position in named(builder, shape.checks):
        members.put(members.checks, read_check(builder, name, check, position), position)
    for name, exclusion, position in named(builder, shape.exclusions):
        members.put(members.exclusions, read_exclusion(builder, name, exclusion), position)
    for index, position in read_indexes(builder, shape.indexes):
        members.put(members.indexes, index, position)


def _by_name(items: list[_Member]) -> tuple[_Member, ...]:
    return tuple(sorted(items, key=lambda item: item.name))


def _never_null(columns: list[Column], primary_key: KeyConstraint | None) -> tuple[Column, ...]:
    """A primary key's columns are never null, said or not."""
    names = {part.column for part in primary_key.columns} if primary_key else set()
    return tuple(
        replace(column, nullable=False) if column.nullable and column.name in names else column for column in columns
    )


def _partition_of(builder: Builder, shape: TableShape, position: Position) -> PartitionOf | None:
    if shape.partition_of is None:
        return None
    schema, name = builder.name(shape.partition_of.table, position, "table")
    return PartitionOf(schema=schema, table=name, bound=shape.partition_of.bound.strip())


def _attached(builder: Builder, shape: TableShape, table: Table) -> None:
    """Objects of their own that are declared inside of the table."""
    for name, trigger, position in named(builder, shape.triggers):
        read_trigger(builder, table.ref, name, trigger, position)
    for name, rule, position in named(builder, shape.rules):
        read_rule(builder, table.ref, name, rule, position)
    for name, policy, position in named(builder, shape.policies):
        read_policy(builder, table.ref, name, policy, position)
    for name, statistics, position in named(builder, shape.statistics):
        builder.assembly.add(_statistics(statistics, name, table), position)


def _statistics(value: list[str] | StatisticsShape, name: str, table: Table) -> Statistics:
    if isinstance(value, list):
        return Statistics(schema=table.schema, name=name, table=table.name, kinds=(), expressions=tuple(value))
    schema = value.schema or table.schema
    return Statistics(
        schema=schema,
        name=name,
        table=table.name,
        kinds=tuple(value.kinds or ()),
        expressions=tuple(value.columns),
        table_schema="" if schema == table.schema else table.schema,
        **facts(value, "target", "comment", "owner"),
    )
