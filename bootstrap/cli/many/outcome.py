"""How the work on one of many databases ended, and which of several ends is the worst."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """How the command ended for one database."""

    DONE = "done"
    PENDING = "pending"
    UNREACHABLE = "unreachable"
    DIFFERS = "differs"
    REFUSED = "refused"
    FAILED = "failed"
    TIMED_OUT = "timed_out"  # --time-limit has ended it
    KILLED = "killed"  # its process ended without an answer
    INTERRUPTED = "interrupted"


# From the best to the worst: what trying again helps least decides, so that a pipeline never repeats what cannot pass.
_SEVERITY = (0, 2, 5, 4, 3, 1, 143, 130)
_OUTCOMES = {
    0: Outcome.DONE, 2: Outcome.PENDING, 3: Outcome.REFUSED, 4: Outcome.DIFFERS, 5: Outcome.UNREACHABLE,
    130: Outcome.INTERRUPTED, 143: Outcome.INTERRUPTED,
}  # fmt: skip


def outcome_of(code: int) -> Outcome:
    """Return the outcome that an exit code stands for."""
    return _OUTCOMES.get(code, Outcome.FAILED)


def worst(codes: Iterable[int]) -> int:
    """Return the exit code for all; one that is not known is as bad as an error."""
    return max(codes, key=lambda code: _SEVERITY.index(code if code in _SEVERITY else 1), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How one job ended. ``reason`` says why where it is not done; ``report`` is what the command alone prints."""

    name: str
    outcome: Outcome
    code: int
    seconds: float
    reason: str = ""
    text: str = ""
    report: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None

    @property
    def data(self) -> dict[str, Any]:
        """The ending as data."""
        return {
            "name": self.name,
            "outcome": self.outcome,
            "exit_code": self.code,
            "seconds": round(self.seconds, 3),
            "reason": self.reason or None,
            "report": self.report,
            "error": self.error,
        }


def summary(endings: Iterable[Ending], noun: str) -> str:
    """Return how many ended how, and below it a line for each that is not done."""
    listed = list(endings)
    counts = Counter(ending.outcome for ending in listed)
    how = ", ".join(f"{counts[outcome]} {_words(outcome)}" for outcome in Outcome if counts[outcome])
    lines = [f"{len(listed)} {noun}{'s' if len(listed) > 1 else ''}: {how}"]
    lines += [
        f"  {ending.name} {_words(ending.outcome)} (exit code {ending.code}): {_one_line(ending.reason)}"
        for ending in listed
        if ending.outcome is not Outcome.DONE
    ]
    return "\n".join(lines)


def _words(outcome: Outcome) -> str:
    return outcome.value.replace("_", " ")


def _one_line(reason: str) -> str:
    """The first line says what is wrong; all of it stands above, where the target's own lines are."""
    first, _, more = reason.partition("\n")
    return f"{first} …" if more else first
