"""Characters that the server keeps but prints as ``?``: those beyond the basic plane, such as emoji.

Its texts pass through a three-byte character set. What a question mark stands for is asked of the server in another
way, with a temporary table of that one column; where there is none, the table is refused by name.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bootstrap.catalog.columns import Column
from bootstrap.catalog.tables import Table
from bootstrap.dialects.base import ServerError
from bootstrap.dialects.mysql.introspection.lexer import Reader, TokenKind, UnknownSyntaxError
from bootstrap.dialects.mysql.session import MySqlSession
from bootstrap.dialects.mysql.text import hexadecimal, literal, quote

_PROBE = "`db_bootstrap_characters`"
_LABELS = re.compile(r"(enum|set)\((.*)\)$", re.DOTALL)
# MySQL prints each of the four bytes of such a character in an expression.
_LOST = re.compile(r"_utf8mb4\\?'[^']*\?\?\?\?")


def printed_whole(text: str, table: str, session: MySqlSession) -> str:
    """SHOW CREATE TABLE again where MySQL has lost characters of an expression in the result's character set."""
    if "prints_expressions" in session.server.capabilities or not _LOST.search(text):
        return text
    with session.settings((("character_set_results", "NULL"),)):
        return str(session.query(f"SHOW CREATE TABLE {quote(table)}")[0][1])


def with_all_characters(table: Table, session: MySqlSession) -> Table:
    """The table with its ENUM and SET labels and defaults as they are. Raises UnknownSyntaxError where they hide."""
    columns = tuple(_read_again(table, column, session) for column in table.columns)
    return table if columns == table.columns else replace(table, columns=columns)


def _read_again(table: Table, column: Column, session: MySqlSession) -> Column:
    abilities = session.server.capabilities
    labels = _LABELS.match(column.type)
    hidden = labels is not None and "?" in labels[2] and "prints_labels" not in abilities
    default = column.default is not None and column.default.startswith("'") and "?" in column.default
    if not hidden and not (default and "prints_defaults" not in abilities):
        return column
    try:
        return _probed(table, column, session, labels=hidden)
    except ServerError as error:
        raise UnknownSyntaxError(
            f"column {column.name}: the server prints characters as question marks, and what they are cannot be read:"
            f" {error}; grant CREATE TEMPORARY TABLES"
        ) from error


def _probed(table: Table, column: Column, session: MySqlSession, *, labels: bool) -> Column:
    name = quote(column.name)
    session.execute(f"CREATE TEMPORARY TABLE {_PROBE} SELECT {name} FROM {quote(table.name)} LIMIT 0")
    try:
        if column.default is not None and column.default.startswith("'"):
            session.execute(f"INSERT INTO {_PROBE} VALUES (DEFAULT)")
            column = replace(column, default=_literal(session.query(f"SELECT {name} FROM {_PROBE}")[0][0]))
        return replace(column, type=_labels(column.type, name, session)) if labels else column
    finally:
        session.execute(f"DROP TEMPORARY TABLE {_PROBE}")


def _literal(value: object) -> str:
    """A value as the server would print it if it could; a binary column gives bytes."""
    if not isinstance(value, bytes):
        return literal(str(value))
    return literal(value.decode()) if value.isascii() else hexadecimal(value)


def _labels(column_type: str, name: str, session: MySqlSession) -> str:
    """The type with every label as a row of that very type shows it."""
    reader = Reader(column_type)
    kind = reader.name()
    count = sum(token.kind is TokenKind.STRING for token in reader.tokens)
    found = []
    for place in range(count):
        number = place + 1 if kind == "enum" else 1 << place
        session.execute(f"DELETE FROM {_PROBE}")
        session.execute(f"INSERT INTO {_PROBE} VALUES ({number})")
        found.append(_literal(session.query(f"SELECT {name} FROM {_PROBE}")[0][0]))
    return f"{kind}({','.join(found)})"
