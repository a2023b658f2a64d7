"""How many locks sessions hold at once, as PostgreSQL itself lists them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from demo.servers import PostgresServer

LOOK_SECONDS = 0.02
# What the server is sure to have room for at its defaults: max_locks_per_transaction 64 times max_connections 100.
GUARANTEED = 6400
# Locks on the fast path take no room in the table that all sessions share.
_HELD = """
SELECT coalesce(max(held), 0) FROM (
  SELECT count(*) AS held FROM pg_locks WHERE pid <> pg_backend_pid() AND NOT fastpath GROUP BY pid) AS sessions
"""


class LockWatch:
    """The most locks that any one session held since the watch began."""

    def __init__(self, server: PostgresServer) -> None:
        self.most = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, args=(server,), daemon=True)

    def _look(self, server: PostgresServer) -> None:
        with contextlib.closing(server.connect()) as connection, connection.cursor() as cursor:
            while not self._ended.wait(LOOK_SECONDS):
                cursor.execute(_HELD)
                [(held,)] = cursor.fetchall()
                self.most = max(self.most, int(held))

    @classmethod
    @contextlib.contextmanager
    def over(cls, server: PostgresServer) -> Iterator[LockWatch]:
        """Watch for the time of a block."""
        watch = cls(server)
        watch._thread.start()
        try:
            yield watch
        finally:
            watch._ended.set()
            watch._thread.join()
