"""Embedded database servers: private, on loopback, with TLS, and gone when their owner is gone.

One implementation for the demo and the tests:

    with PostgresServer.start(version="18") as server:
        url = server.create_database("app")
"""

from demo.servers.errors import ServerStartError, ServerUnavailableError
from demo.servers.mysql import MariaDBServer, MySQLServer
from demo.servers.postgresql import PostgresServer
from demo.servers.process import Address
from demo.servers.registry import Registry, Server
from demo.servers.tls import CertificateAuthority

__all__ = [
    "Address",
    "CertificateAuthority",
    "MariaDBServer",
    "MySQLServer",
    "PostgresServer",
    "Registry",
    "Server",
    "ServerStartError",
    "ServerUnavailableError",
]
