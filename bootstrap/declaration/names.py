"""Names of objects in YAML: ``orders``, ``app.orders``, ``app."odd.name"``. Case counts; nothing is folded."""

from __future__ import annotations

import re

from bootstrap.sql.lexer import SqlTextError

_PART = re.compile(r'"((?:[^"]|"")*)"(?=\.|\Z)|([^."][^.]*)')
_LOWER = re.compile(r"[a-z_][a-z0-9_$]*\Z")


def split_path(text: str) -> tuple[str, ...]:
    """The parts of a dotted name; double quotes keep a dot inside of a part.

    Raises:
        SqlTextError: a part is empty or a quote does not end.
    """
    parts: list[str] = []
    place = 0
    while True:
        match = _PART.match(text, place)
        if match is None or (match[1] is not None and not match[1]):
            raise SqlTextError("is not a name", place)
        parts.append(match[2] if match[1] is None else match[1].replace('""', '"'))
        place = match.end()
        if place == len(text):
            return tuple(parts)
        if text[place] != ".":
            raise SqlTextError("is not a name", place)
        place += 1


def join_path(*parts: str) -> str:
    """The dotted name that :func:`split_path` reads back; empty parts are left out."""
    return ".".join(_part(part) for part in parts if part)


def _part(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if "." in name or name.startswith('"') else name


def quote_lower(name: str) -> str:
    """A name as PostgreSQL's quote_ident writes it, reserved words aside."""
    return name if _LOWER.match(name) else '"' + name.replace('"', '""') + '"'
