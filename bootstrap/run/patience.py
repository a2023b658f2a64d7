"""How long to try again what others stand in the way of."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field

from bootstrap.dialects.base import ServerError

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 10.0


@dataclass(slots=True)
class Patience:
    """The attempts of one statement or transaction, until a deadline in seconds from now."""

    seconds: float
    attempts: int = 1
    _start: float = field(default_factory=time.monotonic)

    def allows(self, error: ServerError) -> bool:
        """Whether another attempt may help and there is time for it. Only locks and deadlocks are the others' doing; a
        lost connection is not tried again here, because the lock went with it.
        """
        if error.connection_lost or not (error.lock_timeout or error.retryable):
            return False
        return time.monotonic() + self._pause() <= self._start + self.seconds

    def wait(self) -> None:
        """Let others have their turn: a random, growing pause."""
        time.sleep(self._pause() * random.uniform(0.5, 1.0))  # noqa: S311  # jitter, no secret
        self.attempts += 1

    def _pause(self) -> float:
        return float(min(_FIRST_PAUSE * 2 ** (self.attempts - 1), _LONGEST_PAUSE))
