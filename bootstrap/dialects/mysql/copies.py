"""Copies of lost values on MySQL and MariaDB: tables ``db_bootstrap_*`` of the managed database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.base import Session
from bootstrap.dialects.mysql.history import PREFIX
from bootstrap.dialects.mysql.text import quote
from bootstrap.plan.losses import Kept

# The server may demand a primary key of every table (sql_require_primary_key), and a copy may have none of its own.
_ROW = "db_bootstrap_row"


class MySqlCopies:
    """Implements ``bootstrap.dialects.copies.Copies``."""

    def place(self, name: str) -> Ref:
        """The table of the history that has this name."""
        return Ref(Kind.TABLE, "", PREFIX + name)

    def copy(self, session: Session, kept: Kept, name: str) -> None:
        """Copy the values to a new table."""
        columns = ", ".join(map(quote, kept.copied))
        session.execute(
            f"CREATE TABLE {_place(name)} ({quote(_ROW)} bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY)"
            f" ENGINE=InnoDB ROW_FORMAT=DYNAMIC COMMENT='Kept by db-bootstrap'"
            f" SELECT {columns} FROM {quote(kept.table.name)}"
        )

    def drop(self, name: str) -> str:
        """The statement that drops a copy, if it is there."""
        return f"DROP TABLE IF EXISTS {_place(name)}"

    def missing(self, session: Session, table: Ref, keys: Mapping[str, str], name: str) -> int:
        """How many rows of the table have no values in the copy."""
        sql = (
            f"SELECT COUNT(*) FROM {quote(table.name)} t"
            f" WHERE NOT EXISTS (SELECT 1 FROM {_place(name)} dbb WHERE {_same(keys)})"
        )
        return int(session.query(sql)[0][0])

    def value(self, table: Table, column: str, keys: Mapping[str, str], copied: str, name: str) -> str:  # noqa: ARG002
        """The kept value of a column, as an expression over the table's rows."""
        return f"SELECT dbb.{quote(copied)} FROM {_place(name)} dbb WHERE {_same(keys, quote(table.name))}"

    def values_back(
        self, table: Table, columns: Mapping[str, str], keys: Mapping[str, str], name: str
    ) -> Sequence[str]:
        """The statements that give rows their kept values again. What the server sets when a row changes stays."""
        values = [f"t.{quote(to)} = dbb.{quote(copied)}" for to, copied in columns.items()]
        values += [
            f"t.{quote(c.name)} = t.{quote(c.name)}" for c in table.columns if c.on_update and c.name not in columns
        ]
        return [f"UPDATE {quote(table.name)} t JOIN {_place(name)} dbb ON {_same(keys)} SET {', '.join(values)}"]

    def rows_back(self, table: Table, columns: Mapping[str, str], name: str) -> Sequence[str]:
        """The statement that inserts the kept rows into an empty table, in the order in which they were read."""
        names = ", ".join(map(quote, columns))
        values = ", ".join(f"dbb.{quote(copied)}" for copied in columns.values())
        source = f"{_place(name)} dbb ORDER BY dbb.{quote(_ROW)}"
        return [f"INSERT INTO {quote(table.name)} ({names}) SELECT {values} FROM {source}"]


def _place(name: str) -> str:
    return quote(PREFIX + name)


def _same(keys: Mapping[str, str], row: str = "t") -> str:
    return " AND ".join(f"{row}.{quote(own)} = dbb.{quote(copied)}" for own, copied in keys.items())
