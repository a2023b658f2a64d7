"""The end of waiting for a server: its statement is cancelled, and a connection that does not answer is cut.

Both are done from another thread, because the driver waits for the server's answer. Cancelling asks the server over a
connection of its own. Cutting is for a server that is not there any more: the kernel finds a dead network within half
a minute, but not behind a proxy or tunnel that goes on acknowledging for a server it has lost.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

_CANCEL_BEFORE_CUT = 3.0  # seconds
_open: set[CutOff] = set()


class CutOff:
    """Ends the waiting on one connection at a deadline, or when the program is asked to end."""

    def __init__(self, descriptor: int, deadline: float | None, cancel: Callable[[], None] = lambda: None) -> None:
        """Begin.

        Args:
            descriptor: the connection's socket.
            deadline: a time of ``time.monotonic()`` at which it is cut; None: never.
            cancel: asks the server to cancel the statement that runs on the connection, where one may run.
        """
        # Of its own: the driver may close its descriptor, and the number then means another file.
        self._socket = socket.socket(fileno=os.dup(descriptor))
        self._cancel = cancel
        self._timers: list[threading.Timer] = []
        _open.add(self)
        self.end_at(deadline)

    def end_at(self, deadline: float | None) -> None:
        """Cut the connection at this time, and at no other; None: never."""
        self._stop()
        if deadline is not None:
            left = max(0.0, deadline - time.monotonic())
            self._start(max(left / 2, left - _CANCEL_BEFORE_CUT), self.cancel)
            self._start(left, self.cut)

    def _start(self, seconds: float, what: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, what)
        timer.daemon = True
        timer.start()
        self._timers.append(timer)

    def cancel(self) -> None:
        """Ask the server to cancel what runs."""
        with suppress(Exception):  # the server may be gone: then the connection is cut
            self._cancel()

    def cut(self) -> None:
        """Cut the connection."""
        with suppress(OSError):  # it is gone already
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """The connection has been closed."""
        _open.discard(self)
        self._stop()
        self._socket.close()

    def _stop(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()


def cancel_all() -> int:
    """Ask for the end of whatever runs on any connection of this process. Returns how many connections there are."""
    found = list(_open)
    for one in found:
        threading.Thread(target=one.cancel, daemon=True).start()
    return len(found)
