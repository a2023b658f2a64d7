"""How a client asks PostgreSQL for TLS (PostgreSQL manual, "SSL Session Encryption")."""

from __future__ import annotations

import socket
import struct

from bootstrap.dialects.base import ServerError

_REQUEST = struct.pack("!ii", 8, 80877103)


def request_tls(connection: socket.socket) -> None:
    """Send an SSLRequest. Raises ServerError where the answer is not yes."""
    connection.sendall(_REQUEST)
    answer = connection.recv(1)
    if answer == b"N":
        raise ServerError("the server offers no TLS (ssl = off)")
    if answer != b"S":
        raise ServerError(f"what listens there does not speak PostgreSQL's protocol (it answered {answer!r})")
