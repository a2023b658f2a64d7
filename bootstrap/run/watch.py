"""Names who is in the way of a statement that takes long, while it waits: from a connection of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from bootstrap.dialects.base import Dialect, ServerError, Session
from bootstrap.problems import BootstrapError
from bootstrap.redact import redact

_PATIENCE_SECONDS = 2.0  # a statement that is done by then needs no explanation
_BLOCKED_SECONDS = 0.05  # the attempt before it was given up for a lock: this one is as good as blocked, and short
_PAUSE_SECONDS = 2.0
_AGAIN_SECONDS = 30.0


class Watch:
    """Watches statements of one run, one at a time. Its connection is opened when the first of them takes long."""

    def __init__(self, dialect: Dialect, connect: Callable[[], Session], tell: Callable[[str], None]) -> None:
        """Take what is needed to look.

        Args:
            dialect: of the sessions.
            connect: opens another session to the same database.
            tell: hears who is in the way, a line each.
        """
        self._dialect, self._connect, self._tell = dialect, connect, tell
        self._session: Session | None = None
        self._looking = threading.Lock()
        self._blocked = False

    @contextmanager
    def over(self, session: Session) -> Iterator[None]:
        """Watch what this session does in the block."""
        done = threading.Event()
        patience = _BLOCKED_SECONDS if self._blocked else _PATIENCE_SECONDS
        self._blocked = False
        threading.Thread(target=self._look, args=(session.backend, done, patience), daemon=True).start()
        try:
            yield
        except ServerError as error:
            self._blocked = error.lock_timeout
            raise
        finally:
            done.set()

    def close(self) -> None:
        """End the connection."""
        with self._looking:
            if self._session is not None:
                self._session.close()

    def _look(self, backend: str, done: threading.Event, pause: float) -> None:
        told: list[str] = []
        when = 0.0
        while not done.wait(pause):
            pause = _PAUSE_SECONDS
            with self._looking, suppress(ServerError, BootstrapError):  # it only explains
                found = self._found(backend)
                if done.is_set() or not found:
                    continue
                if found != told or time.monotonic() > when + _AGAIN_SECONDS:
                    for line in found:
                        self._tell(redact(f"        waits for a lock: {line}"))
                    told, when = found, time.monotonic()

    def _found(self, backend: str) -> list[str]:
        if self._session is None:
            self._session = self._connect()
        try:
            return self._dialect.waits_for(self._session, backend)
        except ServerError:
            self._session.close()
            self._session = None
            raise
