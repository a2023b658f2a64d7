"""What a change blocks, and for how long: estimated from the size of the table and the rate of the work."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bootstrap.plan.context import TableSize

# Estimates of rows are off by half (InnoDB samples a few pages): what may take this much longer is judged so.
MARGIN = 1.5


class Blocked(StrEnum):
    """Who waits while the change runs."""

    WRITES = "writes"
    WRITES_AND_PARENT = "writes_and_parent"  # writes to the table that a foreign key references, too
    READS_AND_WRITES = "reads_and_writes"


class Work(StrEnum):
    """What the server does to the rows meanwhile; its duration grows with the table."""

    SCAN = "scan"
    INDEX_BUILD = "index_build"
    UPDATE = "update"
    COPY = "copy"
    CHECKED_COPY = "checked_copy"  # each row is looked up in another table


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast a server works, in a second."""

    rows: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One change that makes others wait. ``size`` is None where the table's size is unknown: the duration is, too."""

    blocked: Blocked
    work: Work
    size: TableSize | None
    rate: Rate

    @property
    def seconds(self) -> float | None:
        """About how long. Rows or bytes, whichever takes longer: either estimate may be stale or far too low."""
        if self.size is None:
            return None
        if self.size.rows == 0:
            return 0.0
        return max(self.size.rows / self.rate.rows, self.size.bytes / self.rate.bytes)

    def exceeds(self, limit_ms: int) -> bool:
        """Whether the change may take longer than that. An unknown duration may."""
        return self.seconds is None or self.seconds * MARGIN * 1000 > limit_ms

    @property
    def text(self) -> str:
        """The estimate, and what it comes from."""
        if self.size is None or self.seconds is None:
            return "for an unknown time: the size of the table is unknown"
        megabytes = self.size.bytes / 1_000_000
        amount = f"{megabytes:,.0f} MB" if megabytes >= 1 else f"{self.size.bytes / 1000:,.0f} kB"
        duration = f"{self.seconds:,.1f} s"
        rows = "1 row" if self.size.rows == 1 else f"{self.size.rows:,} rows"
        return f"about {duration} ({rows}, {amount})"
