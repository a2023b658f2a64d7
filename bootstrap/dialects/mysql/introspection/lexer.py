"""Tokens of the SQL that servers print: SHOW CREATE texts, which are regular, complete and quoted throughout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from bootstrap.dialects.mysql.text import quote, unquote, unquote_name

# Names in double quotes: the head of a routine or event that was written under ANSI_QUOTES is printed with them.
_TOKEN = re.compile(
    r"""(?P<space>\s+|/\*M?!\d*|\*/)
      | (?P<name>`(?:[^`]|``)*`|"(?:[^"]|"")*")
      | (?P<string>'(?:[^'\\]|''|\\.)*')
      | (?P<word>[\w$.\x80-\uffff]+)
      | (?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)


class TokenKind(StrEnum):
    """What a token is."""

    NAME = "name"
    STRING = "string"
    WORD = "word"
    MARK = "mark"
    END = "end"


class Token(NamedTuple):
    """One token with its place in the text."""

    kind: TokenKind
    text: str
    start: int
    end: int


_ASKED = frozenset({TokenKind.WORD, TokenKind.MARK})


class UnknownSyntaxError(Exception):
    """The server printed something that is not known here: the object is reported as unsupported, never cut."""


def tokens_of(text: str) -> Iterator[Token]:
    """All tokens; the contents of version comments (``/*!80016 … */``) are part of the text."""
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup
        if kind and kind != "space":
            yield Token(TokenKind(kind), found.group(), found.start(), found.end())
    yield Token(TokenKind.END, "", len(text), len(text))


class Reader:
    """A cursor over the tokens of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(tokens_of(text))
        # Only words and marks are ever asked for: a name or a string that reads like one is none.
        self._upper = [token.text.upper() if token.kind in _ASKED else "" for token in self.tokens]
        self.place = 0

    @property
    def token(self) -> Token:
        """The next token."""
        return self.tokens[self.place]

    def take(self) -> Token:
        """Take the next token."""
        token = self.token
        if token.kind is not TokenKind.END:
            self.place += 1
        return token

    def at(self, *words: str) -> bool:
        """Whether these words or marks come next, in any case."""
        # Asked for every attribute of every column: the first word decides nearly always.
        if self._upper[self.place] != words[0]:
            return False
        return len(words) == 1 or tuple(self._upper[self.place : self.place + len(words)]) == words

    def accept(self, *words: str) -> bool:
        """Take these words if they come next."""
        if not self.at(*words):
            return False
        self.place += len(words)
        return True

    def expect(self, *words: str) -> None:
        """Take these words; raise UnknownSyntaxError if something else comes."""
        if not self.accept(*words):
            raise UnknownSyntaxError(f"expected {' '.join(words)} at: {self.rest()[:60]}")

    def name(self) -> str:
        """Take an identifier."""
        token = self.take()
        if token.kind is TokenKind.NAME:
            return unquote_name(token.text)
        if token.kind is TokenKind.WORD:
            return token.text
        raise UnknownSyntaxError(f"expected a name at: {self.text[token.start :][:60]}")

    def string(self) -> str:
        """Take a string literal and return its value."""
        token = self.take()
        if token.kind is not TokenKind.STRING:
            raise UnknownSyntaxError(f"expected a string at: {self.text[token.start :][:60]}")
        return unquote(token.text)

    def names(self) -> tuple[str, ...]:
        """Take ``(name, name …)``."""
        self.expect("(")
        found = [self.name()]
        while self.accept(","):
            found.append(self.name())
        self.expect(")")
        return tuple(found)

    def parenthesised(self, *, raw: bool = False) -> str:
        """Take ``( … )`` and return the text between the outermost parentheses; raw: with its outer white space."""
        start = self.token.end
        self.expect("(")
        depth = 1
        while depth:
            token = self.take()
            if token.kind is TokenKind.END:
                raise UnknownSyntaxError("a parenthesis is not closed")
            if token.kind is TokenKind.MARK:
                depth += {"(": 1, ")": -1}.get(token.text, 0)
        inner = self.text[start : self.tokens[self.place - 1].start]
        return inner if raw else inner.strip()

    def rest(self) -> str:
        """The text that has not been taken yet."""
        return self.text[self.token.start :]

    @property
    def done(self) -> bool:
        """Whether everything has been taken."""
        return self.token.kind is TokenKind.END


def without_database(text: str, database: str) -> str:
    """Take the database's own name off the names that it qualifies: ``nextval(`app`.`ids`)``.

    Where a table or its alias has that very name too, only ``app.table.column`` is sure to begin with the database.
    """
    qualifier = quote(database)
    if qualifier not in text:
        return text
    tokens = list(tokens_of(text))
    columns_only = any(_names_relation(tokens, place, qualifier) for place in range(len(tokens)))
    pieces, last = [], 0
    for place, token in enumerate(tokens[:-2]):
        if token.kind is not TokenKind.NAME or token.text != qualifier:
            continue
        if tokens[place + 1].text == "." and (not columns_only or tokens[place + 3].text == "."):
            pieces.append(text[last : token.start])
            last = tokens[place + 1].end
    return "".join(pieces) + text[last:]


def _names_relation(tokens: list[Token], place: int, name: str) -> bool:
    """Whether the name at a place is, or may be, that of a table or of its alias: it stands on its own there, and is
    neither the column of something nor what a column is called.
    """
    if tokens[place].text != name or tokens[place + 1].text == ".":
        return False
    before = tokens[place - 1].text.upper() if place else ""
    if before == ".":
        return place > 1 and tokens[place - 2].text == name
    return before != "AS"
