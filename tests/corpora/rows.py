"""Rows for tables that both sides of a case have, and what became of them.

Row number k holds the value k wherever a type can hold it, in every table: so foreign keys between tables find their
row, and most types convert into each other. What refuses such a row stays empty, and the case is counted as that.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg2
import pymysql

NUMBERS = (1, 2)

_POSTGRES_COLUMNS = """
SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), base.typcategory, base.typtype,
       base.typname, a.attgenerated <> '' AS generated, a.attidentity <> '' AS identity,
       CASE WHEN base.typtype = 'e' THEN
         (SELECT array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = base.oid) END,
       a.atttypmod, a.attnotnull, c.relispartition OR c.relkind <> 'r'
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_type base ON base.oid = CASE WHEN t.typtype = 'd' THEN
  (WITH RECURSIVE up AS (SELECT t.oid, t.typtype, t.typbasetype UNION ALL
     SELECT p.oid, p.typtype, p.typbasetype FROM up JOIN pg_type p ON p.oid = up.typbasetype)
   SELECT oid FROM up WHERE typtype <> 'd') ELSE t.oid END
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'db_bootstrap') AND n.nspname !~ '^pg_'
ORDER BY 1, 2, a.attnum
"""
_MYSQL_COLUMNS = r"""
SELECT '', c.table_name, c.column_name, c.column_type, c.data_type, c.generation_expression, c.is_nullable,
       c.character_maximum_length, c.extra
