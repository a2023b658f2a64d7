"""Copies of lost values on PostgreSQL: tables of the schema ``db_bootstrap``.

A value whose type or collation belongs to the database is kept as text, so that the copy does not depend on what the
run may drop.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.base import Session
from bootstrap.dialects.postgresql.every_row import every_row
from bootstrap.dialects.postgresql.history import SCHEMA
from bootstrap.dialects.postgresql.names import literal, qualified, quote
from bootstrap.plan.losses import Kept

_OWN_TYPES = """
SELECT a.attname FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_collation c ON c.oid = a.attcollation
WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped
  AND (t.typnamespace <> 'pg_catalog'::regnamespace OR c.collnamespace <> 'pg_catalog'::regnamespace)
"""
# Default privileges may have given a new table to others.
_READERS = """
SELECT DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END
FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = to_regclass(%s) AND a.grantee <> c.relowner
"""


class PostgresCopies:
    """Implements ``bootstrap.dialects.copies.Copies``."""

    def place(self, name: str) -> Ref:
        """The table of the history that has this name."""
        return Ref(Kind.TABLE, SCHEMA, name)

    def copy(self, session: Session, kept: Kept, name: str) -> None:
        """Copy the values to a new table that nobody else may read."""
        source, target = qualified(kept.table.schema, kept.table.name), _place(name)
        with session.transaction(), every_row(session, [source]):
            own = {str(column) for (column,) in session.query(_OWN_TYPES, [source])}
            columns = ", ".join(_as_text(column) if column in own else quote(column) for column in kept.copied)
            session.execute(f"CREATE TABLE {target} AS SELECT {columns} FROM {_only(session, source)}{source}")
            for (reader,) in session.query(_READERS, [target]):
                session.execute(f"REVOKE ALL ON {target} FROM {reader}")

    def drop(self, name: str) -> str:
        """The statement that drops a copy, if it is there."""
        return f"DROP TABLE IF EXISTS {_place(name)}"

    def missing(self, session: Session, table: Ref, keys: Mapping[str, str], name: str) -> int:
        """How many rows of the table have no values in the copy."""
        source = qualified(table.schema, table.name)
        with session.transaction(), every_row(session, [source]):
            sql = (
                f"SELECT count(*) FROM {source} t WHERE NOT EXISTS (SELECT FROM {_place(name)} dbb WHERE {_same(keys)})"
            )
            return int(session.query(sql)[0][0])

    def value(self, table: Table, column: str, keys: Mapping[str, str], copied: str, name: str) -> str:
        """The kept value of a column, as an expression over the table's rows."""
        row = quote(table.name)
        return f"SELECT {_cast(table, column, copied)} FROM {_place(name)} dbb WHERE {_same(keys, row)}"

    def values_back(
        self, table: Table, columns: Mapping[str, str], keys: Mapping[str, str], name: str
    ) -> Sequence[str]:
        """The statements that give rows their kept values again."""
        only = "" if table.partition_by else "ONLY "
        values = ", ".join(f"{quote(to)} = {_cast(table, to, copied)}" for to, copied in columns.items())
        target = qualified(table.schema, table.name)
        return [f"UPDATE {only}{target} t SET {values} FROM {_place(name)} dbb WHERE {_same(keys)}"]

    def rows_back(self, table: Table, columns: Mapping[str, str], name: str) -> Sequence[str]:
        """The statements that insert the kept rows into an empty table, and let its sequences go on behind them."""
        target = qualified(table.schema, table.name)
        names = ", ".join(map(quote, columns))
        values = ", ".join(_cast(table, to, copied) for to, copied in columns.items())
        insert = f"INSERT INTO {target} ({names}) OVERRIDING SYSTEM VALUE SELECT {values} FROM {_place(name)} dbb"
        return [insert, *_numbers(table, columns)]


def _numbers(table: Table, columns: Iterable[str]) -> Iterator[str]:
    target = qualified(table.schema, table.name)
    for column in table.columns:
        if column.name in columns and (column.identity or column.serial):
            sequence = f"pg_get_serial_sequence({literal(target)}, {literal(column.name)})"
            highest = f"max({quote(column.name)})"
            yield f"SELECT setval({sequence}, {highest}) FROM {target} HAVING {highest} > 0"


def _as_text(column: str) -> str:
    return f'{quote(column)}::text COLLATE pg_catalog."default" AS {quote(column)}'


def _place(name: str) -> str:
    return qualified(SCHEMA, name)


def _only(session: Session, source: str) -> str:
    """A partitioned table is read with its partitions, another one without its inheritance children."""
    [(kind,)] = session.query("SELECT relkind FROM pg_class WHERE oid = to_regclass(%s)", [source])
    return "" if kind == "p" else "ONLY "


def _same(keys: Mapping[str, str], row: str = "t") -> str:
    """Compared as text where the copy has text."""
    return " AND ".join(
        f"{row}.{quote(own)}::text OPERATOR(pg_catalog.=) dbb.{quote(copied)}::text" for own, copied in keys.items()
    )


def _cast(table: Table, column: str, copied: str) -> str:
    found = table.column(column)
    return f"CAST(dbb.{quote(copied)} AS {found.type})" if found else f"dbb.{quote(copied)}"
