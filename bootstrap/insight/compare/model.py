"""What a comparison finds: one finding a difference, each with the sentence that a person reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bootstrap.insight.snapshot.model import RunRecord, Snapshot

FORMAT_VERSION = 1


class Section(StrEnum):
    """What is compared: a closed vocabulary of the JSON form."""

    STRUCTURE = "structure"
    ACCESS = "access"  # roles, grants, default privileges
    STEPS = "steps"
    SEEDS = "seeds"
    SERVER = "server"
    HEALTH = "health"


class Difference(StrEnum):
    """How an environment differs from the reference: a closed vocabulary of the JSON form."""

    LACKS = "lacks"
    HAS = "has"  # the reference lacks it
    DIFFERS = "differs"


class Reason(StrEnum):
    """Why, as far as declarations and histories tell: a closed vocabulary of the JSON form."""

    NEVER_APPLIED = "never_applied"  # declared, and no run is recorded
    NOT_APPLIED = "not_applied"  # declared, and the last run applied another declaration
    DRIFT = "drift"  # changed since the last run
    UNDECLARED = "undeclared"
    UNKNOWN = "unknown"


class Health(StrEnum):
    """How the last run ended: a closed vocabulary of the JSON form."""

    HEALTHY = "healthy"
    NO_RUN = "no_run"
    RUNNING = "running"
    FAILED = "failed"
    INCOMPLETE = "incomplete"
    INTERRUPTED = "interrupted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the environments. ``label`` is how sentences name it, ``source`` what a person typed."""

    label: str
    source: str
    snapshot: Snapshot

    @property
    def health(self) -> Health:
        """How its last run ended."""
        run = self.snapshot.last_run
        if run is None:
            return Health.NO_RUN
        return _HEALTH.get(run.outcome.value, Health.UNKNOWN)

    @property
    def version(self) -> str:
        """Of its server, with the vendor."""
        settings = self.snapshot.settings
        return f"{settings.get('vendor', '')} {settings.get('version', '')}"

    @property
    def data(self) -> Mapping[str, Any]:
        """The JSON form, without the structure."""
        snapshot = self.snapshot
        return {
            "name": self.label,
            "source": self.source,
            "target": snapshot.target,
            "taken_at": snapshot.taken_at.isoformat(),
            "version": self.version,
            "fingerprint": snapshot.fingerprint,
            "health": self.health.value,
            "drifted": snapshot.drifted,
            "last_run": snapshot.last_run.id if snapshot.last_run else None,
        }


_HEALTH = {
    "applied": Health.HEALTHY,
    "unchanged": Health.HEALTHY,
    "running": Health.RUNNING,
    "failed": Health.FAILED,
    "incomplete": Health.INCOMPLETE,
    "interrupted": Health.INTERRUPTED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One difference of an environment from the reference."""

    environment: str
    section: Section
    difference: Difference
    objects: tuple[str, ...]
    sentence: str
    reason: Reason = Reason.UNKNOWN

    @property
    def data(self) -> Mapping[str, Any]:
        """The JSON form."""
        return {
            "environment": self.environment,
            "section": self.section.value,
            "difference": self.difference.value,
            "objects": list(self.objects),
            "reason": self.reason.value,
            "sentence": self.sentence,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All findings; the first side is the reference. ``notes`` are worth knowing and are no difference."""

    sides: tuple[Side, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()

    @property
    def identical(self) -> bool:
        """Whether nothing differs."""
        return not self.findings

    @property
    def data(self) -> Mapping[str, Any]:
        """The JSON form."""
        return {
            "format_version": FORMAT_VERSION,
            "reference": self.sides[0].label,
            "environments": [side.data for side in self.sides],
            "identical": self.identical,
            "findings": [finding.data for finding in self.findings],
            "notes": list(self.notes),
        }


def run_in_words(run: RunRecord | None) -> str:
    """``run 3 applied on 2026-01-31 12:00 UTC by ada``."""
    if run is None:
        return "no run recorded"
    by = f" by {run.by}" if run.by else ""
    return f"run {run.id} {run.outcome.value} on {run.started_at:%Y-%m-%d %H:%M} UTC{by}"
