"""What is in each database in the end, read from the databases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg2 import sql

from demo import app

ROWS = 8
WIDTH = 28
# Our own tables: one is read by name below, the rest is not what the declaration is about.
OWN = "db_bootstrap"
LAST_RUNS = "SELECT id, action, outcome, environment FROM {} WHERE action <> 'verify' ORDER BY id"
STATEMENTS = "SELECT run, count(*) FROM {} GROUP BY run"


def describe(name: str, target: dict[str, Any]) -> list[str]:
    """Return lines about one database: its server, its tables with rows, and the runs of its history."""
    session = app.connect_mysql(target) if target["engine"] == "mysql" else app.connect_postgresql(target)
    try:
        reader = MySQLReader(session) if target["engine"] == "mysql" else PostgresReader(session)
        lines = [f"{name}: {reader.version()}, database {target['database']}"]
        for table in reader.tables():
            columns, rows, count = reader.content(table)
            lines += [f"  table {table}, {count} rows", *_grid(columns, rows)]
            if count > len(rows):
                lines.append(f"    … and {count - len(rows)} more")
        lines += ["  runs", *_grid(("id", "action", "outcome", "statements"), reader.runs())]
    finally:
        session.close()
    return lines


class Reader:
    """Questions that both engines answer."""

    runs_table = ""
    statements_table = ""

    def __init__(self, session: Any) -> None:
        self.session = session

    def rows(self, statement: Any) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        with self.session.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def runs(self) -> list[tuple[Any, ...]]:
        """The runs that the history holds, with how many statements each has executed."""
        statements = dict(self.rows(STATEMENTS.format(self.statements_table)))
        runs = self.rows(LAST_RUNS.format(self.runs_table))
        return [(number, action, outcome, statements.get(number, 0)) for number, action, outcome, _ in runs]

    def _named(self, statement: Any) -> tuple[list[str], list[tuple[Any, ...]]]:
        with self.session.cursor() as cursor:
            cursor.execute(statement)
            return [column[0] for column in cursor.description], list(cursor.fetchall())


class PostgresReader(Reader):
    """PostgreSQL: the schema public."""

    runs_table = "db_bootstrap.runs"
    statements_table = "db_bootstrap.statements"

    def version(self) -> str:
        """The server's product and version."""
        return "PostgreSQL " + str(self.rows("SHOW server_version")[0][0]).split()[0]

    def tables(self) -> list[str]:
        """The tables of the schema public."""
        return [row[0] for row in self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]

    def content(self, table: str) -> tuple[list[str], list[tuple[Any, ...]], int]:
        """Columns, the first rows, and how many there are."""
        name = sql.Identifier("public", table)
        columns, rows = self._named(sql.SQL("SELECT * FROM {} ORDER BY 1 LIMIT {}").format(name, sql.Literal(ROWS)))
        return columns, rows, self.rows(sql.SQL("SELECT count(*) FROM {}").format(name))[0][0]


class MySQLReader(Reader):
    """MySQL and MariaDB: the connected database."""

    runs_table = "db_bootstrap_runs"
    statements_table = "db_bootstrap_statements"

    def version(self) -> str:
        """The server's product and version."""
        version = str(self.rows("SELECT version()")[0][0])
        return ("MariaDB " if "MariaDB" in version else "MySQL ") + version.split("-", maxsplit=1)[0]

    def tables(self) -> list[str]:
        """The tables of the database, without our own."""
        names = [row[0] for row in self.rows("SHOW TABLES")]
        return [name for name in names if not name.startswith(OWN)]

    def content(self, table: str) -> tuple[list[str], list[tuple[Any, ...]], int]:
        """Columns, the first rows, and how many there are."""
        name = "`" + table.replace("`", "``") + "`"
        columns, rows = self._named(f"SELECT * FROM {name} ORDER BY 1 LIMIT {ROWS}")
        return columns, rows, self.rows(f"SELECT count(*) FROM {name}")[0][0]


def _grid(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """Return rows in aligned columns."""
    cells = [[str(name) for name in columns]]
    cells += [["" if value is None else str(value)[:WIDTH] for value in row] for row in rows]
    widths = [max(len(row[index]) for row in cells) for index in range(len(columns))]
    return [
        "    " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
    ]
