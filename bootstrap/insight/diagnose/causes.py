"""The causes that an error can have: a closed vocabulary, with what each means and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """Why the database refused the application. The values are the field ``cause`` of the JSON form."""

    MISSING_TABLE = "missing_table"
    MISSING_TABLE_OR_QUOTED_CASE = "missing_table_or_quoted_case"
    MISSING_COLUMN = "missing_column"
    MISSING_FUNCTION = "missing_function"
    MISSING_TYPE_OR_EXTENSION = "missing_type_or_extension"
    MISSING_SCHEMA_OR_SEARCH_PATH = "missing_schema_or_search_path"
    MISSING_UNIQUE_CONSTRAINT = "missing_unique_constraint"
    MISSING_DATABASE = "missing_database"
    ENUM_VALUE_MISSING = "enum_value_missing"
    BROKEN_VIEW = "broken_view"
    CHARSET = "charset"
    NOT_NULL_NO_DEFAULT = "not_null_no_default"
    NOT_NULL = "not_null"
    NOT_NULL_BACKFILL_MISSING = "not_null_backfill_missing"
    TYPE_MISMATCH = "type_mismatch"
    PERMISSION = "permission"
    UNIQUE_VIOLATION = "unique_violation"
    ALREADY_EXISTS = "already_exists"
    SEARCH_PATH = "search_path"
    SCHEMA_CHANGED_UNDER_CONNECTION = "schema_changed_under_connection"
    POOLER_PREPARED_STATEMENT = "pooler_prepared_statement"
    READ_ONLY = "read_only"
    READ_ONLY_FAILOVER = "read_only_failover"
    LOCK_TIMEOUT = "lock_timeout"
    DEADLOCK = "deadlock"
    DDL_NOT_SUPPORTED = "ddl_not_supported"
    MIGRATION_BASELINE = "migration_baseline"
    MIGRATION_DIRTY = "migration_dirty"
    TOO_MANY_CONNECTIONS = "too_many_connections"
    AUTH_PASSWORD = "auth_password"  # noqa: S105  # the name of a cause
    AUTH_USER_MISSING = "auth_user_missing"
    AUTH_IAM_TOKEN = "auth_iam_token"  # noqa: S105  # as above
    AUTH_IAM_POLICY = "auth_iam_policy"
    AUTH_IAM_SLOW = "auth_iam_slow"
    TLS_REQUIRED = "tls_required"
    TLS_NOT_OFFERED = "tls_not_offered"
    TLS_CA_MISSING = "tls_ca_missing"
    NETWORK_DNS = "network_dns"
    NETWORK_REFUSED = "network_refused"
    NETWORK_ROUTE = "network_route"
    NETWORK_OR_LAMBDA_TIMEOUT = "network_or_lambda_timeout"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a cause means to the person who reads the error.

    Attributes:
        schema: the database lacks what the application expects; false also where it only may.
        summary: what happened, in one sentence.
        remedy: what to do about it.
    """

    schema: bool
    summary: str
    remedy: str


_APPLY = "declare it if it is not declared, then run db-bootstrap apply for the environment"

