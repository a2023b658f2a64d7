"""One direct connection to MySQL or MariaDB with settings under which nothing is silently changed or cut off."""

from __future__ import annotations

import hashlib
import json
import math
import socket
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pymysql
from pymysql.charset import charset_by_name
from pymysql.constants import COMMAND, SERVER_STATUS

from bootstrap.dialects.base import ServerError
from bootstrap.dialects.cutoff import CutOff
from bootstrap.dialects.login import logged_in
from bootstrap.dialects.mysql.capabilities import identify
from bootstrap.dialects.mysql.connect import open_connection
from bootstrap.dialects.mysql.errors import server_error
from bootstrap.dialects.mysql.grants import read_privileges
from bootstrap.dialects.mysql.known_session import (
    LOCK_WAIT_SECONDS,
    ROW_LOCK_WAIT_SECONDS,
    known_settings,
    tolerant_mode,
)
from bootstrap.dialects.mysql.text import quote

if TYPE_CHECKING:
    from bootstrap.dialects.base import Endpoint, Row
    from bootstrap.dialects.mysql.connect import SafeConnection
    from bootstrap.dialects.mysql.grants import Privileges
    from bootstrap.dialects.mysql.seed_cycles import Cycles
    from bootstrap.plan.server import Server

_MAX_LOCK_NAME = 64
_CANCEL_SECONDS = 10
_NO_SUCH_VARIABLE = "1193"  # log_bin_trust_function_creators is deprecated since MySQL 8.0.34
_MULTI_STATEMENTS_ON, _MULTI_STATEMENTS_OFF = b"\x00\x00", b"\x01\x00"


