"""What a server prints for SQL texts that it keeps parsed, after a column that they use was renamed.

A prediction: where it cannot be right for sure, the text stays as it was, and the object is seen as changed.
"""

from __future__ import annotations

import re

from bootstrap.sql.lexer import SqlTextError, Token, scan, split_commas

_TOKENS = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|[A-Za-z_\x80-\uffff][\w$\x80-\uffff]*""")
_MERGED = frozenset({"using", "natural"})  # joins that show one column for two


def rename_in_text(text: str, old: str, new: str) -> str:
    """Replace a column's name in a text as PostgreSQL does, which keeps the names of what a query shows.

    ``SELECT t.label FROM t`` becomes ``SELECT t.title AS label FROM t``. A query in a query is not predicted: it hands
    the old name on to the outer one.
    """
    words = [token.lower() for token in _TOKENS.findall(text)]
    if "select" not in words:
        return substitute_identifier(text, old, new)
    if words.count("select") > 1 or words[0] != "select" or not _MERGED.isdisjoint(words):
        return text
    try:
        return _rename_in_query(text, scan(text, "postgresql"), old, new)
    except SqlTextError:
        return text


def substitute_identifier(text: str, old: str, new: str) -> str:
    """Replace an identifier in SQL text, bare or quoted, leaving string literals alone."""
    spellings = {old: new, f'"{old}"': f'"{new}"', f"`{old}`": f"`{new}`"}
    return _TOKENS.sub(lambda token: spellings.get(token.group(), token.group()), text)


def _rename_in_query(text: str, tokens: list[Token], old: str, new: str) -> str:
    """One SELECT: each item of its list keeps the name that it shows."""
    end = _end_of_list(tokens)
    made, place = "", 0
    for item in split_commas(tokens[1:end]):
        last = item[-1]
        shown = last.name == old and (_is_column(item) or item[-2].word == "as")
        renamed_to = last.start if shown and not _is_column(item) else last.end
        made += text[place : item[0].start] + substitute_identifier(text[item[0].start : renamed_to], old, new)
        made += text[renamed_to : last.end] + (f" AS {last.text}" if shown and _is_column(item) else "")
        place = last.end
    return made + substitute_identifier(text[place:], old, new)


def _end_of_list(tokens: list[Token]) -> int:
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token.text in {"(", "["}) - (token.text in {")", "]"})
        if depth == 0 and token.word == "from":
            return index
    return len(tokens)


def _is_column(item: list[Token]) -> bool:
    """Whether an item of the list is a column and nothing more: ``label``, ``t.label``, ``DISTINCT t.label``."""
    names = item[1:] if item[0].word in {"distinct", "all"} else item
    return all((token.name is None) == bool(index % 2) for index, token in enumerate(names)) and all(
        token.text == "." for token in names[1::2]
    )
