"""What both generators are made of: draws that note which features they reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from hypothesis import strategies as st

_T = TypeVar("_T")


@dataclass
class Script:
    """SQL of one schema, and the features of the coverage lists that it holds."""

    statements: list[str] = field(default_factory=list)
    features: set[str] = field(default_factory=set)

    @property
    def sql(self) -> str:
        return "".join(f"{statement};\n" for statement in self.statements)


class Pen:
    """Draws decisions, writes statements, and notes features."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.script = Script()

    def write(self, statement: str, *features: str) -> None:
        """Add a statement that holds these features."""
        self.script.statements.append(statement)
        self.script.features.update(features)

    def note(self, *features: str) -> None:
        """Say that the statement being composed holds these features."""
        self.script.features.update(features)

    def chance(self, of: int) -> bool:
        """True once in so many times; False is the simpler answer."""
        return self.draw(st.integers(0, of - 1)) == of - 1

    def one(self, options: Sequence[_T]) -> _T:
        """One of these; the first is the simplest."""
        return self.draw(st.sampled_from(options))

    def some(self, options: Sequence[_T], least: int = 0, most: int | None = None) -> list[_T]:
        """Some of these, in their order."""
        picked = self.draw(st.lists(st.sampled_from(range(len(options))), min_size=least, max_size=most, unique=True))
        return [options[place] for place in sorted(picked)]

    def maybe(self, text: str, *features: str, of: int = 4) -> str:
        """The text and its features, or nothing."""
        if not self.chance(of):
            return ""
        self.note(*features)
        return text
