"""Small languages of routines and triggers: ``name(types)``, argument lists, ``before insert or update of a``."""

from __future__ import annotations

import re

from bootstrap.sql.lexer import SqlTextError, Token, scan, split_commas

_MODES = frozenset({"in", "inout", "variadic"})
_OUT = frozenset({"out", "table"})
# First words of type names that have several words; all other first words of several are argument names.
_LONG_TYPES = {
    "double": {"precision"},
    "character": {"varying"},
    "bit": {"varying"},
    "national": {"character", "char"},
    "timestamp": {"with", "without"},
    "time": {"with", "without"},
    "interval": {"year", "month", "day", "hour", "minute", "second"},
}
_EVENT = re.compile(r"\s+or\s+(?=(?:insert|update|delete|truncate)\b)", re.IGNORECASE)
_TIMING = re.compile(r"\s*(before|after|instead\s+of)\s+(.*\S)\s*\Z", re.IGNORECASE | re.DOTALL)
_KNOWN_EVENT = re.compile(r"(insert|delete|truncate|update)\Z|(update)\s+of\s+(.*)\Z", re.IGNORECASE | re.DOTALL)


def routine_key(key: str) -> tuple[str, str | None]:
    """Name and argument types of ``add(integer, integer)``; None where there are no brackets. Raises SqlTextError."""
    if not key.endswith(")"):
        return key, None
    inside = False
    for place, character in enumerate(key):
        if character == '"':
            inside = not inside
        elif character == "(" and not inside:
            return key[:place], key[place + 1 : -1].strip()
    raise SqlTextError(f"{key} has a bracket that does not begin", 0)


def signature(key: str, arguments: str, engine: str) -> tuple[str, str, str]:
    """Name, argument list and identity of a routine, which its key, its ``arguments`` or both may say.

    Raises:
        SqlTextError: they contradict each other, or cannot be read.
    """
    path, types = routine_key(key)
    if types is None:
        return path, arguments, identity_of(arguments, engine)
    identity = identity_of(types, engine)
    if types and not arguments.strip():
        return path, types, identity
    # Numbers only: one type has several spellings (int, integer), and only the server knows them all.
    if _number(identity, engine) != _number(identity_of(arguments, engine), engine):
        remedy = "give the type of each argument in the parentheses, or remove the parentheses"
        raise SqlTextError(f"the parentheses of the name and arguments differ: {arguments.strip()}", 0, remedy=remedy)
    return path, arguments, identity


def _number(types: str, engine: str) -> int:
    return len(split_commas(scan(types, engine)))


def identity_of(arguments: str, engine: str) -> str:
    """The types that tell overloads apart, from an argument list. Raises SqlTextError.

    Modes, names, defaults and OUT arguments are left out. What is in doubt (``a b``) is read as a name and a type, as
    the server does.
    """
    if arguments.strip() == "*":
        return ""
    # Ordered-set aggregates: the arguments behind ORDER BY count like the others.
    groups = [part for group in split_commas(scan(arguments, engine)) for part in _at_order_by(group)]
    kinds = [_argument_type(group, arguments) for group in groups]
    return ", ".join(kind for kind in kinds if kind is not None)


def _at_order_by(tokens: list[Token]) -> list[list[Token]]:
    for place in range(len(tokens) - 1):
        if tokens[place].word == "order" and tokens[place + 1].word == "by":
            before, after = tokens[:place], tokens[place + 2 :]
            return [part for part in (before, after) if part]
    return [tokens]


def _argument_type(tokens: list[Token], text: str) -> str | None:
    if not tokens:
        raise SqlTextError("an argument is empty", 0)
    end = next((i for i, t in enumerate(tokens) if t.word == "default" or t.text in {"=", ":"}), len(tokens))
    tokens = tokens[:end]
    if len(tokens) > 1 and tokens[0].word in _OUT:
        return None
    if len(tokens) > 1 and tokens[0].word in _MODES:
        tokens = tokens[1:]
    if not tokens:
        raise SqlTextError("an argument is empty", 0)
    following = tokens[1] if len(tokens) > 1 else None
    named = (
        following is not None
        and following.kind in {"word", "quoted"}
        and following.word not in _LONG_TYPES.get(tokens[0].word, ())
    )
    if named:
        tokens = tokens[1:]
        if len(tokens) > 1 and tokens[0].word in _MODES:  # the mode may also stand behind the name
            tokens = tokens[1:]
    return text[tokens[0].start : tokens[-1].end]


def parse_fires(text: str) -> tuple[str, tuple[str, ...]]:
    """Time and events of a trigger. Raises SqlTextError."""
    match = _TIMING.match(text)
    if match is None:
        raise SqlTextError("expected before, after or instead of, then the events", 0)
    events = []
    for event in _EVENT.split(match[2]):
        known = _KNOWN_EVENT.match(event.strip())
        if known is None:
            raise SqlTextError(f"{event} is not insert, update, delete or truncate", 0)
        events.append(known[1].lower() if known[1] else f"update of {known[3].strip()}")
    return re.sub(r"\s+", " ", match[1]).lower(), tuple(events)
