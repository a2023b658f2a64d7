"""What the demo says while it works: each line with the time since its start."""

from __future__ import annotations

import sys
import threading
import time


class Progress:
    """Lines on standard output, from several threads."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._lock = threading.Lock()
        self._colour = sys.stdout.isatty()

    def step(self, text: str) -> None:
        """Begin a part of the demo."""
        self._write(f"\n{self._clock()}  {self._bold(text)}")

    def line(self, text: str, source: str = "") -> None:
        """Report what happened within it; `source` says in which environment."""
        label = f"{source:<11}" if source else ""
        for part in text.splitlines():
            self._write(f"{self._clock()}    {label}{part}")

    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started

    def _clock(self) -> str:
        minutes, seconds = divmod(int(self.seconds()), 60)
        return f"[{minutes:02d}:{seconds:02d}]"

    def _bold(self, text: str) -> str:
        return f"\033[1m{text}\033[0m" if self._colour else text

    def _write(self, text: str) -> None:
        with self._lock:
            print(text, flush=True)