class MySqlSession:
    """Implements ``bootstrap.dialects.base.Session``."""

    def __init__(self, connection: SafeConnection, endpoint: Endpoint, application_name: str) -> None:
        self._connection = connection
        self._depth = 0
        self.cycles: Cycles | None = None  # seeds being loaded whose rows refer to each other
        self.endpoint = endpoint
        self.application_name = application_name
        self.database = self._place = endpoint.database
        self._cut_off = CutOff(connection.descriptor, endpoint.deadline, self.cancel)
        self.server = self._prepare()

    def _prepare(self) -> Server:
        self._keep_alive()
        version, account, backend, collation, database, plain_mode, time_zone, case, distrusts_code = (
            self._first_answer()
        )
        self.backend = str(backend)
        server = identify(str(version))
        self._know_the_database(database)
        # A session that asks nothing for so long is ended: that frees the lock of a client that froze.
        known = {**known_settings(server, str(plain_mode)), "wait_timeout": str(self.endpoint.idle_seconds)}
        self.execute("SET SESSION " + ", ".join(f"{name} = {value}" for name, value in known.items()))
        self._settings = {
            **known, "time_zone": f"'{time_zone}'", "collation_connection": str(collation),
            "character_set_client": "utf8mb4", "character_set_results": "utf8mb4",
        }  # fmt: skip
        role, system_users = self._role_and_system_users(server)
        self._grant_lines = self._grants(role)
        self.privileges = self.privileges_in(self.database)
        abilities = {"any_definer"} if self.privileges.any_definer else set()
        if int(str(case)) == 1:
            abilities.add("lower_case_tables")
        if distrusts_code and not self.privileges.super:
            abilities.add("routines_refused_by_binary_log")
        return replace(
            server,
            account=str(account),
            capabilities=server.capabilities | abilities,
            system_users=system_users,
        )

    def _first_answer(self) -> Row:
        """What is to be known of a server and a new session of it."""
        asked = (
            "SELECT VERSION(), CURRENT_USER(), CONNECTION_ID(), @@collation_connection, DATABASE(), @@sql_mode,"
            " @@time_zone, @@lower_case_table_names, "
        )
        try:
            return self.query(f"{asked}@@GLOBAL.log_bin AND NOT @@GLOBAL.log_bin_trust_function_creators")[0]
        except ServerError as error:
            if error.code != _NO_SUCH_VARIABLE:
                raise
            return self.query(f"{asked}FALSE")[0]  # a server without the variable has no such rule

    def _know_the_database(self, found: object) -> None:
        """Take the name as the server writes it: in lower case, where lower_case_table_names is 1."""
        wanted, name = self.endpoint.database, str(found or "")
        if name.lower() != wanted.lower():
            raise ServerError(
                f"the session is in database {name or '(none)'} and not in {wanted}: init_connect of the server, or a"
                " proxy, changes it"
            )
        self.database = self._place = name

    def _role_and_system_users(self, server: Server) -> tuple[str, frozenset[str]]:
        """The roles that are active, "" for none; and who has SYSTEM_USER. MariaDB has no such things to ask for."""
        if "account_roles" not in server.capabilities:
            return "", frozenset()
        [(role, names)] = self.query(
            "SELECT CURRENT_ROLE(), (SELECT JSON_ARRAYAGG(GRANTEE) FROM information_schema.USER_PRIVILEGES"
            " WHERE PRIVILEGE_TYPE = 'SYSTEM_USER')"
        )
        active = "" if str(role).upper() == "NONE" else str(role)
        return active, frozenset(name.replace("'", "") for name in json.loads(str(names or "[]")))

    def _grants(self, role: str) -> list[str]:
        """SHOW GRANTS, with what the active roles give (the master of RDS for MySQL has its privileges by a role)."""
        sql = f"SHOW GRANTS FOR CURRENT_USER() USING {role}" if role else "SHOW GRANTS"
        return [str(row[0]) for row in self.query(sql)]

    def privileges_in(self, database: str) -> Privileges:
        """What this account may do in a database, which need not exist yet."""
        return read_privileges(self._grant_lines, database)

    def _keep_alive(self) -> None:
        """Let the kernel notice within half a minute that the peer is gone."""
        sock = self._connection._sock  # type: ignore[attr-defined]  # the driver has no public way to its socket
        if sock is None or sock.family == socket.AF_UNIX:
            return
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in (("TCP_KEEPIDLE", 15), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 4)):
            if hasattr(socket, name):
                sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)

    @property
    def thread_id(self) -> int:
        """The connection's number that the handshake named; a proxy makes one up."""
        return int(self._connection.thread_id())  # type: ignore[no-untyped-call]  # the stubs lack its type

    def execute(self, sql: str, parameters: Sequence[Any] | None = None) -> int:
        """Run one statement. Returns the rows affected."""
        with self._cursor() as cursor:
            affected = cursor.execute(sql, parameters)
            self._drain(cursor)
            return int(affected)

    def query(self, sql: str, parameters: Sequence[Any] | None = None) -> list[Row]:
        """Run one statement and return all rows."""
        with self._cursor() as cursor:
            cursor.execute(sql, parameters)
            rows = list(cursor.fetchall())
            self._drain(cursor)
            return rows

    def batch(self, statements: Sequence[str]) -> list[list[Row] | ServerError]:
        """Run several reading statements in one round trip. One that fails gives its error in its place.

        Several statements in one text are allowed for just this time: everywhere else a semicolon that got into a
        statement must stay an error.
        """
        answers: list[list[Row] | ServerError] = []
        pending = list(statements)
        while pending:
            found = self._batch(pending)
            answers += found
            pending = pending[len(found) :]
        return answers

    def _batch(self, statements: Sequence[str]) -> list[list[Row] | ServerError]:
        answers: list[list[Row] | ServerError] = []
        self._multi_statements(_MULTI_STATEMENTS_ON)
        try:
            with self._cursor() as cursor:
                cursor.execute(";\n".join(statements))
                answers.append(list(cursor.fetchall()))
                while cursor.nextset():
                    answers.append(list(cursor.fetchall()))
        except ServerError as error:
            if error.connection_lost:
                raise
            answers.append(error)  # the server stops at the first error: the caller goes on behind it
        self._multi_statements(_MULTI_STATEMENTS_OFF)
        return answers

    @contextmanager
    def inside(self, database: str) -> Iterator[None]:
        """Work in another database for the time of a block.

        A session that does not come back is closed: whatever it wrote next would be written elsewhere.
        """
        before = self._place
        if database == before:
            yield
            return
        self._use(database)
        try:
            yield
        finally:
            if before:
                self._come_back(before)

    def _use(self, database: str) -> None:
        self.execute(f"USE {quote(database)}")
        self._place = database

    def _come_back(self, database: str) -> None:
        try:
            self._use(database)
        except ServerError as error:
            self.close()
            raise ServerError(
                f"the connection was closed: it could not return to database {database}: {error}",
                code=error.code, connection_lost=True, retryable=True,
            ) from error  # fmt: skip

    def _multi_statements(self, option: bytes) -> None:
        try:
            connection: Any = self._connection  # the driver has no public way to set the option
            connection._execute_command(COMMAND.COM_SET_OPTION, option)
            connection._read_packet()
        except pymysql.MySQLError as error:
            raise server_error(error) from error

    def _drain(self, cursor: Any) -> None:
        """Take what a CALL answers in more than one result; an error in a later one is an error."""
        connection: Any = self._connection  # the stubs do not know the status
        while connection.server_status & SERVER_STATUS.SERVER_MORE_RESULTS_EXISTS and cursor.nextset():
            pass

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        try:
            with self._connection.cursor() as cursor:
                yield cursor
        except pymysql.MySQLError as error:
            raise server_error(error) from error

    @contextmanager
    def transaction(self, *, read_only: bool = False) -> Iterator[None]:
        """Commit at the end, roll back on any exception; ``read_only`` as :class:`bootstrap.dialects.base.Session`."""
        with self._only_reading() if read_only else nullcontext():
            yield from self._transaction()

    @contextmanager
    def _only_reading(self) -> Iterator[None]:
        """START TRANSACTION READ ONLY is not enough: a structural change commits it, and is then carried out."""
        self.execute("SET SESSION TRANSACTION READ ONLY")
        try:
            yield
        finally:
            with suppress(ServerError):  # a lost connection has nothing to restore
                self.execute("SET SESSION TRANSACTION READ WRITE")

    def _transaction(self) -> Iterator[None]:
        self.execute("START TRANSACTION")
        try:
            yield
        except BaseException:
            with suppress(ServerError):  # a lost connection has rolled back already
                self.execute("ROLLBACK")
            raise
        self.execute("COMMIT")

    @contextmanager
    def as_login_user(self) -> Iterator[None]:
        """The user stays the same here; a role that was set only adds privileges."""
        yield

    def set_timeouts(self, *, lock_ms: int | None, statement_ms: int | None) -> None:
        """Set how long a statement may wait for locks and run; None is the session's own default again.

        Locks are waited for in whole seconds. MySQL bounds only reading statements; MariaDB all.
        """
        lock = LOCK_WAIT_SECONDS if lock_ms is None else max(1, math.ceil(lock_ms / 1000))
        row = ROW_LOCK_WAIT_SECONDS if lock_ms is None else lock
        settings = [f"lock_wait_timeout = {lock}", f"innodb_lock_wait_timeout = {row}"]
        if "max_statement_time" in self.server.capabilities:
            settings.append(f"max_statement_time = {(statement_ms or 0) / 1000}")
        else:
            settings.append(f"max_execution_time = {statement_ms or 0}")
        self.execute("SET SESSION " + ", ".join(settings))

    def tolerant(self) -> AbstractContextManager[None]:
        """The sql_mode of :func:`tolerant_mode`, for the time of a block."""
        return self.settings([("sql_mode", f"'{tolerant_mode(self.server)}'")])

    @contextmanager
    def settings(self, values: Sequence[tuple[str, str]]) -> Iterator[None]:
        """Session variables for the time of a block."""
        if not values:
            yield
            return
        encoding, before = self._connection.encoding, self._settings
        self.execute("SET SESSION " + ", ".join(f"{name} = {value}" for name, value in values))
        self._settings = {**before, **dict(values)}
        charset = dict(values).get("character_set_client")
        try:
            if charset:
                self._connection.encoding = _encoding(charset, encoding)
            yield
        finally:
            self._connection.encoding, self._settings = encoding, before
            reset = ", ".join(f"{name} = {before.get(name, f'@@GLOBAL.{name}')}" for name, _ in values)
            with suppress(ServerError):  # the block's own error counts, and a lost connection has nothing to restore
                self.execute(f"SET SESSION {reset}")

    @contextmanager
    def declared_sql(self) -> Iterator[None]:
        """Declared SQL has the settings of this session: no name means another thing by them."""
        yield

    def try_lock(self, name: str) -> bool:
        """Try once, without waiting, to take the named lock."""
        answer = self.query("SELECT GET_LOCK(%s, 0)", [self.lock_name(name)])[0][0]
        if answer is None:
            raise ServerError("GET_LOCK failed: the server is short of memory or ended the session", retryable=True)
        return bool(answer)

    def owns_lock(self, name: str) -> bool:
        """Whether this very session still holds the lock of its database, and is in that database."""
        lock = self.lock_name(name)
        held, database = self.query("SELECT IS_USED_LOCK(%s) = CONNECTION_ID(), DATABASE()", [lock])[0]
        return bool(held) and database == self.database

    def lock_holder(self, name: str) -> str | None:
        """Who holds the lock, as far as this account may see."""
        lock = self.lock_name(name)
        holder = self.query("SELECT IS_USED_LOCK(%s)", [lock])[0][0]
        if holder is None:
            return None
        rows = self.query(
            "SELECT CONCAT(user, ' from ', host, ', busy with it for ', time, ' s') FROM information_schema.processlist"
            " WHERE id = %s", [holder])  # fmt: skip
        return f"{rows[0][0]}, connection {holder}" if rows else f"connection {holder}"

    def unlock(self, name: str) -> None:
        """Give the lock back."""
        self.query("SELECT RELEASE_LOCK(%s)", [self.lock_name(name)])

    def lock_name(self, name: str) -> str:
        """A lock's name on the server, to whose databases it is common: the database is part of it. MySQL limits it to
        64 characters.
        """
        full = f"{self.database}/{name}"
        if len(full) <= _MAX_LOCK_NAME:
            return full
        return f"{full[:31]}/{hashlib.sha256(full.encode()).hexdigest()[:32]}"

    def limit(self, endpoint: Endpoint) -> None:
        """Take over the limits in time of a run whose declaration was read after this session was opened."""
        self.endpoint = replace(
            self.endpoint, deadline=endpoint.deadline, connect_timeout_seconds=endpoint.connect_timeout_seconds
        )
        self._cut_off.end_at(endpoint.deadline)

    def cancel(self) -> None:
        """Ask the server, over a connection of its own, to cancel the statement that runs here. From any thread."""
        endpoint = replace(self.endpoint, deadline=None, connect_timeout_seconds=_CANCEL_SECONDS)
        other = logged_in(endpoint, lambda it: open_connection(it, application_name=self.application_name))
        try:
            other.query(f"KILL QUERY {self.thread_id}")
        finally:
            other.close()

    def close(self) -> None:
        """End the connection; never raises."""
        self._cut_off.close()
        with suppress(pymysql.MySQLError, OSError):
            self._connection.close()


def _encoding(charset: str, default: str) -> str:
    try:
        return str(charset_by_name(charset.strip("'")).encoding)
    except KeyError:
        return default


def connect(endpoint: Endpoint, *, application_name: str) -> MySqlSession:
    """Open one direct session. Raises ServerError."""
    return logged_in(
        endpoint,
        lambda it: MySqlSession(open_connection(it, application_name=application_name), it, application_name),
    )
