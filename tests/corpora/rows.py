"""Rows for the tables of a database: of values that tell, as far as its rules take them."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

import psycopg2
import pymysql

from tests.corpora.samples import Care, Column, mysql_column, postgres_column

NUMBERS = (1, 2)
COUNTED = 101  # where counters are, the first of them
Name = tuple[str, str]  # of a table: schema, empty on MySQL, and name
Structure = dict[Name, list[Column]]

_POSTGRES_COLUMNS = """
SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), base.typcategory, base.typtype,
       base.typname, a.attgenerated <> '' AS generated,
       CASE WHEN base.typtype = 'e' THEN
         (SELECT array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = base.oid) END,
       a.atttypmod, a.attnotnull,
       EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f' AND (k.conrelid = c.oid AND a.attnum = ANY (k.conkey)
         OR k.confrelid = c.oid AND a.attnum = ANY (k.confkey)))
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
SELECT '', c.table_name, c.column_name, c.column_type, c.data_type, c.generation_expression,
       EXISTS (SELECT 1 FROM information_schema.key_column_usage k WHERE k.referenced_table_name IS NOT NULL
         AND k.table_schema = database() AND (k.table_name = c.table_name AND k.column_name = c.column_name
         OR k.referenced_table_name = c.table_name AND k.referenced_column_name = c.column_name))
FROM information_schema.columns c
JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
WHERE c.table_schema = database() AND t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')
  AND c.table_name NOT LIKE 'db\_bootstrap\_%'
ORDER BY c.table_name, c.ordinal_position
"""
_POSTGRES_COUNTERS = r"""
SELECT replace(c.oid::regclass::text, '''', '''''')
FROM pg_class c JOIN pg_sequence s ON s.seqrelid = c.oid
WHERE s.seqincrement > 0 AND c.relnamespace::regnamespace::text <> 'db_bootstrap' ORDER BY 1
"""


def structure(connection: Any, engine: str) -> Structure:
    """The tables of a database with their columns; not partitions, which get their rows through their table."""
    with connection.cursor() as cursor:
        cursor.execute(_POSTGRES_COLUMNS if engine == "postgresql" else _MYSQL_COLUMNS)
        found: Structure = {}
        for row in cursor.fetchall():
            columns = found.setdefault((row[0], row[1]), [])
            columns.append((postgres_column if engine == "postgresql" else mysql_column)(row, len(columns)))
        return found


def fill(connection: Any, engine: str, other: Structure, care: Care = Care.TELLING) -> int:
    """Put rows into all tables; returns how many there are.

    A row that a rule refuses is tried with more careful values, and stays out where all are refused. What is a key in
    the other structure, that is wanted, gets the values of a key.
    """
    count = 0
    tables = structure(connection, engine)
    with connection.cursor() as cursor:
        off = "SET session_replication_role = replica" if engine == "postgresql" else "SET foreign_key_checks = 0"
        cursor.execute(off)
        for table in sorted(tables):
            columns = _keyed_in_either(tables[table], other.get(table, []))
            count += sum(_inserted(cursor, engine, table, columns, k, care) for k in NUMBERS)
        if engine == "postgresql":
            _advance(cursor)
        on = "SET session_replication_role = origin" if engine == "postgresql" else "SET foreign_key_checks = 1"
        cursor.execute(on)
    return count


def _advance(cursor: Any) -> None:
    """Let the sequences of a PostgreSQL be where none begins by itself."""
    cursor.execute(_POSTGRES_COUNTERS)
    for number, (name,) in enumerate(cursor.fetchall()):
        with contextlib.suppress(psycopg2.Error):  # a narrow one does not get there
            cursor.execute(f"SELECT setval('{name}', {COUNTED + number})")


def _keyed_in_either(columns: list[Column], other: list[Column]) -> list[Column]:
    keyed = {column.name for column in other if column.keyed}
    return [replace(column, keyed=column.keyed or column.name in keyed) for column in columns]


def _inserted(cursor: Any, engine: str, table: Name, columns: list[Column], k: int, care: Care) -> bool:
    for degree in Care:
        if degree >= care:
            with contextlib.suppress(psycopg2.Error, pymysql.Error):
                cursor.execute(_insert(engine, table, columns, k, degree))
                return True
    return False


def _insert(engine: str, table: Name, columns: list[Column], k: int, care: Care) -> str:
    written = [column for column in columns if column.writable]
    names = ", ".join(quoted(engine, column.name) for column in written)
    values = ", ".join(column.value(k, care) for column in written)
    target = qualified(engine, table)
    if not written:
        return (
            f"INSERT INTO {target} DEFAULT VALUES" if engine == "postgresql" else f"INSERT INTO {target} () VALUES ()"
        )
    override = " OVERRIDING SYSTEM VALUE" if engine == "postgresql" else ""
    return f"INSERT INTO {target} ({names}){override} VALUES ({values})"


def quoted(engine: str, name: str) -> str:
    """A name as SQL."""
    mark = '"' if engine == "postgresql" else "`"
    return mark + name.replace(mark, mark * 2) + mark


def qualified(engine: str, table: Name) -> str:
    """A table's name as SQL."""
    return ".".join(quoted(engine, part) for part in table if part)
