"""Which row a declared row is: finds rows that are declared twice, in whichever files and modes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation

from bootstrap.catalog.columns import Column
from bootstrap.declaration.model import Position
from bootstrap.declaration.report import shown
from bootstrap.declaration.seeds.values import Value

# Of larger seeds the server finds two rows with the same key. It cannot where their seeds are loaded one by one.
_REMEMBERED = 200_000
_INTEGER = re.compile(r"(?:tiny|small|medium|big)?int(?:eger)?\d?\b|(?:small|big)?serial\d?\b", re.IGNORECASE)
_NUMBER = re.compile(r"numeric|decimal|dec\b|fixed", re.IGNORECASE)
_UUID = re.compile(r"uuid\b", re.IGNORECASE)


class Identities:
    """The rows of one table by their keys."""

    def __init__(self, columns: Mapping[str, Column], keys: Iterable[tuple[str, ...]], *, all_of_them: bool) -> None:
        """Remember rows by each of the keys; ``all_of_them``: also those of a very large seed."""
        self.full = False  # no further row is remembered or compared
        self._limit = None if all_of_them else _REMEMBERED
        self._seen: dict[tuple[str, ...], dict[tuple[str, ...], Position]] = {key: {} for key in keys}
        self.columns = frozenset(name for key in self._seen for name in key)
        self._forms = {name: _form(column) for name, column in columns.items()}

    def second(self, values: Mapping[str, Value], place: Position) -> tuple[str, Position] | None:
        """Remember a row; where there was one with the same key, give that key in words and the first row's place."""
        for key, seen in self._seen.items():
            texts = [values[name].text for name in key if name in values and not values[name].expression]
            if len(texts) != len(key) or None in texts:
                continue
            identity = tuple(
                [self._forms[name](text) for name, text in zip(key, texts, strict=True) if text is not None]
            )
            first = seen.setdefault(identity, place)
            if first is not place:
                words = ", ".join(f"{name} {shown(text or '')}" for name, text in zip(key, texts, strict=True))
                return words, first
            self.full = len(seen) == self._limit
        return None


def _form(column: Column) -> Callable[[str], str]:
    """How texts of a column are written alike where they are the same value."""
    if _INTEGER.match(column.type):
        return _integer
    if _NUMBER.match(column.type):
        return _number
    return _uuid if _UUID.match(column.type) else str


def _integer(text: str) -> str:
    return text if text.isdigit() and text[0] != "0" else _number(text)


def _number(text: str) -> str:
    try:
        return str(Decimal(text).normalize() + 0)
    except (InvalidOperation, ValueError):
        return text


def _uuid(text: str) -> str:
    return re.sub(r"[{}-]", "", text).lower()
