"""Storage parameters."""

from __future__ import annotations


class Options(tuple[tuple[str, str], ...]):
    """Storage parameters in the order in which they were given. The order is kept, and is no difference."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, tuple) and sorted(self) == sorted(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(tuple(sorted(self)))
