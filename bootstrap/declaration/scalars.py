"""What a plain YAML scalar is: the core schema of YAML 1.2, with less of it.

Only ``null``, ``true``, ``false`` and decimal integers are anything but text. ``no``, ``on``, ``012``, ``0x1F``,
``12:30`` and ``1.10`` are text: who writes a version or a postal code does not want it rounded.
"""

from __future__ import annotations

import re
from enum import Enum

_SPECIAL = frozenset("~nNtTfF+-0123456789")  # what anything but text begins with
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
# No number in a declaration that is read as a number (sizes, counts, sequence limits) is longer than 64 bits.
MAXIMUM_DIGITS = 20


class ScalarKind(Enum):
    """What a scalar is, in the words of the messages."""

    TEXT = "text"
    INTEGER = "a number"
    BOOLEAN = "true or false"
    NULL = "nothing (null)"


def kind_of(text: str) -> ScalarKind:
    """What a plain scalar of that text is."""
    if text and text[0] not in _SPECIAL:
        return ScalarKind.TEXT
    if text in _NULL:
        return ScalarKind.NULL
    if text in _TRUE or text in _FALSE:
        return ScalarKind.BOOLEAN
    if _INTEGER.match(text):
        return ScalarKind.INTEGER
    return ScalarKind.TEXT


def is_true(text: str) -> bool:
    """The value of a boolean scalar."""
    return text in _TRUE
