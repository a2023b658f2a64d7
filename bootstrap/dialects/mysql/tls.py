"""How a client asks MySQL and MariaDB for TLS (MySQL manual, "Connection Phase")."""

from __future__ import annotations

import socket
import struct

from pymysql.constants import CLIENT

from bootstrap.dialects.base import ServerError

_PROTOCOL, _ERROR = 10, 255
_CAPABILITIES = CLIENT.CAPABILITIES | CLIENT.SSL
_LARGEST_PACKET, _UTF8MB4 = 1 << 24, 45


def request_tls(connection: socket.socket) -> None:
    """Read the server's greeting and send an SSLRequest. Raises ServerError where the server offers no TLS."""
    header = _read(connection, 4)
    kind = _read(connection, 1)
    if kind[0] not in (_PROTOCOL, _ERROR):
        raise ServerError(f"what listens there does not speak MySQL's protocol (it began with {header + kind!r})")
    greeting = kind + _read(connection, int.from_bytes(header[:3], "little") - 1)
    if kind[0] == _ERROR:
        number = int.from_bytes(greeting[1:3], "little")
        raise ServerError(f"{number}: {greeting[3:].decode('utf-8', 'replace')}", code=str(number))
    # Version text up to its zero byte, 4 bytes of the connection's number, 8 of the scramble, 1 filler: capabilities.
    place = greeting.index(0, 1) + 1 + 4 + 8 + 1
    offered = int.from_bytes(greeting[place : place + 2], "little")
    if not offered & CLIENT.SSL:
        raise ServerError("the server offers no TLS")
    request = struct.pack("<IIB23x", _CAPABILITIES, _LARGEST_PACKET, _UTF8MB4)
    connection.sendall(len(request).to_bytes(3, "little") + bytes([header[3] + 1]) + request)


def _read(connection: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        part = connection.recv(size - len(found))
        if not part:
            raise ServerError(f"the server closes the connection before its greeting (it sent {found[:8]!r})")
        found += part
    return found
