"""One direct connection to PostgreSQL with settings under which a lost client leaves nothing behind."""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg2
import psycopg2.extensions

from bootstrap.dialects.base import ServerError
from bootstrap.dialects.cutoff import CutOff
from bootstrap.dialects.login import logged_in
from bootstrap.dialects.postgresql import known
from bootstrap.dialects.postgresql.capabilities import capabilities_of
from bootstrap.dialects.postgresql.errors import translate
from bootstrap.dialects.postgresql.pooler import refuse_transaction_pooler
from bootstrap.plan.server import Server
from bootstrap.problems import StatementError

if TYPE_CHECKING:
    from bootstrap.dialects.base import Endpoint, Row

_LONGEST_IDLE_TRANSACTION_MS = 20_000  # its locks stop others, and a client may have frozen
_CANCEL_SECONDS = 10
_WHO = (
    "SELECT current_setting('server_version'), current_user::text,"
    " (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)"
)
_SETTINGS_OF_LIBPQ = ("PGDATESTYLE", "PGTZ", "PGGEQO")
_CONNECT_OPTIONS: dict[str, Any] = {
    "keepalives": 1,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,
}


class PostgresSession:
    """Implements ``bootstrap.dialects.base.Session``."""

    def __init__(self, connection: psycopg2.extensions.connection, endpoint: Endpoint, application_name: str) -> None:
        self._connection = connection
        self._fixed: dict[str, str] = {}
        self._target: dict[str, str] = {}
        self.endpoint = endpoint
        self.application_name = application_name
        self.database = connection.info.dbname
        self.backend = str(connection.info.backend_pid)
        self._cut_off = CutOff(connection.fileno(), endpoint.deadline, self.cancel)
        self.server = self._prepare()

    def _prepare(self) -> Server:
        number = self._connection.server_version
        if number // 10000 < 14:  # noqa: PLR2004  # the first version with these settings: capabilities.MINIMUM_VERSION
            raise ServerError(f"PostgreSQL {number // 10000} is too old: 14 is the oldest version that is supported")
        text, user, superuser = self._fix_settings()
        version = (number // 10000, number % 10000)
        able = capabilities_of(version) | ({"superuser"} if superuser else set())
        return Server(vendor="postgresql", version=version, version_text=text, capabilities=able, account=user)

    def _fix_settings(self) -> Row:
        """Give the session our settings. Returns what :data:`_WHO` asks."""
        idle = self.endpoint.idle_seconds * 1000
        limits = {
            "idle_session_timeout": str(idle),
            "idle_in_transaction_session_timeout": str(min(idle, _LONGEST_IDLE_TRANSACTION_MS)),
        }
        wanted = known.fixed(limits)
        query, parameters = known.known_here(wanted)
        present = {str(name) for (name,) in self.query(f"{known.TRUST_NOBODY}; {query}", parameters)}
        self._fixed = {name: value for name, value in wanted.items() if name in present}
        try:
            return self.query(f"{self._own_settings()}; {_WHO}")[0]
        except ServerError as error:
            if not error.permission_denied:
                raise
            raise StatementError(known.refusal(str(error))) from error

    def _own_settings(self) -> str:
        values = {**known.kept(self._target), **self._fixed}
        return f"{known.TRUST_NOBODY}; {known.setting_sql(values)}; {known.PRINTED_DATES}"

    def like_target(self, target: PostgresSession) -> None:
        """Let this session to a scratch database give values the meaning that they have in the target."""
        query, parameters = known.plain_values()
        self._target = {str(name): str(value) for name, value in target.query(query, parameters)}
        self.execute(self._own_settings())

    @property
    def declared_path(self) -> str:
        """The search path of declared SQL in a scratch database."""
        return self._target["search_path"]

    @declared_path.setter
    def declared_path(self, path: str) -> None:
        self._target["search_path"] = path

    @contextmanager
    def declared_sql(self) -> Iterator[None]:
        """The settings that declared SQL is written for: those of a plain session of this account in this database.

        Afterwards the session has its own again, whatever that SQL has set.
        """
        self.execute(known.plain_sql(self._fixed, self._target))
        try:
            yield
        finally:
            if not self.in_failed_transaction:
                with suppress(ServerError):  # a lost connection has no settings left
                    self.execute(f"{known.RESET}; {self._own_settings()}")

    def execute(self, sql: str, parameters: Sequence[Any] | None = None) -> int:
        """Run one statement. Returns the rows affected."""
        with self._cursor() as cursor:
            cursor.execute(sql, parameters)
            return int(cursor.rowcount)

    def query(self, sql: str, parameters: Sequence[Any] | None = None) -> list[Row]:
        """Run one statement and return all rows."""
        with self._cursor() as cursor:
            cursor.execute(sql, parameters)
            return list(cursor.fetchall())

    def password_verifier(self, role: str, password: str) -> str:
        """What the server would store for the password of a role, computed here (libpq's PQencryptPasswordConn)."""
        try:
            return psycopg2.extensions.encrypt_password(password, role, self._connection)
        except psycopg2.Error as error:
            raise translate(error) from error

    def copy_in(self, sql: str, source: Any) -> int:
        """Run ``COPY … FROM STDIN`` with a readable object as its data. Returns the rows copied."""
        with self._cursor() as cursor:
            cursor.copy_expert(sql, source)
            return int(cursor.rowcount)

    @contextmanager
    def _cursor(self) -> Iterator[psycopg2.extensions.cursor]:
        try:
            with self._connection.cursor() as cursor:
                yield cursor
        except psycopg2.Error as error:
            raise translate(error) from error

    @contextmanager
    def transaction(self, *, read_only: bool = False) -> Iterator[None]:
        """Commit at the end, roll back on any exception."""
        self.execute("START TRANSACTION READ ONLY" if read_only else "START TRANSACTION")
        try:
            yield
        except BaseException:
            with suppress(ServerError):  # a lost connection has rolled back already
                self.execute("ROLLBACK")
            raise
        self.execute("COMMIT")

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        idle = psycopg2.extensions.TRANSACTION_STATUS_IDLE
        return int(self._connection.info.transaction_status) != idle

    @property
    def in_failed_transaction(self) -> bool:
        """Whether a transaction is open in which nothing but a rollback is possible."""
        failed = psycopg2.extensions.TRANSACTION_STATUS_INERROR
        return int(self._connection.info.transaction_status) == failed

    @contextmanager
    def settings(self, values: Sequence[tuple[str, str]]) -> Iterator[None]:
        """Session variables for the time of a block; as they were before afterwards."""
        before = [(name, self.query("SELECT current_setting(%s)", [name])[0][0]) for name, _ in values]
        for name, value in values:
            self.execute(f"SET {name} = {value}")
        try:
            yield
        finally:
            if not self.in_failed_transaction:
                for name, value in before:
                    self.query("SELECT set_config(%s, %s, false)", [name, value])

    @contextmanager
    def settings_for_reading(self) -> Iterator[None]:
        """One snapshot for all that is read."""
        if self.in_transaction:
            yield
            return
        # The server prints names with their schemas, except those of pg_catalog, whatever the session was set to.
        begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        self.execute(f"{begin}; SET LOCAL search_path = {known.SAFE_PATH}; {known.PLANNED_FAST}")
        try:
            yield
        finally:
            with suppress(ServerError):  # a lost connection has rolled back already
                self.execute("ROLLBACK")

    @contextmanager
    def as_login_user(self) -> Iterator[None]:
        """See :meth:`bootstrap.dialects.base.Session.as_login_user`."""
        kept = ("session_authorization", "role", "search_path")
        values = self.query("SELECT " + ", ".join(f"pg_catalog.current_setting('{name}')" for name in kept))[0]
        self.execute(
            f"SET LOCAL search_path = {known.SAFE_PATH}; SET LOCAL SESSION AUTHORIZATION DEFAULT; SET LOCAL ROLE NONE"
        )
        yield
        restored = ", ".join(f"pg_catalog.set_config('{name}', %s, true)" for name in kept)
        self.query(f"SELECT {restored}", values)

    def set_timeouts(self, *, lock_ms: int | None, statement_ms: int | None) -> None:
        """Set how long a statement may wait for locks and run, in declared SQL too; None: for ever."""
        self._fixed |= {"lock_timeout": str(lock_ms or 0), "statement_timeout": str(statement_ms or 0)}
        values = {name: self._fixed[name] for name in ("lock_timeout", "statement_timeout")}
        self.execute(known.setting_sql(values))

    def try_lock(self, name: str) -> bool:
        """Try once to take the session's advisory lock. Never the blocking call: CREATE INDEX CONCURRENTLY waits for
        every transaction that waits for a lock, which ends as a deadlock."""
        if self.owns_lock(name):
            return True
        return bool(self.query("SELECT pg_try_advisory_lock(%s)", [lock_key(name)])[0][0])

    def owns_lock(self, name: str) -> bool:
        """Whether this very session still holds the lock."""
        return bool(self.query(f"SELECT 1 FROM pg_locks WHERE pid = pg_backend_pid() AND {_LOCK_ROW}", _halves(name)))

    def lock_is_held(self, name: str) -> bool:
        """Whether any session of the server holds the lock, whichever database it is in."""
        return bool(self.query(f"SELECT 1 FROM pg_locks WHERE {_LOCK_ROW_ANYWHERE}", _halves(name)))

    def lock_holder(self, name: str) -> str | None:
        """Who holds the lock: user, application, address, since when; whether that can be a run, and how to end it."""
        rows = self.query(
            "SELECT coalesce(a.usename, '?') || ' (' || coalesce(nullif(a.application_name, ''), 'unnamed')"
            " || ') from '"
            " || coalesce(a.client_addr::text, 'the local socket') || ' since '"
            " || coalesce(to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ'), '?') || ', process ' || l.pid"
            " || CASE WHEN a.application_name LIKE 'db-bootstrap%%' THEN ''"
            " ELSE ', which is no run of db-bootstrap: SELECT pg_terminate_backend(' || l.pid || ') ends it' END"
            f" FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid) WHERE l.granted AND {_LOCK_ROW}",
            _halves(name),
        )
        return str(rows[0][0]) if rows else None

    def unlock(self, name: str) -> None:
        """Give the lock back."""
        self.query("SELECT pg_advisory_unlock(%s)", [lock_key(name)])

    def limit(self, endpoint: Endpoint) -> None:
        """Take over the limits in time of a run whose declaration was read after this session was opened."""
        self.endpoint = replace(
            self.endpoint, deadline=endpoint.deadline, connect_timeout_seconds=endpoint.connect_timeout_seconds
        )
        self._cut_off.end_at(endpoint.deadline)

    def cancel(self) -> None:
        """Ask the server, over a connection of its own, to cancel the statement that runs here. From any thread."""
        # Not the driver's own way: that keeps the interpreter's lock until the server answers, and no thread goes on.
        endpoint = replace(self.endpoint, deadline=None, connect_timeout_seconds=_CANCEL_SECONDS)
        process = self._connection.info.backend_pid
        other = logged_in(endpoint, lambda it: open_connection(it, self.application_name))
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_catalog.pg_cancel_backend(%s)", [process])
        finally:
            other.close()

    def close(self) -> None:
        """End the connection; never raises."""
        self._cut_off.close()
        with suppress(psycopg2.Error):
            self._connection.close()


_LOCK_ROW_ANYWHERE = "locktype = 'advisory' AND objsubid = 1 AND classid = %s AND objid = %s"
_LOCK_ROW = f"{_LOCK_ROW_ANYWHERE} AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"


def lock_key(name: str) -> int:
    """A signed 64-bit key for an advisory lock."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def _halves(name: str) -> list[int]:
    key = lock_key(name) % (1 << 64)
    return [key >> 32, key & 0xFFFFFFFF]


def connect(endpoint: Endpoint, *, application_name: str) -> PostgresSession:
    """Open one session.

    Raises:
        ServerError: the server refuses it.
        Unreachable: a pooler gives each transaction another server process; nothing was set in any of them.
    """
    return logged_in(endpoint, lambda it: _connect(it, application_name))


def _connect(endpoint: Endpoint, application_name: str) -> PostgresSession:
    connection = open_connection(endpoint, application_name)
    try:
        refuse_transaction_pooler(connection, lambda: open_connection(endpoint, application_name))
        return PostgresSession(connection, endpoint, application_name)
    except BaseException:
        connection.close()
        raise


def open_connection(endpoint: Endpoint, application_name: str) -> psycopg2.extensions.connection:
    """Log in; nothing is asked or set yet. Raises ServerError."""
    try:
        with _without_settings_of_the_environment():
            connection: psycopg2.extensions.connection = psycopg2.connect(**_parameters(endpoint, application_name))
    except psycopg2.Error as error:
        raise translate(error) from error
    connection.autocommit = True
    return connection


@contextmanager
def _without_settings_of_the_environment() -> Iterator[None]:
    """The client library would let these variables override what the server's own settings are."""
    found = {name: os.environ.pop(name) for name in _SETTINGS_OF_LIBPQ if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(found)


def _parameters(endpoint: Endpoint, application_name: str) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        "dbname": endpoint.database or "postgres",
        "connect_timeout": endpoint.connect_timeout_seconds,
        "application_name": f"{application_name}@{socket.gethostname()}"[:63],
        "client_encoding": "UTF8",
        "options": "",  # not those of PGOPTIONS
        **_CONNECT_OPTIONS,
    }
    optional = {"user": endpoint.username, "password": endpoint.password, "port": endpoint.port}
    parameters |= {name: value for name, value in optional.items() if value}
    if endpoint.socket is not None:
        return parameters | {"host": endpoint.socket, "sslmode": "disable"}
    parameters |= {"host": endpoint.host, "sslmode": endpoint.tls_mode}
    if endpoint.tls_mode.startswith("verify"):
        # "system" would mean the machine's own store; without a file libpq would look into ~/.postgresql.
        parameters["sslrootcert"] = endpoint.ca_file or "system"
        if endpoint.ca_file is None and endpoint.tls_mode != "verify-full":
            parameters["sslmode"] = "verify-full"  # libpq allows the system store with verify-full only
    return parameters
