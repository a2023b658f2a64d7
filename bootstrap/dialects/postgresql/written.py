"""Whether a table or an added column holds values that nothing but its rows knows."""

from __future__ import annotations

import re

from bootstrap.catalog.columns import Column
from bootstrap.catalog.ref import Ref
from bootstrap.dialects.base import ServerError, Session
from bootstrap.dialects.postgresql.every_row import every_row
from bootstrap.dialects.postgresql.names import qualified, quote

_NOW = re.compile(
    r"\b(now|transaction_timestamp|statement_timestamp|current_timestamp|current_date|localtimestamp)\b", re.I
)


def holds_values(session: Session, table: Ref, column: Column | None, *, untouched: bool) -> bool:
    """Whether a table has rows, or an added column a value that is not the one it was added with.

    Args:
        session: outside of a transaction.
        table: it or the column is to be dropped.
        column: the added column with its default and backfill; None: the table as a whole.
        untouched: nothing but the server has filled the column, so that one moment in all rows is its default's.
    """
    name = qualified(table.schema, table.name)
    if column is None:
        return _any(session, name, f"SELECT EXISTS (SELECT FROM {name})")
    if column.generated:
        return False
    if column.identity or column.serial:
        return _any(session, name, f"SELECT EXISTS (SELECT FROM {name})")
    value = f"({column.backfill or column.default or 'NULL'})"
    text = f"t.{quote(column.name)}::text"
    other = f"SELECT EXISTS (SELECT FROM {name} t WHERE {text} IS DISTINCT FROM CAST({value} AS {column.type})::text)"
    if not _any(session, name, other):
        return False
    if not (untouched and column.backfill is None and _NOW.search(column.default or "")):
        return True
    first = f"(SELECT {text} FROM {name} t LIMIT 1)"
    return _any(session, name, f"SELECT EXISTS (SELECT FROM {name} t WHERE {text} IS DISTINCT FROM {first})")


def fits(session: Session, table: Ref, column: Column, before: Column) -> bool:
    """Whether every value of a column stays the same where the column gets the type that it had ``before``."""
    name, value = qualified(table.schema, table.name), f"t.{quote(column.name)}"
    converted = f"CAST(CAST({value} AS {before.type}) AS {column.type})::text"
    differs = f"{converted} IS DISTINCT FROM {value}::text"
    return not _any(session, name, f"SELECT EXISTS (SELECT FROM {name} t WHERE {differs})")


def _any(session: Session, table: str, sql: str) -> bool:
    """Ask as a plain session would; what cannot be compared counts as a value."""
    try:
        with session.transaction(), every_row(session, [table]), session.declared_sql():
            return bool(session.query(sql)[0][0])
    except ServerError as error:
        if error.connection_lost:
            raise
        return True
