"""A TCP relay that stops forwarding: what a proxy or a tunnel does that has lost the server behind it."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CHUNK = 1 << 16


class Relay:
    """Forwards connections until the server has sent so many bytes in one of them; then nothing any more, for ever.

    The connections stay open, and new ones are taken: the kernel goes on acknowledging what nobody reads.
    """

    def __init__(self, server: tuple[str, int], stall_after: int) -> None:
        self.server, self.stall_after = server, stall_after
        self.stalled = threading.Event()
        self._ended = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._sockets = [self._listener]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._sockets.append(client)
                if not self.stalled.is_set():
                    threading.Thread(target=self._forward, args=(client,), daemon=True).start()

    def _forward(self, client: socket.socket) -> None:
        sent = 0
        with suppress(OSError), selectors.DefaultSelector() as selector:
            server = socket.create_connection(self.server)
            self._sockets.append(server)
            selector.register(client, selectors.EVENT_READ, server)
            selector.register(server, selectors.EVENT_READ, client)
            while not self._ended.is_set():
                for key, _ in selector.select():
                    data = key.fileobj.recv(CHUNK)  # type: ignore[union-attr]  # the registered sockets
                    if not data:
                        client.close()
                        server.close()
                        return
                    sent += len(data) if key.fileobj is server else 0
                    if sent > self.stall_after:
                        self.stalled.set()
                    if self.stalled.is_set():
                        self._ended.wait()
                        return
                    key.data.sendall(data)

    def close(self) -> None:
        """Let everybody go."""
        self._ended.set()
        for open_socket in self._sockets:
            open_socket.close()


@contextmanager
def relay_to(port: int, *, stall_after: int) -> Iterator[Relay]:
    """A relay to a port of the loopback interface."""
    made = Relay(("127.0.0.1", port), stall_after)
    try:
        yield made
    finally:
        made.close()
