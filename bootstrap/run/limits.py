"""How long a run may go on."""

from __future__ import annotations

import time
from dataclasses import dataclass

from bootstrap.dialects.base import ServerError
from bootstrap.problems import Incomplete

_LONGEST_MARGIN_SECONDS, _SHORTEST_MARGIN_SECONDS = 60.0, 2.0
_CANCELLED_BEFORE_SECONDS = 15.0  # the longest time between a statement's cancellation and the deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Until when to go on. ``deadline`` is a value of ``time.monotonic()`` at which the process may be ended from
    outside (AWS Lambda); nothing is started within ``margin_seconds`` of it. Another's locks are waited for
    ``lock_deadline_seconds``.
    """

    lock_deadline_seconds: float = 60.0
    deadline: float | None = None
    margin_seconds: float = _LONGEST_MARGIN_SECONDS

    @classmethod
    def until(cls, deadline: float | None, started: float) -> Limits:
        """The limits of a run that started then: its margin is a part of the time that it was given."""
        if deadline is None:
            return cls()
        fifth = (deadline - started) / 5
        margin = min(_LONGEST_MARGIN_SECONDS, max(_SHORTEST_MARGIN_SECONDS, fifth))
        return cls(deadline=deadline, margin_seconds=margin)

    @property
    def lock_seconds(self) -> float:
        """How long to try from now on what others block."""
        return self.bounded(self.lock_deadline_seconds)

    def bounded(self, seconds: float) -> float:
        """So many seconds, or what is left of the time."""
        if self.deadline is None:
            return seconds
        return max(0.0, min(seconds, self.deadline - self.margin_seconds - time.monotonic()))

    def check_time(self, what: str) -> None:
        """Raise Incomplete where there is no time left to start something."""
        if self.deadline is not None and time.monotonic() + self.margin_seconds > self.deadline:
            raise Incomplete(f"out of time before {what}: what is done stays done; run again and it goes on from there")

    def check_cancelled(self, error: ServerError, what: str) -> None:
        """Raise Incomplete where the server cancelled a statement because the run's deadline had come."""
        over = self.deadline is not None and time.monotonic() > self.deadline - _CANCELLED_BEFORE_SECONDS
        if error.cancelled and over:
            raise Incomplete(
                f"out of time during {what}: it was cancelled at the deadline of this run; what is done stays done: run"
                " again with more time (policy.deadline; on AWS Lambda the function's timeout)"
            ) from error


NO_LIMITS = Limits()
