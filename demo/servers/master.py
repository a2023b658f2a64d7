"""The account that RDS gives to its customers: it may do much, and is no superuser."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from psycopg2 import sql

if TYPE_CHECKING:
    from demo.servers.mysql import MySQLServer
    from demo.servers.postgresql import PostgresServer

# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.MasterAccounts.html
MYSQL_PRIVILEGES = (
    "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, SHOW DATABASES, "
    "CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, REPLICATION CLIENT, CREATE VIEW, SHOW VIEW, "
    "CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER"
)
PARAMETERS_SINCE = 15  # PostgreSQL: the right to set a parameter can be granted


@dataclass(frozen=True)
class Login:
    """Who logs in."""

    username: str
    password: str = field(repr=False)

    @classmethod
    def create(cls, username: str) -> Login:
        """Return a login with a random password."""
        return cls(username, secrets.token_urlsafe(18))


def make_postgres_master(server: PostgresServer, username: str, password: str) -> None:
    """Make the master user as RDS has it: it may create databases and roles, and is no superuser."""
    name = sql.Identifier(username)
    server.execute("CREATE ROLE rds_superuser NOLOGIN")
    server.execute("GRANT pg_monitor, pg_signal_backend TO rds_superuser WITH ADMIN OPTION")
    if int(server.version) >= PARAMETERS_SINCE:
        server.execute("GRANT SET ON PARAMETER session_replication_role TO rds_superuser")
    server.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE PASSWORD {}").format(name, sql.Literal(password)))
    server.execute(sql.SQL("GRANT rds_superuser TO {} WITH ADMIN OPTION").format(name))


def make_mysql_master(server: MySQLServer, username: str, password: str) -> None:
    """Make the master user as RDS has it: everything but SUPER, FILE and SHUTDOWN."""
    server.execute("CREATE USER %s@'%%' IDENTIFIED BY %s", arguments=(username, password))
    server.execute(f"GRANT {MYSQL_PRIVILEGES} ON *.* TO %s@'%%' WITH GRANT OPTION", arguments=(username,))
    if server.flavour == "mysql":
        server.execute("GRANT ROLE_ADMIN ON *.* TO %s@'%%' WITH GRANT OPTION", arguments=(username,))
