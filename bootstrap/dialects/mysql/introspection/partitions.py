"""Reading the PARTITION BY part of SHOW CREATE TABLE."""

from __future__ import annotations

from dataclasses import replace

from bootstrap.catalog.tables import MySqlPartition, MySqlPartitioning, MySqlSubpartition
from bootstrap.dialects.mysql.introspection.lexer import Reader, TokenKind, UnknownSyntaxError

_METHODS = (
    ("RANGE", "COLUMNS"), ("LIST", "COLUMNS"), ("RANGE",), ("LIST",), ("LINEAR", "HASH"), ("LINEAR", "KEY"), ("HASH",),
    ("KEY",), ("SYSTEM_TIME",),
)  # fmt: skip


def read_partitioning(reader: Reader) -> MySqlPartitioning:
    """``PARTITION BY …`` to its end. Raises UnknownSyntaxError."""
    reader.expect("PARTITION", "BY")
    method, expression = _method(reader)
    found = MySqlPartitioning(method=method, expression=expression)
    if reader.accept("PARTITIONS"):
        found = replace(found, count=int(reader.name()))
    if reader.accept("SUBPARTITION", "BY"):
        sub_method, sub_expression = _method(reader)
        found = replace(found, sub_method=sub_method, sub_expression=sub_expression)
        if reader.accept("SUBPARTITIONS"):
            found = replace(found, sub_count=int(reader.name()))
    if reader.accept("("):
        partitions = [_partition(reader)]
        while reader.accept(","):
            partitions.append(_partition(reader))
        reader.expect(")")
        found = replace(found, partitions=tuple(partitions))
    return found


def _method(reader: Reader) -> tuple[str, str]:
    for words in _METHODS:
        if reader.accept(*words):
            method = " ".join(words).lower()
            break
    else:
        raise UnknownSyntaxError(f"unknown kind of partitioning at: {reader.rest()[:60]}")
    if method == "system_time":
        return method, _system_time(reader)
    if reader.accept("ALGORITHM", "="):
        method += f" algorithm={reader.name()}"
    return method, reader.parenthesised()


def _system_time(reader: Reader) -> str:
    """``INTERVAL 1 MONTH STARTS … AUTO`` or ``LIMIT 1000``: everything up to the list or the number of partitions."""
    start = end = reader.token.start
    while not (reader.done or reader.at("(") or reader.at("PARTITIONS") or reader.at("SUBPARTITION")):
        end = reader.take().end
    return reader.text[start:end]


def _partition(reader: Reader) -> MySqlPartition:
    reader.expect("PARTITION")
    name = reader.name()
    values = _values(reader)
    options = _options(reader)
    subpartitions: list[MySqlSubpartition] = []
    if reader.accept("("):
        while True:
            reader.expect("SUBPARTITION")
            subpartitions.append(MySqlSubpartition(name=reader.name(), options=_options(reader)))
            if not reader.accept(","):
                break
        reader.expect(")")
    return MySqlPartition(name=name, values=values, options=options, subpartitions=tuple(subpartitions))


def _values(reader: Reader) -> str:
    if reader.accept("VALUES", "LESS", "THAN"):
        return "LESS THAN MAXVALUE" if reader.accept("MAXVALUE") else f"LESS THAN ({reader.parenthesised()})"
    if reader.accept("VALUES", "IN"):
        return f"IN ({reader.parenthesised()})"
    if reader.accept("HISTORY"):
        return "HISTORY"
    if reader.accept("CURRENT"):
        return "CURRENT"
    if reader.accept("DEFAULT"):
        return "DEFAULT"
    return ""


def _options(reader: Reader) -> tuple[tuple[str, str], ...]:
    """Options of a partition or sub-partition; its engine is always the table's."""
    options: dict[str, str] = {}
    while reader.token.kind is TokenKind.WORD:
        name = reader.name().lower()
        if name in ("data", "index"):
            reader.expect("DIRECTORY")
            name = f"{name} directory"
        reader.accept("=")
        value = reader.take().text  # of a tablespace a name
        if name != "engine":
            options[name] = value
    return tuple(sorted(options.items()))
