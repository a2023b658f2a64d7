"""Collecting every problem of a declaration, so that all are told at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bootstrap.nearest import nearest
from bootstrap.problems import DeclarationError, Problem

if TYPE_CHECKING:
    from bootstrap.declaration.model import Position


class Problems:
    """All problems found so far. Reading goes on after each, as far as it makes sense."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def add(self, position: Position, what: str, remedy: str) -> None:
        """Note one problem."""
        self._found.append(Problem(position.file, position.line, what, remedy))

    def __len__(self) -> int:
        return len(self._found)

    def raise_if_any(self) -> None:
        """Raise DeclarationError with all problems, each once."""
        if self._found:
            raise DeclarationError(sorted(set(self._found)))


def fault(position: Position, what: str, remedy: str) -> DeclarationError:
    """The error for one problem after which nothing else can be read."""
    return DeclarationError([Problem(position.file, position.line, what, remedy)])


def near(name: str, known: Iterable[str], otherwise: str) -> str:
    """What to do about an unknown name: the nearest known one, or what is given."""
    close = nearest(name, known)
    return f"did you mean {close}?" if close else otherwise


def shown(text: str, limit: int = 60) -> str:
    """A piece of input as a message may show it: one line, short, control characters escaped."""
    if text.isprintable() and len(text) <= limit:
        return text
    printable = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    return printable if len(printable) <= limit else printable[: limit - 1] + "…"
