"""How the changes of one atomic group are carried out."""

from __future__ import annotations

from enum import Enum, auto


class Way(Enum):
    """How the changes of one group are carried out."""

    ALONE = auto()
    """A single change: in the way that locks the least, also in several transactions."""

    TOGETHER = auto()
    """Several changes in one transaction: nothing is built concurrently or validated in a second step."""

    BESIDE = auto()
    """One constraint or index that takes the place of another: built beside it, then swapped in one transaction."""
