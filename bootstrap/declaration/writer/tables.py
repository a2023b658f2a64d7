"""Tables with everything in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bootstrap.catalog.columns import Column
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import (
    MySqlPartition,
    MySqlPartitioning,
    MySqlSubpartition,
    PartitionBy,
    PartitionOf,
    Table,
)
from bootstrap.catalog.types import Statistics
from bootstrap.declaration.convert.inherit import inherit, inherited_check, parents_of
from bootstrap.declaration.convert.partitions import parse_partition_by, parse_partitioning
from bootstrap.declaration.names import join_path, quote_lower, split_path
from bootstrap.declaration.parts import write_part
from bootstrap.declaration.writer.code import write_attached
from bootstrap.declaration.writer.columns import write_column
from bootstrap.declaration.writer.context import Writing
from bootstrap.declaration.writer.emit import Flow, Plain
from bootstrap.declaration.writer.given import given, one_or_list
from bootstrap.declaration.writer.members import (
    write_checks,
    write_exclusion,
    write_foreign_keys,
    write_indexes,
    write_key,
    write_parts,
    write_uniques,
)
from bootstrap.sql.lexer import MYSQL, SqlTextError

_PLAIN = (
    "comment", "owner", "unlogged", "row_security", "force_row_security", "replica_identity", "tablespace",
    "access_method", "of_type", "engine", "charset", "collation", "system_versioned", "options", "renamed_from",
)  # fmt: skip


def write_table(table: Table, writing: Writing) -> Plain:
    """A table."""
    own, all_columns = _own_part(table, writing)
    content: dict[str, Plain] = _origin(table, writing)
    keys = {part.column for part in table.primary_key.columns} if table.primary_key else set()
    columns = {
        column.name: write_column(
            column, writing.engine, in_key=column.name in keys, sequence_grants=_sequence_grants(table, column, writing)
        )
        for column in own.columns
    }
    if columns or not content:
        content["columns"] = columns
    if all_columns:
        content["all_columns"] = True
    content |= _members(own, writing)
    content |= given(table, *_PLAIN)
    if table.period:
        content["period"] = Flow(given(table.period, "name", "start", "end"))
    content |= _partitioning(table, writing)
    content |= write_attached(writing, table.schema, table.name)
    content |= _statistics(table, writing)
    content |= writing.grants(table.ref)
    return content or None


def _sequence_grants(table: Table, column: Column, writing: Writing) -> Mapping[str, Plain] | None:
    return writing.privileges(table.ref.child(Kind.SEQUENCE, column.name))


def _members(table: Table, writing: Writing) -> dict[str, Plain]:
    content: dict[str, Plain] = {}
    engine = writing.engine
    if table.primary_key:
        content["primary_key"] = write_key(table.primary_key, engine, named=False)
    if table.uniques:
        content["unique"] = write_uniques(table.uniques, engine)
    if table.foreign_keys:
        content["foreign_keys"] = write_foreign_keys(table.foreign_keys, writing, table.schema)
    if table.checks:
        content["checks"] = write_checks(table.checks)
    if table.exclusions:
        content["exclusions"] = {item.name: write_exclusion(item, engine) for item in table.exclusions}
    if table.indexes:
        content["indexes"] = write_indexes(table.indexes, engine)
    return content


def _origin(table: Table, writing: Writing) -> dict[str, Plain]:
    """Where a child table comes from."""
    if table.partition_of:
        parent = writing.key(table.partition_of.schema, table.partition_of.table)
        return {"partition_of": {"table": parent, "bound": table.partition_of.bound}}
    return {"inherits": one_or_list(_parent(text, writing) for text in table.inherits)} if table.inherits else {}


def _parent(name: str, writing: Writing) -> str:
    """A parent's name, without the default schema where it reads back the same."""
    try:
        parts = split_path(name)
    except SqlTextError:
        return name
    if len(parts) == 2 and parts[0] == writing.default_schema and ".".join(map(quote_lower, parts)) == name:  # noqa: PLR2004
        return join_path(parts[1])
    return name


def _own_part(table: Table, writing: Writing) -> tuple[Table, bool]:
    """The table without what it has from its parents, and whether all columns must be written nevertheless."""
    found = [writing.catalog.objects.get(parent) for parent in parents_of(table)]
    parents = [item for item in found if isinstance(item, Table)]
    if not parents:
        return table, False
    own = replace(
        table,
        columns=tuple(column for column in table.columns if not column.inherited),
        checks=tuple(check for check in table.checks if not _is_copy(check.name, table, parents)),
    )
    if inherit(own, parents) == table:
        return own, False
    # A partition may have its columns in another order than its parent, or a default of its own.
    with_changed = replace(own, columns=tuple(c for c in table.columns if not _is_usual(c.name, table, parents)))
    if inherit(with_changed, parents) == table:
        return with_changed, False
    return table, True


