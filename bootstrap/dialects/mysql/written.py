"""Whether a table or an added column holds values that nothing but its rows knows."""

from __future__ import annotations

import re

from bootstrap.catalog.columns import Column
from bootstrap.catalog.ref import Ref
from bootstrap.dialects.base import ServerError, Session
from bootstrap.dialects.mysql.text import quote

_NOW = re.compile(r"\b(now|current_timestamp|curdate|current_date|localtimestamp|utc_timestamp)\b", re.IGNORECASE)
_BYTES = {"tinyint": 1, "smallint": 2, "mediumint": 3, "int": 4, "bigint": 8}
_WHOLE = re.compile(rf"({'|'.join(_BYTES)})(?:\(\d+\))?( unsigned)?", re.IGNORECASE)
_LIMITED = re.compile(r"(?:var)?char\((\d+)\)", re.IGNORECASE)
_EXACT = re.compile(r"decimal\(\d+(?:,\d+)?\)", re.IGNORECASE)
_TEXT = re.compile(r"(var)?char|(tiny|medium|long)?text|enum|set", re.IGNORECASE)


def holds_values(session: Session, table: Ref, column: Column | None, *, untouched: bool) -> bool:
    """Whether a table has rows, or an added column a value that is not the one it was added with.

    Args:
        session: outside of a transaction.
        table: it or the column is to be dropped.
        column: the added column with its default and backfill; None: the table as a whole.
        untouched: nothing but the server has filled the column, so that one moment in all rows is its default's.
    """
    name = quote(table.name)
    if column is None:
        return _any(session, f"SELECT EXISTS (SELECT 1 FROM {name})")
    if column.generated:
        return False
    if column.auto_increment:
        return _any(session, f"SELECT EXISTS (SELECT 1 FROM {name})")
    value = f"({column.backfill or column.default or 'NULL'})"
    differs = _differs(f"t.{quote(column.name)}", value, column)
    if not _any(session, f"SELECT EXISTS (SELECT 1 FROM {name} t WHERE {differs})"):
        return False
    if not (untouched and column.backfill is None and _NOW.search(column.default or "")):
        return True
    first = f"(SELECT u.{quote(column.name)} FROM {name} u LIMIT 1)"
    differs = _differs(f"t.{quote(column.name)}", first, column)
    return _any(session, f"SELECT EXISTS (SELECT 1 FROM {name} t WHERE {differs})")


def fits(session: Session, table: Ref, column: Column, before: Column) -> bool:
    """Whether every value of a column stays the same where the column gets the type that it had ``before``."""
    name, value = quote(table.name), f"t.{quote(column.name)}"
    if (column.charset, column.collation) != (before.charset, before.collation):
        return False
    whole, text, exact = (kind.fullmatch(before.type) for kind in (_WHOLE, _LIMITED, _EXACT))
    if whole and _WHOLE.fullmatch(column.type):
        bits = 8 * _BYTES[whole[1].lower()]
        low, high = (0, 2**bits - 1) if whole[2] else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        other = f"{value} NOT BETWEEN {low} AND {high}"
    elif text and _TEXT.match(column.type):
        other = f"CHAR_LENGTH({value}) > {text[1]}"
    elif exact and _EXACT.fullmatch(column.type):
        other = f"NOT ({value} <=> CAST({value} AS {before.type}))"
    else:
        return False
    return not _any(session, f"SELECT EXISTS (SELECT 1 FROM {name} t WHERE {other})")


def _differs(value: str, other: str, column: Column) -> str:
    """Texts are compared by their bytes too: a collation calls different ones equal."""
    found = f"NOT ({value} <=> {other})"
    if _TEXT.match(column.type):
        found += f" OR NOT (CAST({value} AS BINARY) <=> CAST({other} AS BINARY))"
    return found


def _any(session: Session, sql: str) -> bool:
    """What cannot be compared counts as a value."""
    try:
        with session.declared_sql():
            return bool(session.query(sql)[0][0])
    except ServerError as error:
        if error.connection_lost:
            raise
        return True
