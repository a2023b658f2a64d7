"""Array constructors under a cast, written so that the server makes of its own text what it had.

``varchar_column IN ('a', 'b')`` is kept, and printed, as ``(ARRAY['a'::character varying, …])::text[]``: one cast of
the whole array. Read again, that cast is handed down to every element, and what is printed then is another text. With
the array's own type between the two the cast stays where it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bootstrap.dialects.postgresql.names import split_top_level

_TOKENS = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$|(?P<array>\bARRAY\[)|[\[\]]""", re.DOTALL
)
_CAST = re.compile(r"(?P<close>\)?)::(?P<type>[\w ]+|(?:[\w ]+\.)?\"[^\"]+\"|\w+\.\w+)(?:\([\d, ]+\))?\[\]")
# A literal, a name or something in parentheses: the cast behind it is of all of the element.
_TYPED = re.compile(r"(?:E?'(?:[^']|'')*'|[\w.]+|\((?:[^()]|\([^()]*\))*\))::(?P<type>[\w. ]+?)(?:\([\d, ]+\))?")
_INTEGER, _DECIMAL = re.compile(r"-?\d{1,9}"), re.compile(r"-?\d*\.\d+")


def faithful(sql: str) -> str:
    """The statement with the type of each array constructor that is cast to another."""
    if "ARRAY[" not in sql:
        return sql
    parts, done = [], 0
    for start, end in _constructors(sql):
        cast = _CAST.match(sql, end)
        own = _type_of_elements(sql[start + len("ARRAY[") : end - 1]) if cast else None
        if cast is None or own is None or own == cast["type"].strip():
            continue
        parts += [sql[done:end], f"::{own}[]"]
        done = end
    return "".join([*parts, sql[done:]])


def _constructors(sql: str) -> Iterator[tuple[int, int]]:
    """Where each ``ARRAY[…]`` outside of texts and bodies begins and ends."""
    open_brackets: list[int | None] = []
    found = []
    for token in _TOKENS.finditer(sql):
        if token["array"]:
            open_brackets.append(token.start())
        elif token.group() == "[":
            open_brackets.append(None)
        elif token.group() == "]" and open_brackets:
            start = open_brackets.pop()
            if start is not None:
                found.append((start, token.end()))
    return iter(sorted(found))


def _type_of_elements(text: str) -> str | None:
    """The type that all elements say they have, or None."""
    types = {_type_of(element) for element in split_top_level(text)}
    return types.pop() if len(types) == 1 else None


def _type_of(element: str) -> str | None:
    if _INTEGER.fullmatch(element):
        return "integer"
    if _DECIMAL.fullmatch(element):
        return "numeric"
    typed = _TYPED.fullmatch(element)
    return typed["type"] if typed else None