MEANINGS: dict[Cause, Meaning] = {
    Cause.MISSING_TABLE: Meaning(True, "The table does not exist in this database.", _APPLY),
    Cause.MISSING_TABLE_OR_QUOTED_CASE: Meaning(
        True,
        "No table has this name, spelled with these capitals; PostgreSQL keeps the case of quoted names only.",
        f"compare the spelling with the declaration; {_APPLY}",
    ),
    Cause.MISSING_COLUMN: Meaning(True, "The column does not exist in this database.", _APPLY),
    Cause.MISSING_FUNCTION: Meaning(
        True, "No function or procedure of this name takes these argument types.", f"{_APPLY}; or cast the arguments"
    ),
    Cause.MISSING_TYPE_OR_EXTENSION: Meaning(
        True, "The type does not exist: a type of its own, or one that an extension brings.", _APPLY
    ),
    Cause.MISSING_SCHEMA_OR_SEARCH_PATH: Meaning(
        True, "The schema does not exist in this database.", f"{_APPLY}; or correct search_path"
    ),
    Cause.MISSING_UNIQUE_CONSTRAINT: Meaning(
        True, "ON CONFLICT names columns that no unique constraint covers.", f"the constraint: {_APPLY}"
    ),
    Cause.MISSING_DATABASE: Meaning(
        True, "The server has no database of this name.", "correct the name, or create the database with Terraform"
    ),
    Cause.ENUM_VALUE_MISSING: Meaning(
        True, "The value is not among those that the column's type allows.", f"the enum value: {_APPLY}"
    ),
    Cause.BROKEN_VIEW: Meaning(
        True, "The view uses a table, column or function that is missing, or its definer lacks the privileges.", _APPLY
    ),
    Cause.CHARSET: Meaning(
        True,
        "The column's character set cannot store the text.",
        "declare the column with a character set that can, such as utf8mb4, then run db-bootstrap apply",
    ),
    Cause.NOT_NULL_NO_DEFAULT: Meaning(
        True,
        "The application does not write this column, which has no default and must not be NULL.",
        "declare a default for the column, or let the application write it",
    ),
    Cause.NOT_NULL: Meaning(
        False,
        "The application wrote NULL into a column that must not be NULL.",
        "correct the data; or declare the column nullable or with a default",
    ),
    Cause.NOT_NULL_BACKFILL_MISSING: Meaning(
        False,
        "The column cannot become NOT NULL while rows hold NULL in it.",
        "fill the rows first, in a step that runs before the structural change",
    ),
    Cause.TYPE_MISMATCH: Meaning(
        False,
        "The value or operator does not fit the column's type.",
        "compare the column's type with the declaration; correct the value or the type",
    ),
    Cause.PERMISSION: Meaning(
        False,
        "The account lacks a privilege.",
        "declare the grant for the account's role, then run db-bootstrap apply",
    ),
    Cause.UNIQUE_VIOLATION: Meaning(
        False, "A row with this key exists already.", "correct the data; the structure works as declared"
    ),
    Cause.ALREADY_EXISTS: Meaning(
        False,
        "Something creates what exists already: a second tool or create_all() manages the same database.",
        "let one tool own the structure",
    ),
    Cause.SEARCH_PATH: Meaning(
        False,
        "The name does not resolve here: no schema or database is selected, or search_path names another one.",
        "correct the database name or search_path of the connection",
    ),
    Cause.SCHEMA_CHANGED_UNDER_CONNECTION: Meaning(
        False,
        "The connection prepared the statement before the table changed.",
        "reconnect: restart the application or recycle its connection pool",
    ),
    Cause.POOLER_PREPARED_STATEMENT: Meaning(
        False,
        "A transaction pooler gave the statement to a server connection that never prepared it.",
        "turn off prepared statements in the driver, or use a session pool",
    ),
    Cause.READ_ONLY: Meaning(
        False,
        "The session or transaction is read-only: a reader endpoint, a replica, or a read-only setting.",
        "connect to the writer endpoint",
    ),
    Cause.READ_ONLY_FAILOVER: Meaning(
        False,
        "The server is read-only: the connection leads to a reader, often since a failover.",
        "reconnect to the writer endpoint; recycle the pool, and keep the time-to-live of DNS answers short",
    ),
    Cause.LOCK_TIMEOUT: Meaning(
        False, "Another transaction held a lock for too long.", "find the holder and end it, then try again"
    ),
    Cause.DEADLOCK: Meaning(
        False, "Two transactions waited for each other.", "repeat the transaction; take locks in one order"
    ),
    Cause.DDL_NOT_SUPPORTED: Meaning(
        False, "The server does not support this form of the statement.", "use the form that the message names"
    ),
    Cause.MIGRATION_BASELINE: Meaning(
        False,
        "A migration tool found a database that it did not create.",
        "record a baseline in that tool, or let db-bootstrap own the structure",
    ),
    Cause.MIGRATION_DIRTY: Meaning(
        False,
        "A migration failed half-way, and its tool waits for somebody to repair it.",
        "repair the database, then mark the version as that tool's manual says",
    ),
    Cause.TOO_MANY_CONNECTIONS: Meaning(
        False,
        "The server, the role or the pool has no connection left.",
        "close idle connections, make the pools smaller, or raise the limit",
    ),
    Cause.AUTH_PASSWORD: Meaning(
        False,
        "The server rejected the login.",
        "check the secret's password, user and host; MySQL answers the same where the account does not exist or"
        " requires TLS",
    ),
    Cause.AUTH_USER_MISSING: Meaning(
        False, "The server has no such account.", "declare the role and run db-bootstrap apply, or correct the user"
    ),
    Cause.AUTH_IAM_TOKEN: Meaning(
        False,
        "The server rejected the IAM token: it lasts 15 minutes, for one host, port, user and region.",
        "make a new token for the real host name; check rds-db:connect and the grant of rds_iam",
    ),
    Cause.AUTH_IAM_POLICY: Meaning(
        False,
        "The IAM policy does not allow this database user.",
        "allow rds-db:connect on the instance's resource id and this user",
    ),
    Cause.AUTH_IAM_SLOW: Meaning(
        False,
        "The server did not complete the login in time; with IAM often for want of memory or connection rate.",
        "connect less often (a pool or RDS Proxy), and look at the instance's free memory",
    ),
    Cause.TLS_REQUIRED: Meaning(
        False,
        "The server accepts encrypted connections only (rds.force_ssl, require_secure_transport).",
        "turn TLS on in the driver, with the RDS certificate bundle; do not turn it off on the server",
    ),
    Cause.TLS_NOT_OFFERED: Meaning(
        False, "The client requires TLS, and the server offers none.", "check the endpoint: RDS always offers TLS"
    ),
    Cause.TLS_CA_MISSING: Meaning(
        False,
        "The client does not know the authority that signed the server's certificate.",
        "give the driver the RDS certificate bundle",
    ),
    Cause.NETWORK_DNS: Meaning(
        False, "The host name does not resolve.", "check the endpoint's name, and DNS in the VPC"
    ),
    Cause.NETWORK_REFUSED: Meaning(
        False,
        "Nothing accepted the connection at this host and port.",
        "check host and port, and that the instance is available",
    ),
    Cause.NETWORK_ROUTE: Meaning(
        False,
        "The server did not answer: packets are dropped on the way.",
        "check security groups, route tables and subnets",
    ),
    Cause.NETWORK_OR_LAMBDA_TIMEOUT: Meaning(
        False,
        "The function ran out of time; often it waits for a connection that its VPC cannot reach.",
        "check the function's subnets and security groups, then its timeout",
    ),
    Cause.UNKNOWN: Meaning(
        False,
        "The text matches no known database error.",
        "give the whole error with its cause; run db-bootstrap verify for the environment",
    ),
}
