"""The SQL text of columns, keys, constraints, options and partitions: what CREATE TABLE and ALTER TABLE share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bootstrap.catalog.columns import Column, Generated
from bootstrap.catalog.constraints import Check, ForeignKey
from bootstrap.catalog.indexes import IndexPart
from bootstrap.catalog.ref import Kind
from bootstrap.catalog.tables import MySqlPartition, MySqlPartitioning, Period, Table
from bootstrap.dialects.mysql.keys import Key
from bootstrap.dialects.mysql.text import literal, quote, quote_all
from bootstrap.plan.server import Server
from bootstrap.problems import Refused

_NOW = r"(?:current_timestamp|now|localtime|localtimestamp)(?:\s*\(\s*\d*\s*\))?"
_PLAIN_DEFAULT = re.compile(
    rf"""(?:[+-]?\s*(?:\d[\d.]*(?:e[+-]?\d+)?|\.\d+)|null|true|false|{_NOW}|
    (?:(?:_\w+\s*)|[bxn])?'(?:[^'\\]|''|\\.)*'|0x[0-9a-f]+|0b[01]+|(?:date|time|timestamp)\s*'[^']*')$""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_ONLY_EXPRESSIONS = re.compile(
    r"(tiny|medium|long)?(text|blob)\b|json\b|geom|point|linestring|polygon|multi", re.IGNORECASE
)


def column_definition(column: Column, server: Server, *, table_collation: str | None) -> str:
    """A column as CREATE TABLE, ADD COLUMN and MODIFY write it.

    ``table_collation``: what the column would inherit, and therefore need not say; None says everything.
    """
    return " ".join((quote(column.name), *_attributes(column, server, table_collation)))


def _attributes(column: Column, server: Server, table_collation: str | None) -> Iterator[str]:
    yield column.type
    yield from _charset(column, table_collation)
    if column.srid is not None and "column_srid" in server.capabilities:
        yield f"SRID {column.srid}"
    if column.generated:
        yield from _generated(column, column.generated)
    else:
        yield from _value(column, server)
    if column.invisible:
        yield "INVISIBLE"
    if column.without_system_versioning:
        yield "WITHOUT SYSTEM VERSIONING"
    for name, value in column.options:
        if name != "default":
            yield f"{name.upper()} {value.upper()}"
    if column.comment:
        yield f"COMMENT {literal(column.comment)}"
    if column.check is not None:
        yield f"CHECK ({column.check})"


def _charset(column: Column, table_collation: str | None) -> Iterator[str]:
    if column.collation is not None and column.collation == table_collation:
        return
    if column.charset:
        yield f"CHARACTER SET {column.charset}"
    if column.collation:
        yield f"COLLATE {column.collation}"


def _generated(column: Column, generated: Generated) -> Iterator[str]:
    if generated.expression in ("ROW START", "ROW END"):
        yield f"GENERATED ALWAYS AS {generated.expression}"
        return
    yield f"GENERATED ALWAYS AS ({generated.expression}) {generated.kind.upper()}"
    if not column.nullable:
        yield "NOT NULL"


def _value(column: Column, server: Server) -> Iterator[str]:
    # Always explicit: without explicit_defaults_for_timestamp a timestamp that says nothing gets a default of its own.
    yield "NULL" if column.nullable else "NOT NULL"
    if column.default is not None:
        yield f"DEFAULT {default_text(column.default, column.type, server)}"
    if column.on_update is not None:
        yield f"ON UPDATE {column.on_update}"
    if column.auto_increment:
        yield "AUTO_INCREMENT"


def default_text(default: str, column_type: str, server: Server) -> str:
    """A default as a column writes it: what is not a literal or the current time stands in parentheses."""
    plain = _PLAIN_DEFAULT.match(default.strip()) is not None
    if (
        plain
        and server.vendor == "mysql"
        and _ONLY_EXPRESSIONS.match(column_type)
        and default.strip().lower() != "null"
    ):
        return f"({default})"
    return default if plain or _in_parentheses(default) else f"({default})"


def is_expression(default: str, column_type: str, server: Server) -> bool:
    """Whether a default is more than a literal or the current time."""
    return default_text(default, column_type, server).startswith("(")


def _in_parentheses(text: str) -> bool:
    text = text.strip()
    if not text.startswith("("):
        return False
    depth = 0
    for place, found in enumerate(re.finditer(r"'(?:[^'\\]|''|\\.)*'|`[^`]*`|.", text, re.DOTALL)):
        depth += {"(": 1, ")": -1}.get(found.group(), 0)
        if depth == 0 and found.end() < len(text) and place > 0:
            return False
    return True


def loses_default(column: Column) -> bool:
    """Whether the column must not even have the default NULL: only ALTER COLUMN … DROP DEFAULT makes one."""
    return ("default", "none") in column.options


def key_definition(key: Key, server: Server) -> str:
    """A key as CREATE TABLE and ADD write it."""
    words = {Kind.PRIMARY_KEY: "PRIMARY KEY", Kind.UNIQUE: "UNIQUE KEY"}.get(key.kind)
    if words is None:
        words = {"fulltext": "FULLTEXT KEY", "spatial": "SPATIAL KEY"}.get(
            key.method, "UNIQUE KEY" if key.unique else "KEY"
        )
    pieces = [words]
    if key.kind is not Kind.PRIMARY_KEY and key.name:
        pieces.append(quote(key.name))
    overlaps = " WITHOUT OVERLAPS" if key.without_overlaps else ""
    pieces.append(f"({','.join(index_part(part) for part in key.parts)}{overlaps})")
    if key.using:
        pieces.append(f"USING {key.using.upper()}")
    pieces += [f"{name.upper()}={value}" for name, value in key.options]
    if key.parser:
        pieces.append(f"WITH PARSER {quote(key.parser)}")
    if key.comment:
        pieces.append(f"COMMENT {literal(key.comment)}")
    if not key.visible:
        pieces.append(hidden(server, hide=True))
    return " ".join(pieces)


