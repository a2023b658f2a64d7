"""RDS instances that are real servers: PostgreSQL, MySQL or MariaDB on loopback, with the rights RDS gives."""

from __future__ import annotations

import contextlib
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from psycopg2 import sql

from demo.servers import (
    Address,
    CertificateAuthority,
    MariaDBServer,
    MySQLServer,
    PostgresServer,
    Registry,
    Server,
    ServerUnavailableError,
)
from demo.servers.master import make_mysql_master, make_postgres_master

# RDS keeps the superuser to itself; the master user is less than that.
SUPERUSER = "rdsadmin"
ADDRESS_ATTEMPTS = 20
POSTGRES_ENGINES = ("postgres", "aurora-postgresql")
MYSQL_ENGINES = ("mysql", "aurora-mysql")


@dataclass(frozen=True)
class InstanceRequest:
    """What a caller of CreateDBInstance asked for, as far as a server needs to know it."""

    identifier: str
    engine: str
    username: str
    password: str
    database: str | None
    port: int


class Instances:
    """The servers behind the instances of one local AWS; they end with the process that owns them."""

    def __init__(self, directory: Path, authority: CertificateAuthority, owner: int) -> None:
        self.registry = Registry(directory)
        self.authority = authority
        self.owner = owner

    def create(self, request: InstanceRequest) -> Server:
        """Start the server of an instance, with its master user and its first database.

        Raises:
            ServerUnavailableError: this machine has no such server; one line says what to install.
            ServerStartError: it did not start.
        """
        kind = server_type(request.engine)
        server = self.registry.get(
            request.identifier,
            owner=self.owner,
            start=lambda owner: kind.start(
                authority=self.authority, username=SUPERUSER, owner=owner, address=free_address(request.port)
            ),
        )
        if isinstance(server, PostgresServer):
            _prepare_postgres(server, request)
        else:
            _prepare_mysql(server, request)
        return server

    def delete(self, identifier: str) -> None:
        """End the server of an instance."""
        self.registry.stop(identifier)

    def set_password(self, identifier: str, username: str, password: str) -> None:
        """Give the master user another password."""
        server = self.registry.running()[identifier]
        if isinstance(server, PostgresServer):
            statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(username), sql.Literal(password))
            server.execute(statement)
        else:
            server.execute("ALTER USER %s@'%%' IDENTIFIED BY %s", arguments=(username, password))


def server_type(engine: str) -> type[PostgresServer] | type[MySQLServer]:
    """Return the server that stands for an engine of RDS.

    MariaDB stands in for MySQL where no MySQL can be had: the bootstrapper knows both by `engine: mysql`.

    Raises:
        ServerUnavailableError: the engine is none of PostgreSQL, MySQL and MariaDB.
    """
    if engine in POSTGRES_ENGINES:
        return PostgresServer
    if engine == "mariadb":
        return MariaDBServer
    if engine in MYSQL_ENGINES:
        return MySQLServer if MySQLServer.is_available() else MariaDBServer
    raise ServerUnavailableError(f"the local AWS has no server for the engine {engine}")


def free_address(port: int) -> Address | None:
    """Return a loopback address on which a port is free: every instance has its engine's own port, as on RDS.

    Linux has the whole of 127.0.0.0/8 on its loopback interface. Elsewhere, or when somebody listens on that port on
    all addresses, None: `localhost` and any free port then.
    """
    for _ in range(ADDRESS_ATTEMPTS):
        host = f"127.{secrets.randbelow(200) + 20}.{secrets.randbelow(256)}.{secrets.randbelow(254) + 1}"
        with socket.socket() as probe:
            # As the servers do it: an address that was just left is not in use.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((host, port))
                return Address(host, host, port)
    return None


def new_password() -> str:
    """Return a password as RDS makes them: long, with characters that need care in URLs and shells."""
    # None of / @ " and blank, which RDS does not allow; the rest is on purpose.
    return f"{secrets.token_urlsafe(18)}:%&'$({secrets.token_urlsafe(4)}"


def _prepare_postgres(server: PostgresServer, request: InstanceRequest) -> None:
    make_postgres_master(server, request.username, request.password)
    if request.database is not None:
        server.create_database(request.database, owner=request.username)


def _prepare_mysql(server: MySQLServer, request: InstanceRequest) -> None:
    make_mysql_master(server, request.username, request.password)
    if request.database is not None:
        server.create_database(request.database)
