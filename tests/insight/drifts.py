"""What somebody changes by hand in a database: the statement, and what it does, one of each kind."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Drift:
    """A change by hand. ``named`` is what every report of it must name; ``rows``: of rows, not of the structure."""

    what: str
    sql: str
    named: str
    rows: bool = False