def _is_copy(name: str, table: Table, parents: list[Table]) -> bool:
    mine = next(check for check in table.checks if check.name == name)
    return any(name and inherited_check(check) == mine for parent in parents for check in parent.checks)


def _is_usual(name: str, table: Table, parents: list[Table]) -> bool:
    empty = inherit(replace(table, columns=(), checks=()), parents)
    return empty.column(name) == table.column(name)


def is_plain_partition(table: Table, writing: Writing) -> bool:
    """Whether a partition has nothing but its bounds, so that it is written inside of its parent."""
    if table.partition_of is None or writing.attached.get((table.schema, table.name)):
        return False
    parent_ref = Ref(Kind.TABLE, table.partition_of.schema, table.partition_of.table)
    parent = writing.catalog.objects.get(parent_ref)
    if not isinstance(parent, Table) or writing.has_grants(table.ref):
        return False
    bare = Table(schema=table.schema, name=table.name, partition_of=table.partition_of, owner=parent.owner)
    return inherit(bare, [parent]) == table


def _partitioning(table: Table, writing: Writing) -> dict[str, Plain]:
    if table.partitioning is not None:
        return _mysql_partitioning(table.partitioning)
    content: dict[str, Plain] = {}
    if table.partition_by is not None:
        content["partition_by"] = _partition_by(table.partition_by, writing)
    partitions = {
        writing.key(child.schema, child.name): _bound(child.partition_of)
        for child in writing.partitions.get((table.schema, table.name), ())
        if child.partition_of and is_plain_partition(child, writing)
    }
    return content | ({"partitions": partitions} if partitions else {})


def _bound(bound: PartitionOf) -> Plain:
    return bound.bound


def _partition_by(value: PartitionBy, writing: Writing) -> Plain:
    keys = [write_part(part, writing.engine) for part in value.keys]
    short = f"{value.strategy} ({', '.join(str(key) for key in keys)})"
    try:
        if None not in keys and parse_partition_by(short, writing.engine) == value:
            return short
    except SqlTextError:
        pass
    return {"method": value.strategy, "keys": write_parts(value.keys, writing.engine)}


def _mysql_partitioning(value: MySqlPartitioning) -> dict[str, Plain]:
    short = f"{value.method} ({value.expression})"
    short += f" partitions {value.count}" if value.count is not None else ""
    if value.sub_method is not None:
        short += f" subpartition by {value.sub_method} ({value.sub_expression})"
        short += f" subpartitions {value.sub_count}" if value.sub_count is not None else ""
    try:
        reads_back = parse_partitioning(short, MYSQL) == replace(value, partitions=())
    except SqlTextError:
        reads_back = False
    by: Plain = short
    if not reads_back:
        by = given(value, "method", "expression", "count", "sub_method", "sub_expression", "sub_count")
        by = {"method": value.method, "expression": value.expression} | by
    partitions: dict[str, Plain] = {item.name: _mysql_partition(item) for item in value.partitions}
    return {"partition_by": by} | ({"partitions": partitions} if partitions else {})


def _mysql_partition(item: MySqlPartition) -> Plain:
    rest = given(item, "options")
    if item.subpartitions:
        rest["subpartitions"] = [_mysql_subpartition(part) for part in item.subpartitions]
    if not rest:
        return item.values or None
    return Flow(({"values": item.values} if item.values else {}) | rest)


def _mysql_subpartition(item: MySqlSubpartition) -> Plain:
    rest = given(item, "options")
    return Flow({"name": item.name} | rest) if rest else item.name


def _statistics(table: Table, writing: Writing) -> dict[str, Plain]:
    found: dict[str, Plain] = {}
    for item in writing.attached.get((table.schema, table.name), ()):
        if isinstance(item, Statistics):
            rest = given(item, "target", "comment", "owner")
            rest |= {"kinds": list(item.kinds)} if item.kinds else {}
            rest |= {"schema": item.schema} if item.schema != table.schema else {}
            columns: Plain = list(item.expressions)
            found[item.name] = Flow({"columns": columns} | rest) if rest else columns
    return {"statistics": found} if found else {}
