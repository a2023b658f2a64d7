"""A picture of every value in a database: the rows of each table by itself, and where its counters are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.corpora.rows import Name, qualified, quoted

Row = tuple[str | None, ...]


@dataclass(frozen=True)
class Table:
    """A table's own rows, not those of its partitions and children. Computed columns are no values."""

    columns: dict[str, str]  # name → type
    rows: list[Row]
    parents: tuple[Name, ...] = ()  # that it is a partition or a child of
    partition: bool = False


@dataclass(frozen=True)
class Counter:
    """A sequence or an AUTO_INCREMENT: the number that it has reached, and the column that it is for."""

    reached: int
    table: Name | None = None
    column: str = ""


@dataclass(frozen=True)
class Picture:
    """What a database holds."""

    tables: dict[Name, Table] = field(default_factory=dict)
    counters: dict[Name, Counter] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many rows there are."""
        return sum(len(table.rows) for table in self.tables.values())

    def holds(self, table: Name) -> bool:
        """Whether there are rows in a table, its partitions or its children."""
        return any(own.rows and table in self.ancestors(name) for name, own in self.tables.items())

    def ancestors(self, table: Name) -> Iterator[Name]:
        """A table, and those above it."""
        yield table
        for parent in self.tables[table].parents if table in self.tables else ():
            yield from self.ancestors(parent)


_POSTGRES_TABLES = r"""
SELECT n.nspname, c.relname, c.relispartition,
  ARRAY(SELECT ARRAY[pn.nspname, p.relname]::text[] FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent
    JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE i.inhrelid = c.oid),
  coalesce((SELECT json_object_agg(a.attname, format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum)
    FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''), '{}')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('information_schema', 'db_bootstrap') AND n.nspname !~ '^pg_'
ORDER BY 1, 2
"""
_POSTGRES_COUNTERS = """
SELECT n.nspname, c.relname, tn.nspname, t.relname, a.attname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_sequence s ON s.seqrelid = c.oid
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
  AND d.refclassid = 'pg_class'::regclass
LEFT JOIN pg_class t ON t.oid = d.refobjid LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
WHERE s.seqincrement > 0 AND n.nspname <> 'db_bootstrap'
"""
_MYSQL_TABLES = r"""
SELECT t.table_name, t.table_type, t.auto_increment, c.column_name, c.column_type, c.generation_expression, c.extra
FROM information_schema.tables t
JOIN information_schema.columns c ON c.table_schema = t.table_schema AND c.table_name = t.table_name
WHERE t.table_schema = database() AND t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED', 'SEQUENCE')
  AND t.table_name NOT LIKE 'db\_bootstrap\_%'
ORDER BY t.table_name, c.ordinal_position
"""


def take(connection: Any, engine: str) -> Picture:
    """Look at a database, as somebody from whom no row is hidden."""
    with connection.cursor() as cursor:
        return _postgres(cursor) if engine == "postgresql" else _mysql(cursor)


def _postgres(cursor: Any) -> Picture:
    cursor.execute(_POSTGRES_TABLES)
    tables = {}
    for schema, name, partition, parents, columns in cursor.fetchall():
        names = ", ".join(f"{quoted('postgresql', column)}::text" for column in columns) or "NULL"
        cursor.execute(f"SELECT {names} FROM ONLY {qualified('postgresql', (schema, name))}")
        above = tuple((str(parent[0]), str(parent[1])) for parent in parents)
        tables[schema, name] = Table(columns, [row[: len(columns)] for row in cursor.fetchall()], above, partition)
    cursor.execute(_POSTGRES_COUNTERS)
    counters = {}
    for schema, name, table_schema, table, column in cursor.fetchall():
        cursor.execute(f"SELECT last_value - (NOT is_called)::int FROM {qualified('postgresql', (schema, name))}")
        counters[schema, name] = Counter(cursor.fetchone()[0], (table_schema, table) if table else None, column or "")
    return Picture(tables, counters)


def _mysql(cursor: Any) -> Picture:
    cursor.execute("SHOW VARIABLES LIKE 'information_schema_stats_expiry'")
    if cursor.fetchall():  # MySQL; else what a table has counted up to is as old as its statistics
        cursor.execute("SET information_schema_stats_expiry = 0")
    cursor.execute(_MYSQL_TABLES)
    columns: dict[tuple[str, str], dict[str, str]] = {}
    counters = {}
    for name, kind, counted, column, type_, generation, extra in cursor.fetchall():
        own = columns.setdefault((name, kind), {})
        if not generation:
            own[column] = type_
        if "auto_increment" in extra and counted is not None:
            counters["", name] = Counter(int(counted) - 1, ("", name), column)
    tables = {}
    for (name, kind), own in columns.items():
        source = qualified("mysql", ("", name))
        if kind == "SEQUENCE":
            cursor.execute(f"SELECT next_not_cached_value - 1 FROM {source} WHERE increment > 0")
            for (reached,) in cursor.fetchall():
                counters["", name] = Counter(int(reached))
            continue
        history = " FOR SYSTEM_TIME ALL" if kind == "SYSTEM VERSIONED" else ""
        names = ", ".join(quoted("mysql", column) for column in own) or "NULL"
        cursor.execute(f"SELECT {names} FROM {source}{history}")
        rows = [
            tuple(None if value is None else _text(value) for value in row[: len(own)]) for row in cursor.fetchall()
        ]
        tables["", name] = Table(own, rows)
    return Picture(tables, counters)


def _text(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
