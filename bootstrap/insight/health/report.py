"""The answer of a health check, with and without names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

FORMAT_VERSION = 1


class Status(StrEnum):
    """The values of the field ``status``."""

    HEALTHY = "healthy"
    INCOMPLETE = "incomplete"  # declared objects or seed rows are missing
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last recorded run; ``current``: it applied the declaration that is checked for."""

    id: int
    outcome: str
    started_at: str
    current: bool


@dataclass(frozen=True, slots=True)
class SeedCount:
    """How many rows a table has, and how many the declaration brings in."""

    table: str
    declared: int
    found: int | None  # None: could not be counted


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthReport:
    """What one look at the database found.

    ``expected`` and ``found`` are fingerprints of the declared names and of those of them that exist: equal where
    nothing is missing. ``seeds`` is None where nobody asked for counts.
    """

    status: Status
    checked_at: datetime
    environment: str = ""
    expected: str = ""
    found: str = ""
    missing: tuple[str, ...] = ()
    seeds: tuple[SeedCount, ...] | None = None
    last_run: LastRun | None = None
    reason: str = ""

    @property
    def http_status(self) -> int:
        """200 for a healthy database, else 503."""
        return 200 if self.status is Status.HEALTHY else 503

    def data(self, *, names: bool = False) -> dict[str, Any]:
        """The JSON form; names of objects, counts of rows and reasons only with ``names``."""
        run = self.last_run
        short = [item for item in self.seeds or () if item.found is None or item.found < item.declared]
        return {
            "format_version": FORMAT_VERSION,
            "status": self.status.value,
            "environment": self.environment or None,
            "checked_at": self.checked_at.isoformat(timespec="seconds"),
            "fingerprint": {"expected": self.expected or None, "found": self.found or None},
            "missing_count": len(self.missing),
            "missing": list(self.missing) if names else None,
            "seeds_short": None if self.seeds is None else len(short),
            "seeds": [{"table": item.table, "declared": item.declared, "found": item.found} for item in self.seeds]
            if names and self.seeds is not None
            else None,
            "last_run": run and {
                "id": run.id, "outcome": run.outcome, "started_at": run.started_at, "current": run.current,
            },
            "reason": (self.reason or None) if names else None,
        }  # fmt: skip
