"""Conditions whose brackets are part of them.

The short form in which the server prints an expression leaves out the brackets of an AND inside of an AND, and those
of an OR inside of an OR: what is built from it is no longer `a AND (b AND c)`, and BETWEEN is such an AND. There the
long form is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from bootstrap.dialects.postgresql.names import unwrapped

LONG = "_long"  # the end of the name of a column that holds the long form of the one without it

# Only an expression with two of a kind can have one inside of the other; the long form of others is not asked for.
TWO_OF_A_KIND = ["%:boolop and%:boolop and%", "%:boolop or%:boolop or%"]

_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]|\b(?:AND|OR)\b""")


def choose_forms(rows: Iterable[dict[str, Any]]) -> None:
    """Leave one text where a row has both forms: the short one, unless that is another expression."""
    for row in rows:
        for column in [name for name in row if name.endswith(LONG)]:
            long = row.pop(column)
            if long is not None and is_nested(long):
                row[column.removesuffix(LONG)] = unwrapped(long)


def is_nested(long: str) -> bool:
    """Whether an AND is directly inside of an AND, or an OR inside of an OR, in the long form of an expression."""
    groups: list[tuple[set[str], set[str]]] = [(set(), set())]  # its own words, and those of the groups inside of it
    for piece in _TOKEN.findall(long):
        if piece == "(":
            groups.append((set(), set()))
        elif piece == ")":
            words, inside = groups.pop()
            if words & inside:
                return True
            groups[-1][1].update(words)
        elif piece in ("AND", "OR"):
            groups[-1][0].add(piece)
    return any(words & inside for words, inside in groups)