def hidden(server: Server, *, hide: bool) -> str:
    """The vendor's word for an index that queries do not use."""
    if "ignored_indexes" in server.capabilities:
        return "IGNORED" if hide else "NOT IGNORED"
    return "INVISIBLE" if hide else "VISIBLE"


def index_part(part: IndexPart) -> str:
    """One part of a key."""
    text = quote(part.column) if part.column is not None else f"({part.expression})"
    if part.length is not None:
        text += f"({part.length})"
    return f"{text} DESC" if part.descending else text


def check_definition(check: Check) -> str:
    """A check as CREATE TABLE and ADD write it."""
    name = f"CONSTRAINT {quote(check.name)} " if check.name else ""
    return f"{name}CHECK ({check.expression}){'' if check.enforced else ' NOT ENFORCED'}"


def foreign_key_definition(key: ForeignKey) -> str:
    """A foreign key as ADD writes it. What is the server's default is not said: it would be printed for ever."""
    name = f"CONSTRAINT {quote(key.name)} " if key.name else ""
    target = f"{quote(key.ref_schema)}.{quote(key.ref_table)}" if key.ref_schema else quote(key.ref_table)
    text = f"{name}FOREIGN KEY ({quote_all(key.columns)}) REFERENCES {target} ({quote_all(key.ref_columns)})"
    if key.on_delete.upper() != "NO ACTION" or "on_delete" in key.explicit_actions:
        text += f" ON DELETE {key.on_delete.upper()}"
    if key.on_update.upper() != "NO ACTION" or "on_update" in key.explicit_actions:
        text += f" ON UPDATE {key.on_update.upper()}"
    return text


def option_text(name: str, value: str) -> str:
    """One table option. Names that the server quotes are options of a storage engine."""
    if name == "storage":
        return f"STORAGE {value}"
    return f"{name.upper()}={value}" if re.fullmatch(r"[a-z_ ]+", name) else f"{quote(name)}={value}"


def table_options(table: Table) -> Iterator[str]:
    """What stands behind the closing parenthesis of CREATE TABLE, up to the partitions."""
    if table.engine:
        yield f"ENGINE={table.engine}"
    if table.charset:
        yield f"DEFAULT CHARSET={table.charset}"
    if table.collation:
        yield f"COLLATE={table.collation}"
    for name, value in table.options:
        yield option_text(name, value)
    if table.comment:
        yield f"COMMENT={literal(table.comment)}"
    if table.system_versioned:
        yield "WITH SYSTEM VERSIONING"


def period(columns: Iterable[Column]) -> str | None:
    """The period of system time, where its two columns are named."""
    rows = {column.generated.expression: column.name for column in columns if column.generated}
    if "ROW START" in rows and "ROW END" in rows:
        return f"PERIOD FOR SYSTEM_TIME ({quote(rows['ROW START'])}, {quote(rows['ROW END'])})"
    return None


def application_period(period: Period, server: Server) -> str:
    """The period of the application's own time. Raises Refused where there are none."""
    if "application_periods" not in server.capabilities:
        raise Refused(f"period {period.name}: only MariaDB has periods of the application's own time")
    return f"PERIOD FOR {quote(period.name)} ({quote(period.start)}, {quote(period.end)})"


def partitioning_text(found: MySqlPartitioning) -> str:
    """The PARTITION BY clause."""
    text = f"PARTITION BY {_method(found.method, found.expression)}"
    if found.count is not None and not found.partitions:
        text += f" PARTITIONS {found.count}"
    if found.sub_method is not None:
        text += f" SUBPARTITION BY {_method(found.sub_method, found.sub_expression or '')}"
        if found.sub_count is not None:
            text += f" SUBPARTITIONS {found.sub_count}"
    if found.partitions:
        text += f" ({', '.join(partition_text(partition) for partition in found.partitions)})"
    return text


def _method(method: str, expression: str) -> str:
    method, _, algorithm = method.partition(" algorithm=")
    words = method.upper() + (f" ALGORITHM={algorithm}" if algorithm else "")
    return f"{words} {expression}".rstrip() if method == "system_time" else f"{words} ({expression})"


def partition_text(partition: MySqlPartition) -> str:
    """One partition as PARTITION BY and ADD PARTITION write it."""
    text = f"PARTITION {quote(partition.name)}"
    if partition.values:
        system = partition.values.upper() in ("HISTORY", "CURRENT", "DEFAULT")
        text += f" {partition.values}" if system else f" VALUES {partition.values}"
    text += _partition_options(partition.options)
    if partition.subpartitions:
        parts = (
            f"SUBPARTITION {quote(part.name)}{_partition_options(part.options)}" for part in partition.subpartitions
        )
        text += f" ({', '.join(parts)})"
    return text


def _partition_options(options: Iterable[tuple[str, str]]) -> str:
    return "".join(f" {name.upper()} = {value}" for name, value in options)
