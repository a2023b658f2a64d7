"""How tables are partitioned, on either engine."""

from __future__ import annotations

from bootstrap.catalog.tables import (
    LEFT_OPEN,
    MySqlPartition,
    MySqlPartitioning,
    MySqlSubpartition,
    PartitionBy,
    PartitionOf,
    Table,
)
from bootstrap.declaration.convert.assembly import Builder
from bootstrap.declaration.convert.members import read_parts
from bootstrap.declaration.model import Position
from bootstrap.declaration.parts import Cursor, parse_part
from bootstrap.declaration.shapes.tables import (
    MySqlPartitionShape,
    MySqlSubpartitionShape,
    PartitionByShape,
    TableShape,
)
from bootstrap.sql.lexer import SqlTextError, scan, split_commas


def read_partition_by(builder: Builder, shape: TableShape) -> PartitionBy | None:
    """PostgreSQL's PARTITION BY."""
    value, position = shape.partition_by, builder.reading.position(shape, "partition_by")
    if value is None:
        return None
    if isinstance(value, str):
        return builder.parsed(position, "partition_by", lambda: parse_partition_by(value, builder.engine))
    if value.keys is None:
        builder.problem(position, "partition_by lacks keys", "add keys: with columns or expressions")
        return None
    return PartitionBy(strategy=value.method.lower(), keys=read_parts(builder, value.keys, "partition_by"))


def parse_partition_by(text: str, engine: str) -> PartitionBy:
    """``range (created_at)``. Raises SqlTextError."""
    cursor = Cursor(text, scan(text, engine))
    strategy = cursor.name("range, list or hash").lower()
    if strategy not in {"range", "list", "hash"} or not cursor.at("("):
        raise SqlTextError("expected range (…), list (…) or hash (…)", 0)
    inside = split_commas(cursor.brackets())
    cursor.end()
    keys = tuple(parse_part(text[item[0].start : item[-1].end], engine) for item in inside if item)
    return PartitionBy(strategy=strategy, keys=keys)


def read_partitions(builder: Builder, shape: TableShape, parent: Table, owner: str | None) -> None:
    """PostgreSQL: the partitions that have nothing but their bounds, as tables of their own."""
    for key, value in (shape.partitions or {}).items():
        position = builder.reading.position(shape.partitions, key)
        schema, name = builder.name(key, position, "partition")
        if not isinstance(value, str):
            builder.problem(position, f"partition {key} has no bounds", "write for values … or default")
            continue
        bound = PartitionOf(schema=parent.schema, table=parent.name, bound=value.strip())
        builder.assembly.add(
            Table(schema=schema, name=name, partition_of=bound, owner=owner, unsaid=LEFT_OPEN), position
        )


def read_partitioning(builder: Builder, shape: TableShape) -> MySqlPartitioning | None:
    """MySQL's PARTITION BY with its partitions."""
    value, position = shape.partition_by, builder.reading.position(shape, "partition_by")
    if value is None:
        if shape.partitions:
            builder.problem(
                builder.reading.position(shape, "partitions"), "partitions without partition_by", "add partition_by:"
            )
        return None
    found: MySqlPartitioning | None
    if isinstance(value, str):
        found = builder.parsed(position, "partition_by", lambda: parse_partitioning(value, builder.engine))
    else:
        found = _long(builder, value, position)
    if found is None or not shape.partitions:
        return found
    partitions = tuple(_partition(name, item) for name, item in shape.partitions.items())
    return MySqlPartitioning(**{**{key: getattr(found, key) for key in found.__dataclass_fields__},
                                "partitions": partitions})  # fmt: skip


def _long(builder: Builder, value: PartitionByShape, position: Position) -> MySqlPartitioning | None:
    if value.expression is None:
        builder.problem(position, "partition_by lacks expression", "add expression: the text in the parentheses")
        return None
    return MySqlPartitioning(
        method=value.method.lower(),
        expression=value.expression,
        count=value.count,
        sub_method=value.sub_method,
        sub_expression=value.sub_expression,
        sub_count=value.sub_count,
    )


def _partition(name: str, value: str | MySqlPartitionShape | None) -> MySqlPartition:
    if value is None or isinstance(value, str):
        return MySqlPartition(name=name, values=value or "")
    return MySqlPartition(
        name=name,
        values=value.values,
        options=tuple((value.options or {}).items()),
        subpartitions=tuple(_subpartition(item) for item in value.subpartitions or ()),
    )


def _subpartition(value: str | MySqlSubpartitionShape) -> MySqlSubpartition:
    if isinstance(value, str):
        return MySqlSubpartition(name=value)
    return MySqlSubpartition(name=value.name, options=tuple((value.options or {}).items()))


def parse_partitioning(text: str, engine: str) -> MySqlPartitioning:
    """``hash (id) partitions 4 subpartition by key (a) subpartitions 2``. Raises SqlTextError."""
    cursor = Cursor(text, scan(text, engine))
    method, expression = _method(cursor)
    count = _number(cursor) if cursor.take("partitions") else None
    sub_method = sub_expression = sub_count = None
    if cursor.take("subpartition", "by"):
        sub_method, sub_expression = _method(cursor)
        sub_count = _number(cursor) if cursor.take("subpartitions") else None
    cursor.end()
    return MySqlPartitioning(
        method=method,
        expression=expression,
        count=count,
        sub_method=sub_method,
        sub_expression=sub_expression,
        sub_count=sub_count,
    )


def _method(cursor: Cursor) -> tuple[str, str]:
    words = [cursor.name("a method").lower()]
    while cursor.current is not None and cursor.current.kind == "word":
        words.append(cursor.name("a method").lower())
    if not cursor.at("("):
        raise SqlTextError("expected method (…)", 0)
    inside = cursor.brackets()
    return " ".join(words), cursor.text[inside[0].start : inside[-1].end] if inside else ""


def _number(cursor: Cursor) -> int:
    token = cursor.next("a number")
    if not token.text.isdigit():
        raise SqlTextError(f"{token.text} is not a number", token.start)
    return int(token.text)
