"""What the statements of a step leave in their session, and what of it can be put into another session."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from bootstrap.sql.lexer import MYSQL, Token, scan

_CHANGING = {"current_timestamp", "current_date", "current_time", "localtime", "localtimestamp", "utc_timestamp",
             "utc_date", "utc_time", "select"}  # fmt: skip
_ASSIGNING = {"call", "execute", "begin"}


def state_after(done: Sequence[str], engine: str) -> tuple[list[str], frozenset[str]]:
    """What brings a new session into the state in which these statements left theirs.

    Returns:
        The statements to repeat, and the names (variables, temporary tables, prepared statements) that are lost.
    """
    again: list[str] = []
    lost: set[str] = set()
    for sql in done:
        tokens = scan(sql, engine)
        names = _left_behind(tokens, engine)
        if _is_constant(tokens, engine) and not _variables(tokens, engine) & lost:
            again.append(sql)
            lost -= names
        else:
            lost |= names
    return again, frozenset(lost)


def used_names(sql: str, engine: str) -> frozenset[str]:
    """Every name that a statement mentions, in the form of :func:`state_after`."""
    tokens = scan(sql, engine)
    return _variables(tokens, engine) | {token.name.lower() for token in tokens if token.name is not None}


def _is_constant(tokens: Sequence[Token], engine: str) -> bool:
    """Whether a SET gives the same values whenever it runs."""
    words = {token.word for token in tokens}
    calls = engine == MYSQL and any(token.text == "(" for token in tokens)
    return tokens[0].word == "set" and not calls and not words & _CHANGING


def _left_behind(tokens: Sequence[Token], engine: str) -> frozenset[str]:
    words = [token.word for token in tokens]
    if words[0] == "create" and {"temporary", "temp"} & set(words[1:3]):
        place = next(number for number, word in enumerate(words) if word in {"temporary", "temp"}) + 2
        if words[place : place + 3] == ["if", "not", "exists"]:
            place += 3
        name = tokens[place].name if place < len(tokens) else None
        return frozenset({name.lower()} if name else ())
    if words[0] == "prepare":
        name = tokens[1].name if len(tokens) > 1 else None
        return frozenset({name.lower()} if name else ())
    assigns = words[0] in _ASSIGNING or words[0] == "set" or _assigns(tokens)
    return _variables(tokens, engine) if assigns else frozenset()


def _assigns(tokens: Sequence[Token]) -> bool:
    """``SELECT @x := …`` and ``SELECT … INTO @x``."""
    pairs = list(pairwise(tokens))
    return any(
        (one.text == ":" and other.text == "=") or (one.word == "into" and other.text == "@") for one, other in pairs
    )


def _variables(tokens: Sequence[Token], engine: str) -> frozenset[str]:
    """User variables of MySQL, each with its ``@``."""
    if engine != MYSQL:
        return frozenset()
    found = set()
    for place, token in enumerate(tokens[1:], 1):
        before = tokens[place - 1]
        system = place > 1 and tokens[place - 2].text == "@"
        if before.text == "@" and not system and token.name is not None:
            found.add(f"@{token.name.lower()}")
    return frozenset(found)
