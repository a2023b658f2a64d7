"""What a report shows: facts only, without a word of HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bootstrap.catalog.ref import Ref
from bootstrap.insight.compare.model import Comparison, Side
from bootstrap.insight.snapshot.model import RunRecord
from bootstrap.plan.statement import Hazard
from bootstrap.problems import Unreachable

FORMAT_VERSION = 1


class Part(StrEnum):
    """A part of the report that could not be read: a closed vocabulary of the JSON form."""

    ENVIRONMENT = "environment"  # nothing at all is known of it
    PLAN = "plan"
    HISTORY = "history"
    CHECKS = "checks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A part that could not be read, and why. ``exit_code`` is that of the error."""

    part: Part
    message: str
    exit_code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """What an apply would do in an environment.

    Attributes:
        sql: the structural statements, in order.
        hazards: each with whether the gate refuses it.
        steps: names of the steps that would run.
        rows: tables whose declared rows would be written, with the counts in words.
        remarks: what a person should know beside that.
        unmanaged: objects that no run declared.
    """

    sql: tuple[str, ...] = ()
    hazards: tuple[tuple[Hazard, bool], ...] = ()
    steps: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()
    changed: frozenset[Ref] = frozenset()
    unmanaged: tuple[Ref, ...] = ()

    @property
    def amount(self) -> int:
        """How many things are to do."""
        return len(self.sql) + len(self.steps) + len(self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One declared check. Its answer is no part of a report: it may be a value of a row."""

    name: str
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One environment. ``side`` is None where it could not be read, ``pending`` and ``checks`` where they are unknown:
    a snapshot has neither.
    """

    label: str
    side: Side | None = None
    live: bool = False
    runs: tuple[RunRecord, ...] = ()
    pending: Pending | None = None
    checks: tuple[CheckResult, ...] | None = None
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All environments; those that could be read are compared with the first of them. ``comparison`` is None where
    fewer than two could be read.
    """

    title: str
    made_at: datetime
    tool_version: str
    environments: tuple[Environment, ...]
    comparison: Comparison | None = None

    @property
    def sides(self) -> Sequence[Side]:
        """The environments that could be read; the first is the reference."""
        return [item.side for item in self.environments if item.side]

    @property
    def exit_code(self) -> int:
        """0, or why something is missing; "try again" only where that may help with everything."""
        codes = [gap.exit_code for item in self.environments for gap in item.gaps]
        lasting = [code for code in codes if code != Unreachable.exit_code]
        return (lasting or codes or [0])[0]

    def data(self, file: str) -> Mapping[str, Any]:
        """The JSON form of the command's answer: where the page is, and what is missing in it."""
        return {
            "format_version": FORMAT_VERSION,
            "file": file,
            "environments": [
                {
                    "name": item.label,
                    "read": item.side is not None,
                    "pending": item.pending.amount if item.pending else None,
                    "gaps": [{"part": gap.part.value, "message": gap.message} for gap in item.gaps],
                }
                for item in self.environments
            ],
            "differences": len(self.comparison.findings) if self.comparison else None,
        }
