"""Conditions of steps: ``exists(table)``, ``not exists(table.column)``, joined by ``and``."""

from __future__ import annotations

from typing import NamedTuple

from bootstrap.sql.lexer import MYSQL, SqlTextError, Token, scan

_FORM = "write exists(table) or not exists(table.column), and join several by and"


class Condition(NamedTuple):
    """Whether a table or column exists. ``names`` are unquoted, PostgreSQL's case folding is applied."""

    names: tuple[str, ...]
    wanted: bool  # False: not exists(…)

    def __str__(self) -> str:
        return f"{'' if self.wanted else 'not '}exists({'.'.join(self.names)})"


def parse_conditions(text: str, engine: str) -> tuple[Condition, ...]:
    """Return the conditions of a text, all of which must hold.

    Raises:
        SqlTextError: the text has another form.
    """
    try:
        tokens = scan(text, engine)
    except SqlTextError:
        raise _error(text) from None
    found: list[Condition] = []
    place = 0
    while True:
        wanted = _word(tokens, place) != "not"
        place += not wanted
        end = next((number for number in range(place, len(tokens)) if tokens[number].text == ")"), 0)
        if _word(tokens, place) != "exists" or not end or tokens[place + 1].text != "(":
            raise _error(text)
        found.append(Condition(_names(tokens[place + 2 : end], text, engine), wanted))
        if end + 1 == len(tokens):
            return tuple(found)
        if _word(tokens, end + 1) != "and":
            raise _error(text)
        place = end + 2


def _names(tokens: list[Token], text: str, engine: str) -> tuple[str, ...]:
    names = [token.name for token in tokens[::2]]
    longest = 2 if engine == MYSQL else 3
    if not names or None in names or len(names) > longest or any(token.text != "." for token in tokens[1::2]):
        raise _error(text)
    if len(tokens) % 2 == 0:
        raise _error(text)
    folded = engine != MYSQL
    return tuple(
        name.lower() if folded and token.kind == "word" else name
        for name, token in zip(names, tokens[::2], strict=True)
        if name is not None
    )


def _word(tokens: list[Token], place: int) -> str:
    return tokens[place].word if place < len(tokens) else ""


def _error(text: str) -> SqlTextError:
    return SqlTextError(f"{text!r} is no condition", remedy=_FORM)
