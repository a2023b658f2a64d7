"""Messages of drivers, operating systems, migration tools and ORMs: what never came from a database server."""

from __future__ import annotations

from bootstrap.insight.diagnose.causes import Cause
from bootstrap.insight.diagnose.rules import Rule

TOOLS: tuple[Rule, ...] = (
    # Prisma's own codes; what it wraps of the server is recognised as the server's.
    Rule(Cause.MIGRATION_BASELINE, "p3005"),
    Rule(Cause.MIGRATION_BASELINE, "found non-empty schema", r"Found non-empty schema\(s\)"),  # Flyway
    Rule(Cause.MIGRATION_DIRTY, "dirty database version"),  # golang-migrate
    Rule(Cause.MIGRATION_DIRTY, "p3009"),
    Rule(Cause.MIGRATION_DIRTY, "contains a failed migration"),  # Flyway
    Rule(Cause.MIGRATION_DIRTY, "detected failed migration"),
    Rule(Cause.MIGRATION_DIRTY, "waiting for changelog lock"),  # Liquibase
    Rule(Cause.MISSING_COLUMN, "does not exist in the current database", r"The column `(?:(?P<table>[^`.]+)\.)?(?P<column>[^`.]+)` does not exist"),
    Rule(Cause.MISSING_TABLE, "does not exist in the current database", r"The table `(?:(?P<schema>[^`.]+)\.)?(?P<table>[^`.]+)` does not exist"),
    Rule(Cause.MISSING_DATABASE, "does not exist", r"Database `(?P<database>[^`]+)` does not exist"),
    Rule(Cause.MISSING_DATABASE, "could not find your database", r"could not find your database: (?P<database>[\w$-]+)"),
    Rule(Cause.UNIQUE_VIOLATION, "unique constraint failed on the"),
    Rule(Cause.NOT_NULL, "null constraint violation on the"),
    Rule(Cause.DEADLOCK, "write conflict or a deadlock"),
    Rule(Cause.TOO_MANY_CONNECTIONS, "timed out fetching a new connection from the connection pool"),
    # Pools whose connections are all in use.
    Rule(Cause.TOO_MANY_CONNECTIONS, "queuepool limit"),
    Rule(Cause.TOO_MANY_CONNECTIONS, "couldn't get a connection after"),
    Rule(Cause.TOO_MANY_CONNECTIONS, "could not obtain a connection from the pool"),
    Rule(Cause.TOO_MANY_CONNECTIONS, "connection is not available, request timed out"),
    Rule(Cause.TOO_MANY_CONNECTIONS, "timeout acquiring a connection"),
    Rule(Cause.TOO_MANY_CONNECTIONS, "connectionacquiretimeouterror"),
    Rule(Cause.TOO_MANY_CONNECTIONS, "pool timed out while waiting"),  # sqlx
    Rule(Cause.TOO_MANY_CONNECTIONS, "was dropped from queue after"),  # DBConnection
    Rule(Cause.TOO_MANY_CONNECTIONS, "connection pool has been exhausted"),  # Npgsql
    Rule(Cause.TOO_MANY_CONNECTIONS, "all pooled connections are in use"),  # MySqlConnector
    Rule(Cause.TOO_MANY_CONNECTIONS, "all pooled connections were in use"),  # ADO.NET
    Rule(Cause.TOO_MANY_CONNECTIONS, "retrieve connection from pool timeout"),  # MariaDB connector of Node
    Rule(Cause.TOO_MANY_CONNECTIONS, "timeout: pool empty"),  # Tomcat JDBC
    Rule(Cause.TOO_MANY_CONNECTIONS, "pool exhausted"),
    Rule(Cause.TOO_MANY_CONNECTIONS, "timeout waiting for idle object"),  # commons-dbcp2
    Rule(Cause.TOO_MANY_CONNECTIONS, "timed out in bb8"),
    Rule(Cause.TOO_MANY_CONNECTIONS, "timed out waiting for connection"),  # r2d2
    Rule(Cause.TOO_MANY_CONNECTIONS, "resourcerequest timed out"),  # generic-pool
    Rule(Cause.TOO_MANY_CONNECTIONS, "timed out fetching a new connection"),
    Rule(Cause.TOO_MANY_CONNECTIONS, "sequel::pooltimeout"),
    Rule(Cause.TOO_MANY_CONNECTIONS, "timeout occurred while waiting for a slot to become open"),  # deadpool
    Rule(Cause.UNIQUE_VIOLATION, "(unique_constraint)", r"\* \"?(?P<name>[^\"\n]+?)\"? \(unique_constraint\)", "constraint"),  # Ecto
    Rule(Cause.ENUM_VALUE_MISSING, "not found in enum", r"Value '(?P<value>[^']*)' not found in enum '(?P<name>[^']+)'", "type"),
    Rule(Cause.TYPE_MISMATCH, "inconsistent column data"),
    Rule(Cause.PERMISSION, "was denied access on the database"),
    Rule(Cause.AUTH_PASSWORD, "authentication failed against database server"),
    Rule(Cause.NETWORK_REFUSED, "can't reach database server"),
    # Hibernate's start-up validation.
    Rule(Cause.MISSING_COLUMN, "missing column", r"Schema-validation: missing column \[(?P<column>[^\]]+)\] in table \[(?P<table>[^\]]+)\]"),
    Rule(Cause.MISSING_TABLE, "missing table", r"Schema-validation: missing table \[(?P<table>[^\]]+)\]"),
    Rule(Cause.MISSING_TABLE, "missing sequence", r"Schema-validation: missing sequence \[(?P<table>[^\]]+)\]"),
    Rule(Cause.TYPE_MISMATCH, "wrong column type", r"Schema-validation: wrong column type encountered in column \[(?P<column>[^\]]+)\] in table \[(?P<table>[^\]]+)\]"),
    Rule(Cause.NOT_NULL, "notnull violation", r"notNull Violation: (?P<table>[\w$]+)\.(?P<column>[\w$]+) cannot be null"),  # Sequelize
)  # fmt: skip

