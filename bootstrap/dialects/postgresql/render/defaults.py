"""Defaults where the grammar takes less than a whole expression: of columns and of domains."""

from __future__ import annotations

import re

# What may not stand outside of parentheses behind DEFAULT: the word ends the expression, or means the column itself.
_ENDING = re.compile(
    r"\b(?:AND|OR|NOT|IN|LIKE|ILIKE|SIMILAR|BETWEEN|IS|ISNULL|NOTNULL|ANY|ALL|SOME|AT|COLLATE|OVERLAPS)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*\"""")
_INNERMOST = re.compile(r"[(\[][^()\[\]]*[)\]]")


def default_clause(expression: str) -> str:
    """``DEFAULT expression``, in parentheses where it needs them."""
    outside, inner = _QUOTED.sub("''", expression), 1
    while inner:
        outside, inner = _INNERMOST.subn(" ", outside)
    return f"DEFAULT ({expression})" if _ENDING.search(outside) else f"DEFAULT {expression}"
