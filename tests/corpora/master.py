"""The databases of a user as RDS gives it to its customers: owner of them, and no superuser."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg2
import pymysql

from bootstrap.dialects.base import Endpoint
from demo.aws.instances import make_mysql_master, make_postgres_master
from demo.servers import MySQLServer, PostgresServer, Server
from tests.corpora.places import MySqlPlace, Place, PostgresPlace

MASTER = "master"
PASSWORD = "of-the-master"


class PostgresMaster(PostgresPlace):
    """Databases that the master owns."""

    def __init__(self, server: PostgresServer) -> None:
        super().__init__(server)
        make_postgres_master(server, MASTER, PASSWORD)

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        name = f"corpora_{uuid.uuid4().hex[:12]}"
        self.server.create_database(name, owner=MASTER)
        try:
            yield name
        finally:
            self.server.drop_database(name)

    def endpoint(self, database: str) -> Endpoint:
        return replace(super().endpoint(database), username=MASTER, password=PASSWORD)

    def client(self, database: str) -> Any:
        where = self.endpoint(database)
        session = psycopg2.connect(host=where.socket, port=where.port, dbname=database, user=MASTER, password=PASSWORD)
        session.autocommit = True
        return session


class MySqlMaster(MySqlPlace):
    """Databases in which the master may do what RDS lets it do."""

    def __init__(self, server: MySQLServer) -> None:
        super().__init__(server)
        make_mysql_master(server, MASTER, PASSWORD)

    def endpoint(self, database: str) -> Endpoint:
        return replace(super().endpoint(database), username=MASTER, password=PASSWORD)

    def client(self, database: str) -> Any:
        where = self.endpoint(database)
        return pymysql.connect(
            unix_socket=where.socket,
            database=database,
            user=MASTER,
            password=PASSWORD,
            autocommit=True,
            charset="utf8mb4",
        )


def master_of(server: Server) -> Place:
    """The databases of a server's master."""
    return PostgresMaster(server) if isinstance(server, PostgresServer) else MySqlMaster(server)
