"""How a rule recognises a cause: words that must occur, and a pattern that names the object."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from bootstrap.insight.diagnose.causes import Cause

_ESCAPES = (r"\n", r"\t", r"\r")  # of a log line: what follows begins a word


class Match(NamedTuple):
    """Where a rule matched, and the named groups of its pattern."""

    start: int
    named: dict[str, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """One message of a server, driver or tool.

    Attributes:
        cause: what the message means.
        needle: words in lower case that the error must hold; checked first, since most rules fail there. They are whole
            words: ENOTFOUND is not in FileNotFoundError.
        pattern: regular expression (case-insensitive) that must match; "" where the needle is enough. Named groups
            ``table``, ``column``, ``name``, ``schema``, ``database``, ``role`` and ``value`` name what is concerned.
        kind: what kind of object ``name`` is, such as ``function``.
    """

    cause: Cause
    needle: str
    pattern: str = ""
    kind: str = ""

    def match(self, text: str, lowered: str) -> Match | None:
        """Return where the rule recognises the text and what it names there, or None."""
        place = find_words(lowered, self.needle)
        if place < 0 or not self.pattern:
            return None if place < 0 else Match(place, {})
        found = re.search(self.pattern, text, re.IGNORECASE | re.DOTALL)
        if found is None:
            return None
        return Match(found.start(), {key: value for key, value in found.groupdict().items() if value})


def find_words(lowered: str, words: str) -> int:
    """Return where the words begin in a text of lower case, as whole words; -1 where they do not occur."""
    place = lowered.find(words)
    while place >= 0:
        before, after = lowered[max(0, place - 2) : place], lowered[place + len(words) : place + len(words) + 1]
        begins = not (words[0].isalnum() and before[-1:].isalnum()) or before in _ESCAPES
        if begins and not (words[-1].isalnum() and after.isalnum()):
            return place
        place = lowered.find(words, place + 1)
    return -1
