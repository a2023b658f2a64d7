"""The end of waiting for a server that does not answer: at a run's deadline its connections are cut.

A dead network is found by the kernel within half a minute, but not behind a proxy or tunnel that goes on acknowledging
for a server it has lost. The driver would wait for ever; only cutting the connection from another thread ends that.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import suppress

# What is left of the deadline to say what happened: AWS Lambda ends the process without a word.
SECONDS_TO_REPORT = 5.0


class CutOff:
    """Cuts one connection shortly before a deadline, unless it is closed before."""

    def __init__(self, descriptor: int, deadline: float | None) -> None:
        """Begin.

        Args:
            descriptor: the connection's socket.
            deadline: a time of ``time.monotonic()``; None: never.
        """
        self._timer: threading.Timer | None = None
        if deadline is not None:
            # Of its own: the driver may close its descriptor, and the number then means another file.
            self._socket = socket.socket(fileno=os.dup(descriptor))
            self._timer = threading.Timer(max(0.0, deadline - SECONDS_TO_REPORT - time.monotonic()), self._cut)
            self._timer.daemon = True
            self._timer.start()

    def _cut(self) -> None:
        with suppress(OSError):  # it is gone already
            self._socket.shutdown(socket.SHUT_RDWR)

    def cancel(self) -> None:
        """The connection has been closed."""
        if self._timer is not None:
            self._timer.cancel()
            self._socket.close()