FROM information_schema.columns c
JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
WHERE c.table_schema = database() AND t.table_type LIKE '%TABLE' AND c.table_name NOT LIKE 'db\_bootstrap\_%'
ORDER BY c.table_name, c.ordinal_position
"""


@dataclass(frozen=True)
class Column:
    """A column as the generator needs it: its type in full, and SQL of the value for row number k (``{k}``)."""

    name: str
    type: str
    value: str
    writable: bool = True


@dataclass
class Rows:
    """What was put into a database: for each table its columns and the values that the server then showed."""

    tables: dict[tuple[str, str], list[Column]] = field(default_factory=dict)
    content: dict[tuple[str, str], list[tuple[Any, ...]]] = field(default_factory=dict)
    empty: int = 0  # tables that no row could be made for

    @property
    def count(self) -> int:
        """How many rows there are."""
        return sum(len(rows) for rows in self.content.values())


def fill(connection: Any, engine: str, wanted: set[tuple[str, str]]) -> Rows:
    """Put rows into these tables, and read back what is there."""
    rows = Rows()
    tables = structure(connection, engine)
    with connection.cursor() as cursor:
        cursor.execute(
            "SET session_replication_role = replica" if engine == "postgresql" else "SET foreign_key_checks = 0"
        )
        for table in sorted(wanted & tables.keys()):
            for k in NUMBERS:
                # one that a constraint refuses stays out
                with contextlib.suppress(type_error(engine)):
                    cursor.execute(_insert(engine, table, tables[table], k))
        for table in sorted(wanted & tables.keys()):  # only now: triggers change rows of other tables
            columns = tables[table]
            content = _read(cursor, engine, table, [column.name for column in columns])
            if content:
                rows.tables[table], rows.content[table] = columns, content
            else:
                rows.empty += 1
    return rows


def type_error(engine: str) -> type[Exception]:
    """What the driver raises when the server refuses a statement."""
    return psycopg2.Error if engine == "postgresql" else pymysql.Error


def lost(connection: Any, engine: str, before: Rows) -> list[str]:
    """What is missing of the rows: whole rows, or values of columns that kept their name.

    Where the type is the same the values must be; where it changed they must not have become NULL.
    """
    found: list[str] = []
    after = structure(connection, engine)
    with connection.cursor() as cursor:
        for table, columns in before.tables.items():
            if table not in after:
                continue
            kept = {column.name: column for column in after[table]}
            shared = [column for column in columns if column.name in kept and column.writable]
            content = _read(cursor, engine, table, [column.name for column in shared])
            old = before.content[table]
            name = ".".join(part for part in table if part)
            if len(content) != len(old):
                found.append(f"{name}: {len(old)} rows before, {len(content)} after")
                continue
            places = [columns.index(column) for column in shared]
            for place, column in enumerate(shared):
                if not kept[column.name].writable:
                    continue
                was = sorted(str(row[places[place]]) for row in old)
                now = sorted(str(row[place]) for row in content)
                same = column.type == kept[column.name].type
                if (same and was != now) or (now == ["None"] * len(now) and was != now):
                    found.append(f"{name}.{column.name}: {was} became {now}")
    return found


def structure(connection: Any, engine: str) -> dict[tuple[str, str], list[Column]]:
    """The tables of a database with their columns."""
    with connection.cursor() as cursor:
        cursor.execute(_POSTGRES_COLUMNS if engine == "postgresql" else _MYSQL_COLUMNS)
        found: dict[tuple[str, str], list[Column]] = {}
        for row in cursor.fetchall():
            column = _postgres_column(row) if engine == "postgresql" else _mysql_column(row)
            found.setdefault((row[0], row[1]), []).append(column)
        return found


def read_table(connection: Any, engine: str, table: tuple[str, str], columns: list[Column]) -> list[tuple[Any, ...]]:
    """All rows of a table."""
    with connection.cursor() as cursor:
        return _read(cursor, engine, table, [column.name for column in columns])


def _insert(engine: str, table: tuple[str, str], columns: list[Column], k: int) -> str:
    written = [column for column in columns if column.writable]
    quote = _quote(engine)
    names = ", ".join(quote(column.name) for column in written)
    values = ", ".join(column.value.replace("{k}", str(k)) for column in written)
    target = ".".join(quote(part) for part in table if part)
    if not written:
        return (
            f"INSERT INTO {target} DEFAULT VALUES" if engine == "postgresql" else f"INSERT INTO {target} () VALUES ()"
        )
    override = " OVERRIDING SYSTEM VALUE" if engine == "postgresql" else ""
    return f"INSERT INTO {target} ({names}){override} VALUES ({values})"


def _read(cursor: Any, engine: str, table: tuple[str, str], names: list[str]) -> list[tuple[Any, ...]]:
    quote = _quote(engine)
    cast = "{}::text" if engine == "postgresql" else "{}"
    columns = ", ".join(cast.format(quote(name)) for name in names) or "1"
    source = ".".join(quote(part) for part in table if part)
    if engine == "postgresql":  # a partition's rows are the table's, those of a table that inherits are not
        literal = source.replace("'", "''")
        part = "(SELECT c.relispartition FROM pg_class c WHERE c.oid = item.tableoid)"
        source = f"(SELECT * FROM {source} item WHERE item.tableoid = '{literal}'::regclass OR {part}) mine"
    cursor.execute(f"SELECT {columns} FROM {source}")
    return list(cursor.fetchall())


def _quote(engine: str) -> Any:
    mark = '"' if engine == "postgresql" else "`"
    return lambda name: mark + name.replace(mark, mark * 2) + mark


_POSTGRES_VALUES = {
    "bool": "({k} = 1)", "date": "'2020-01-0{k}'", "timestamp": "'2020-01-0{k} 00:00:00'",
    "timestamptz": "'2020-01-0{k} 00:00:00+00'", "time": "'0{k}:00'", "timetz": "'0{k}:00+00'",
    "interval": "'{k} days'", "uuid": "'00000000-0000-0000-0000-00000000000{k}'", "json": "'{k}'", "jsonb": "'{k}'",
    "bytea": "'\\x0{k}'", "inet": "'10.0.0.{k}'", "cidr": "'10.0.0.{k}'", "macaddr": "'00:00:00:00:00:0{k}'",
    "macaddr8": "'00:00:00:00:00:00:00:0{k}'", "point": "'({k},{k})'", "line": "'{{k},1,1}'",
    "lseg": "'[({k},0),(1,1)]'", "box": "'({k},{k}),(0,0)'", "path": "'[({k},{k})]'", "polygon": "'(({k},{k}))'",
    "circle": "'<(0,0),{k}>'", "tsvector": "'{k}'", "tsquery": "'{k}'", "hstore": "'k=>{k}'", "xml": "'<k>{k}</k>'",
    "int4range": "'[{k},{k}]'", "int8range": "'[{k},{k}]'", "numrange": "'[{k},{k}]'", "bpchar": "'{k}'",
    "daterange": "'[2020-01-0{k},2020-01-0{k}]'", "tsrange": "'[2020-01-0{k},2020-01-0{k}]'",
    "tstzrange": "'[2020-01-0{k},2020-01-0{k}]'", "oid": "{k}", "ltree": "'k{k}'",
}  # fmt: skip


def _postgres_column(row: tuple[Any, ...]) -> Column:
    _, _, name, type_, category, kind, base, generated, _, labels, modifier, not_null, _ = row
    value = _POSTGRES_VALUES.get(base, "'{k}'")
    if labels:
        value = "'" + labels[0].replace("'", "''") + "'"
    elif kind in ("c", "r", "m") and base not in _POSTGRES_VALUES:
        value = "NULL"
    elif category == "A":
        value = "'{}'" if not_null else "NULL"
    elif category == "V" and base in ("bit", "varbit"):
        value = "B'" + "1" * max(int(modifier), 1) + "'"
    return Column(name=name, type=type_, value=value, writable=not generated)


_MYSQL_VALUES = {
    "date": "'2020-01-0{k}'", "datetime": "'2020-01-0{k} 00:00:00'", "timestamp": "'2020-01-0{k} 00:00:00'",
    "time": "'0{k}:00:00'", "year": "200{k}", "bit": "b'1'", "json": "'{k}'",
    "point": "ST_GeomFromText('POINT({k} {k})')",
    "geometry": "ST_GeomFromText('POINT({k} {k})')", "uuid": "'00000000-0000-0000-0000-00000000000{k}'",
    "linestring": "ST_GeomFromText('LINESTRING(0 0,{k} {k})')", "inet6": "'::{k}'", "inet4": "'10.0.0.{k}'",
    "polygon": "ST_GeomFromText('POLYGON((0 0,{k} 0,{k} {k},0 0))')",
    "multipoint": "ST_GeomFromText('MULTIPOINT({k} {k},0 0)')",
    "multilinestring": "ST_GeomFromText('MULTILINESTRING((0 0,{k} {k}))')",
    "multipolygon": "ST_GeomFromText('MULTIPOLYGON(((0 0,{k} 0,{k} {k},0 0)))')",
    "geometrycollection": "ST_GeomFromText('GEOMETRYCOLLECTION(POINT({k} {k}))')",
    "geomcollection": "ST_GeomFromText('GEOMETRYCOLLECTION(POINT({k} {k}))')",
}  # fmt: skip


def _mysql_column(row: tuple[Any, ...]) -> Column:
    _, _, name, type_, base, generation, *_ = row
    value = _MYSQL_VALUES.get(base, "'{k}'")
    if base in ("enum", "set"):
        value = next(_enum_labels(type_))
    return Column(name=name, type=type_, value=value, writable=not generation)


def _enum_labels(type_: str) -> Iterator[str]:
    """The labels of ``enum('a','b')`` as literals; the comma inside of one cuts it, and the row stays out."""
    yield from type_[type_.index("(") + 1 : -1].split(",")
