"""How long to try again what others block, and how little to block others meanwhile."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field

from bootstrap.dialects.base import ServerError

# Everybody who comes after a statement that waits for a lock waits with it. So the first attempts are short, and the
# pauses are long against the attempts: what is blocked stands still for a small part of the time only.
_FIRST_ATTEMPT_MS = 100
_PAUSE_FACTOR, _SHORTEST_PAUSE = 5.0, 0.4


@dataclass(slots=True)
class Patience:
    """The attempts of one statement or transaction, until a deadline in seconds from now."""

    seconds: float
    attempts: int = 1
    _start: float = field(default_factory=time.monotonic)

    def lock_ms(self, longest: int) -> int:
        """How long the next attempt may wait for a lock."""
        return int(min(longest, _FIRST_ATTEMPT_MS * 2 ** (self.attempts - 1))) if longest else 0

    def allows(self, error: ServerError) -> bool:
        """Whether another attempt may help and there is time for it. Only locks and deadlocks are the others' doing; a
        lost connection is not tried again here, because the lock went with it.
        """
        if error.connection_lost or not (error.lock_timeout or error.retryable):
            return False
        return time.monotonic() + self._pause() <= self._start + self.seconds

    def wait(self) -> None:
        """Let others have their turn: a random, growing pause."""
        time.sleep(self._pause() * random.uniform(0.7, 1.0))  # noqa: S311  # jitter, no secret
        self.attempts += 1

    def _pause(self) -> float:
        return _SHORTEST_PAUSE + _PAUSE_FACTOR * self.lock_ms(3_000) / 1000
