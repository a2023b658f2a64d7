"""Cutting SQL text into tokens: enough to find the ends of strings, quotes, comments and brackets in either engine."""

from __future__ import annotations

import re
from dataclasses import dataclass

POSTGRESQL = "postgresql"
MYSQL = "mysql"

_COMMON = r"""
  (?P<space>\s+)
 |(?P<comment>--[^\n]*|/\*)
 |(?P<word>[^\W\d][\w$]*)
 |(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)
"""
_SCANNERS = {
    POSTGRESQL: re.compile(
        r"(?P<string>[eE]'(?:[^'\\]|''|\\.)*'|(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*')"
        r"|(?P<dollar>\$(?:[^\W\d]\w*)?\$)"
        r"|(?P<quoted>(?:[uU]&)?\"(?:[^\"]|\"\")*\")"
        rf"|{_COMMON}|(?P<other>::|.)",
        re.DOTALL | re.VERBOSE,
    ),
    MYSQL: re.compile(
        r"(?P<string>[bBxXnN]?'(?:[^'\\]|''|\\.)*'|\"(?:[^\"\\]|\"\"|\\.)*\")"
        r"|(?P<quoted>`(?:[^`]|``)*`)"
        r"|(?P<hash>\#[^\n]*)"
        r"|(?P<opens>/\*M?!\d*)|(?P<closes>\*/)"
        rf"|{_COMMON}|(?P<other>.)",
        re.DOTALL | re.VERBOSE,
    ),
}
_SKIPPED = frozenset({"space", "comment", "hash", "opens", "closes"})
_OPEN = {"(": ")", "[": "]"}
_PLAIN = re.compile(r"[^\W\d][\w$]*\Z")


class SqlTextError(ValueError):
    """The text cannot be cut into tokens, or is not of the form that is asked for."""

    def __init__(self, message: str, offset: int = 0, *, remedy: str = "") -> None:
        super().__init__(message)
        self.offset = offset
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Token:
    """One token; ``kind`` is word, number, string, quoted (an identifier) or other."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """The keyword that this may be, in lower case; "" for anything but a word."""
        return self.text.lower() if self.kind == "word" else ""

    @property
    def name(self) -> str | None:
        """The identifier that this is, unquoted and case kept, or None."""
        if self.kind == "word":
            return self.text
        # In MySQL's scanner a double quote begins a string; where a name is asked for, it is one.
        if self.kind in {"quoted", "string"} and self.text[0] in '"`':
            quote = self.text[0]
            return self.text[1:-1].replace(quote * 2, quote)
        return None


def scan(text: str, engine: str) -> list[Token]:
    """The tokens of a text, without white space and comments.

    What stands in an executable comment of MySQL or MariaDB (``/*!50003 … */``, ``/*M! … */``) is SQL to the server.

    Raises:
        SqlTextError: a string, a quoted name, a dollar quote or a comment does not end.
    """
    tokens: list[Token] = []
    executable: list[int] = []  # where the executable comments begin that are still open
    place = 0
    while place < len(text):
        kind, end = _piece(text, place, engine)
        if kind == "opens":
            executable.append(place)
        elif kind == "closes" and executable:
            executable.pop()
        elif kind == "closes":  # a product, and perhaps a comment behind it
            kind, end = "other", place + 1
        if kind not in _SKIPPED:
            tokens.append(Token(kind, text[place:end], place, end))
        place = end
    if executable:
        raise SqlTextError("the comment /*! does not end", executable[0])
    return tokens


def _piece(text: str, place: int, engine: str) -> tuple[str, int]:
    """The kind and the end of what begins there."""
    match = _SCANNERS[engine].match(text, place)
    if match is None:  # the scanner's last alternative takes any character
        raise SqlTextError("cannot be read", place)
    kind, end = str(match.lastgroup), match.end()
    if kind == "dollar":
        closing = text.find(match[0], end)
        if closing < 0:
            raise SqlTextError(f"the dollar quote {match[0]} does not end", place)
        return "string", closing + len(match[0])
    if match[0] == "/*":
        return kind, _comment_end(text, place, nested=engine == POSTGRESQL)
    if kind == "other" and match[0] in "'\"`":
        raise SqlTextError(f"the quote {match[0]} does not end", place)
    return kind, end


def _comment_end(text: str, start: int, *, nested: bool) -> int:
    depth, place = 1, start + 2
    for match in re.finditer(r"/\*|\*/", text[place:]):
        if match[0] == "*/":
            depth -= 1
        elif nested:
            depth += 1
        if depth == 0:
            return place + match.end()
    raise SqlTextError("the comment /* does not end", start)


def closing(tokens: list[Token], start: int) -> int:
    """The index of the bracket that closes the one at ``start``. Raises SqlTextError where there is none."""
    waiting: list[str] = []
    for index in range(start, len(tokens)):
        text = tokens[index].text
        if tokens[index].kind != "other":
            continue
        if text in _OPEN:
            waiting.append(_OPEN[text])
        elif waiting and text == waiting[-1]:
            waiting.pop()
            if not waiting:
                return index
        elif text in ")]":
            break
    raise SqlTextError(f"the bracket {tokens[start].text} is not closed", tokens[start].start)


def split_commas(tokens: list[Token]) -> list[list[Token]]:
    """Tokens between the commas that are outside of all brackets; nothing for no tokens."""
    parts: list[list[Token]] = [[]]
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.kind == "other" and token.text in _OPEN:
            end = closing(tokens, index)
            parts[-1].extend(tokens[index : end + 1])
            index = end + 1
            continue
        if token.text == "," and token.kind == "other":
            parts.append([])
        else:
            parts[-1].append(token)
        index += 1
    return parts if tokens else []


def identifier(name: str, engine: str) -> str:
    """A name as the short forms write it: plain where it is a word, else in the engine's quotes."""
    if _PLAIN.match(name):
        return name
    quote = "`" if engine == MYSQL else '"'
    return quote + name.replace(quote, quote * 2) + quote
