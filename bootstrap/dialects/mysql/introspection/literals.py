"""Literals in expressions, as somebody writes them.

MySQL prints the character set of our own sessions before each one, ``_utf8mb4'x'``, and would again if it were left
out. Left out, the expression reads as it was written, and means the same on MariaDB.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import Check
from bootstrap.catalog.indexes import Index
from bootstrap.catalog.tables import Table
from bootstrap.dialects.mysql.encoding import encoded, is_text
from bootstrap.dialects.mysql.introspection.lexer import TokenKind, tokens_of
from bootstrap.dialects.mysql.text import hexadecimal, unquote

_INTRODUCER = "_utf8mb4"
_Text = TypeVar("_Text", str, str | None)


def with_readable_bytes(text: str) -> str:
    """The text with string literals in hexadecimal whose bytes are not all characters."""
    if is_text(text):
        return text
    pieces, last = [], 0
    for token in tokens_of(text):
        if token.kind is TokenKind.STRING and not is_text(token.text):
            pieces.append(text[last : token.start] + hexadecimal(encoded(unquote(token.text))))
            last = token.end
    return "".join(pieces) + text[last:]


def without_introducers(table: Table) -> Table:
    """The table with all expressions of its columns, checks and indexes freed of what our sessions imply."""
    return replace(
        table,
        columns=tuple(_column(column) for column in table.columns),
        checks=tuple(_check(check) for check in table.checks),
        indexes=tuple(_index(index) for index in table.indexes),
    )


def _column(column: Column) -> Column:
    generated = column.generated
    if generated:
        generated = replace(generated, expression=_plain(generated.expression))
    return replace(column, generated=generated, default=_plain(column.default))


def _check(check: Check) -> Check:
    return replace(check, expression=_plain(check.expression))


def _index(index: Index) -> Index:
    return replace(index, parts=tuple(replace(part, expression=_plain(part.expression)) for part in index.parts))


def _plain(text: _Text) -> _Text:
    if text is None or _INTRODUCER not in text:
        return text
    pieces, last = [], 0
    for token, following in pairwise(tokens_of(text)):
        if token.kind is TokenKind.WORD and token.text == _INTRODUCER and following.kind is TokenKind.STRING:
            pieces.append(text[last : token.start])
            last = following.start
    return "".join(pieces) + text[last:]
