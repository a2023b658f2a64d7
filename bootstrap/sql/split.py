"""Cutting a script into statements, as the engines' own clients do."""

from __future__ import annotations

import re
from typing import NamedTuple

from bootstrap.sql.lexer import MYSQL, SqlTextError, scan

_DELIMITER = re.compile(r"^[ \t]*delimiter[ \t]+(\S+)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


class ScriptStatement(NamedTuple):
    """One SQL statement of a script, without its terminator, and the line where it begins."""

    sql: str
    line: int


def split_statements(text: str, engine: str, line: int = 1) -> list[ScriptStatement]:
    """The statements of a script, each without its terminator, with the line where it begins.

    A semicolon ends a statement outside of quotes, comments, brackets and, on PostgreSQL, ``begin atomic … end``. On
    MySQL the client's ``delimiter //`` is understood; without one, ``begin … end`` of a routine or trigger is kept
    whole.

    Args:
        text: the script.
        engine: postgresql or mysql.
        line: the line where the text begins.

    Raises:
        SqlTextError: a quote or comment does not end.
    """
    found: list[ScriptStatement] = []
    place, delimiter = 0, ";"
    while place < len(text):
        change = _DELIMITER.search(text, place) if engine == MYSQL else None
        end = change.start() if change else len(text)
        for start, stop in _pieces(text, place, end, delimiter, engine):
            body = text[start:stop]
            tokens = scan(body, engine)
            if tokens:
                begin = _beginning(body, tokens[0].start)
                found.append(ScriptStatement(body[begin:].strip(), line + text.count("\n", 0, start + begin)))
        if change is None:
            break
        place, delimiter = change.end(), change[1]
    return found


def _beginning(body: str, first: int) -> int:
    """Where a statement begins: behind the comments before it, unless one of them is more than a comment."""
    special = [place for mark in ("/*!", "/*M!", "/*+") if 0 <= (place := body.find(mark)) < first]
    return min(special, default=first)


def _pieces(text: str, start: int, end: int, delimiter: str, engine: str) -> list[tuple[int, int]]:
    if delimiter != ";":
        pieces, place = [], start
        while (stop := text.find(delimiter, place, end)) >= 0:
            pieces.append((place, stop))
            place = stop + len(delimiter)
        return [*pieces, (place, end)]
    try:
        tokens = scan(text[start:end], engine)
    except SqlTextError as error:
        raise SqlTextError(str(error), start + error.offset) from None
    pieces, place, blocks = [], start, _Blocks(engine)
    for index, token in enumerate(tokens):
        blocks.see(token.word, tokens[index + 1].word if index + 1 < len(tokens) else "", token.text)
        if token.kind == "other" and token.text == ";" and not blocks.inside:
            pieces.append((place, start + token.start))
            place = start + token.end
            blocks = _Blocks(engine)
    return [*pieces, (place, end)]


_LOOPS = frozenset({"if", "loop", "repeat", "while"})
_BEFORE = frozenset({";", ":", "begin", "then", "else", "do", "loop", "repeat"})


class _Blocks:
    """Counts what a semicolon may stand in: brackets, and the blocks of a routine's body."""

    _CREATES = frozenset({"procedure", "function", "trigger", "event"})

    def __init__(self, engine: str) -> None:
        self.engine = engine
        self.first = ""
        self.routine = False
        self.depth = 0
        self.brackets = 0
        self.previous = ""

    @property
    def inside(self) -> bool:
        return self.depth > 0 or self.brackets > 0

    def see(self, word: str, following: str, text: str) -> None:
        """Take notice of one token."""
        if text == "(":
            self.brackets += 1
        elif text == ")":
            self.brackets = max(0, self.brackets - 1)
        if not word:
            self.previous = text
            return
        self.first = self.first or word
        if self.first == "create" and self.depth == 0 and word in self._CREATES:
            self.routine = True
        if self.routine:
            self._block(word, following)
        self.previous = word

    def _block(self, word: str, following: str) -> None:
        if self.engine != MYSQL:
            # Only SQL-standard bodies hold bare semicolons; CASE is the other thing that END ends in them.
            opens = (word == "begin" and following == "atomic") or (word == "case" and self.depth > 0)
        else:
            # As statements they stand where one begins; elsewhere IF( and REPEAT( are functions.
            opens = word in {"begin", "case"} or (word in _LOOPS and self.depth > 0 and self.previous in _BEFORE)
        if word == "end" and self.depth > 0:
            self.depth -= 1
        elif opens and self.previous != "end":
            self.depth += 1