CONNECTION: tuple[Rule, ...] = (
    Rule(Cause.TLS_NOT_OFFERED, "does not support ssl"),
    Rule(Cause.TLS_NOT_OFFERED, "doesn't support ssl"),
    Rule(Cause.TLS_NOT_OFFERED, "ssl is not enabled on the server"),
    Rule(Cause.TLS_NOT_OFFERED, "does not support tls"),
    Rule(Cause.TLS_NOT_OFFERED, "server doesn't support it", r"(?:SSL|TLS).{0,60}required.{0,60}server doesn't support it"),
    Rule(Cause.TLS_NOT_OFFERED, "does not support secure connection"),
    Rule(Cause.TLS_NOT_OFFERED, "server refused tls"),
    Rule(Cause.TLS_NOT_OFFERED, "doesn't support tls"),
    Rule(Cause.TLS_NOT_OFFERED, "rejected ssl upgrade"),
    Rule(Cause.TLS_NOT_OFFERED, "no ssl support"),
    Rule(Cause.TLS_NOT_OFFERED, "ssl not enabled in the server"),
    Rule(Cause.TLS_NOT_OFFERED, "ssl not available"),
    Rule(Cause.TLS_NOT_OFFERED, "no ssl enabled connection"),
    Rule(Cause.TLS_CA_MISSING, "unable to find valid certification path"),
    Rule(Cause.TLS_CA_MISSING, "certificate verify failed"),
    Rule(Cause.TLS_CA_MISSING, "certificate signed by unknown authority"),
    Rule(Cause.TLS_CA_MISSING, "self-signed certificate"),
    Rule(Cause.TLS_CA_MISSING, "self signed certificate"),
    Rule(Cause.TLS_CA_MISSING, "unable to get local issuer certificate"),
    Rule(Cause.TLS_CA_MISSING, "unable_to_get_issuer_cert"),
    Rule(Cause.TLS_CA_MISSING, "invalid peer certificate", r"invalid peer certificate:? UnknownIssuer"),
    Rule(Cause.TLS_CA_MISSING, "root certificate file", r"root certificate file .{0,200}? does not exist"),
    Rule(Cause.TLS_CA_MISSING, "remote certificate is invalid"),
    Rule(Cause.TLS_CA_MISSING, "remote certificate was rejected"),
    Rule(Cause.NETWORK_DNS, "name or service not known"),
    Rule(Cause.NETWORK_DNS, "enotfound", r"ENOTFOUND(?: (?P<name>[\w.-]+))?", "host"),
    Rule(Cause.NETWORK_DNS, "eai_again"),
    Rule(Cause.NETWORK_DNS, "unknown server host", r"Unknown (?:MySQL )?server host '(?P<name>[^']+)'", "host"),
    Rule(Cause.NETWORK_DNS, "unknown mysql server host", r"host '(?P<name>[^']+)'", "host"),
    Rule(Cause.NETWORK_DNS, "could not translate host name", r"host name \"(?P<name>[^\"]+)\"", "host"),
    Rule(Cause.NETWORK_DNS, "failed to resolve host"),
    Rule(Cause.NETWORK_DNS, "no such host", r"(?:lookup (?P<name>[\w.-]+)[^\n]*: )?no such host", "host"),
    Rule(Cause.NETWORK_DNS, "unknownhostexception", r"UnknownHostException: ?(?P<name>[\w.-]*)", "host"),
    Rule(Cause.NETWORK_DNS, "no such host is known"),
    Rule(Cause.NETWORK_DNS, "nodename nor servname provided"),
    Rule(Cause.NETWORK_DNS, "no address associated with hostname"),
    Rule(Cause.NETWORK_DNS, "temporary failure in name resolution"),
    Rule(Cause.NETWORK_DNS, "failed to lookup address information"),
    Rule(Cause.NETWORK_DNS, "getaddrinfo failed"),
    Rule(Cause.NETWORK_DNS, "getaddrinfo:"),
    Rule(Cause.NETWORK_DNS, "nxdomain"),
    Rule(Cause.NETWORK_DNS, "server misbehaving"),
    Rule(Cause.NETWORK_OR_LAMBDA_TIMEOUT, "task timed out after", r"Task timed out after [\d.]+ seconds"),
    Rule(Cause.NETWORK_REFUSED, "connection refused"),
    Rule(Cause.NETWORK_REFUSED, "econnrefused"),
    Rule(Cause.NETWORK_REFUSED, "actively refused it"),
    Rule(Cause.NETWORK_REFUSED, "connect call failed"),  # asyncio
    Rule(Cause.NETWORK_REFUSED, "refused. check that the hostname and port are correct"),  # pgjdbc
    Rule(Cause.NETWORK_REFUSED, "can't connect to", r"Can't connect to (?:local )?(?:MySQL |MariaDB )?server (?:on|through) .+?\((?:111|61|115|2|10061)\b"),
    Rule(Cause.NETWORK_ROUTE, "i/o timeout"),
    Rule(Cause.NETWORK_ROUTE, "etimedout"),
    Rule(Cause.NETWORK_ROUTE, "connection timed out"),
    Rule(Cause.NETWORK_ROUTE, "connect timed out"),
    Rule(Cause.NETWORK_ROUTE, "connection timeout"),
    Rule(Cause.NETWORK_ROUTE, "operation timed out"),
    Rule(Cause.NETWORK_ROUTE, "timeout expired", r"(?:connect|server|timeout).{0,120}timeout expired|^timeout expired"),
    Rule(Cause.NETWORK_ROUTE, "no route to host"),
    Rule(Cause.NETWORK_ROUTE, "network is unreachable"),
    Rule(Cause.NETWORK_ROUTE, "ehostunreach"),
    Rule(Cause.NETWORK_ROUTE, "enetunreach"),
    Rule(Cause.NETWORK_ROUTE, "can't connect to", r"Can't connect to (?:MySQL |MariaDB )?server on .+?\((?:110|113|60|101|10060|timed out)"),
    Rule(Cause.NETWORK_REFUSED, "can't connect to", r"Can't connect to (?:local )?(?:MySQL |MariaDB )?server"),
    Rule(Cause.NETWORK_REFUSED, "communications link failure"),
    Rule(Cause.NETWORK_REFUSED, "unable to connect to any of the specified mysql hosts"),
    Rule(Cause.NETWORK_REFUSED, "failed to connect to", r"Failed to connect to \S+:\d+"),
    Rule(Cause.NETWORK_REFUSED, "is the server running"),
    Rule(Cause.NETWORK_REFUSED, "socket fail to connect to host"),
    Rule(Cause.NETWORK_ROUTE, "timeout exceeded when trying to connect"),
    Rule(Cause.NETWORK_DNS, "the connection attempt failed"),  # pgjdbc, where the name does not resolve
    # Sequelize prints nothing else of a unique key: its other errors name what failed.
    Rule(Cause.UNIQUE_VIOLATION, "validation error", r"\A(?:Unhandled rejection |Uncaught )?(?:Sequelize\w*: |UniqueConstraintError \[.*?\]: )?Validation error\s*\Z"),
)  # fmt: skip
