"""A private MariaDB or MySQL on a loopback port and a Unix socket, with TLS."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self
from urllib.parse import quote

import pymysql

from demo.servers.errors import ServerStartError, ServerUnavailableError
from demo.servers.master import Login, make_mysql_master
from demo.servers.mysql_programs import Container, Flavour, Programs, find_programs
from demo.servers.process import Address, GuardedProcess, server_directory
from demo.servers.tls import SERVER_NAMES, CertificateAuthority

START_ATTEMPTS = 3
CONNECT_SECONDS = 60
# What is committed survives a killed server, as the tests of crashes need it, but not a machine that loses power.
# The rest makes the server small: several run beside each other.
SMALL_AND_FAST = {
    "innodb-flush-method": "nosync",
    "innodb-flush-log-at-trx-commit": "2",
    "innodb-buffer-pool-size": "128M",
    "max-connections": "400",
    "skip-name-resolve": "1",
    "local-infile": "1",
    # As on RDS with backups: without SUPER nobody makes functions and triggers then, unless the server is told to.
    "log-bin": "binlog",
    "server-id": "1",
    "sync-binlog": "0",
}
FLAVOURS: dict[Flavour, dict[str, str]] = {
    "mariadb": {"innodb-log-file-size": "32M"},
    "mysql": {"mysqlx": "OFF"},
}


@dataclass(frozen=True)
class MySQLServer:
    """A running MySQL; a context manager that ends it.

    It is used as the superuser, or with ``as_master`` as the account that RDS would give out.
    """

    process: GuardedProcess
    port: int
    username: str
    password: str
    ca_file: Path
    version: str
    host: str = "localhost"
    engine: str = "mysql"
    master: Login | None = None
    acts_as_master: bool = False

    flavour: ClassVar[Flavour] = "mysql"

    @classmethod
    def start(
        cls,
        *,
        version: str | None = None,
        authority: CertificateAuthority | None = None,
        username: str = "root",
        password: str | None = None,
        owner: int | None = None,
        address: Address | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> Self:
        """Start a server on an empty data folder of its own.

        Args:
            version: such as "8.0"; None: the one at hand.
            authority: the CA of its certificate; None: one of its own.
            username: the superuser's name; root exists beside it with the same password.
            password: the superuser's password; None: a random one.
            owner: process that the server must not outlive; None: this process; 0: it stays until stopped.
            address: where to listen; None: `localhost` and a free port.
            settings: more server options, as in my.cnf.

        Raises:
            ServerUnavailableError: no such server can be had here.
            ServerStartError: it did not start; with its log.
        """
        programs = find_programs(cls.flavour, version)
        password = password or secrets.token_urlsafe(18)
        for attempt in range(1, START_ATTEMPTS + 1):
            where = address or Address.free()
            try:
                return cls._start(programs, authority, username, password, owner, where, settings or {})
            except ServerStartError:
                # Between choosing a free port and listening on it somebody else may have taken it.
                if attempt == START_ATTEMPTS or address is not None:
                    raise
        raise AssertionError("unreachable")

    @classmethod
    def _start(
        cls,
        programs: Programs | Container,
        authority: CertificateAuthority | None,
        username: str,
        password: str,
        owner: int | None,
        address: Address,
        settings: Mapping[str, str],
    ) -> Self:
        directory = server_directory(cls.flavour)
        try:
            authority = authority or CertificateAuthority.create(directory / "ca")
            shutil.copy(authority.ca_file, directory / "ca.pem")
            authority.issue(directory, (*SERVER_NAMES, address.host, address.listen))
            command = _command(programs, directory, address, username, password, {**FLAVOURS[cls.flavour], **settings})
        except BaseException:
            shutil.rmtree(directory, ignore_errors=True)
            raise
        process = GuardedProcess.start(command, directory, owner=owner)
        version = programs.version() if isinstance(programs, Programs) else programs.image
        server = cls(process, address.port, username, password, directory / "ca.pem", version, address.host)
        process.wait_until(server.answers, f"{cls.flavour} {version}")
        (directory / "environment").unlink(missing_ok=True)
        # The password goes; the file stays, for the server reads it again when it is started after a crash.
        (directory / "init.sql").write_text("DO 0;\n")
        return server

    @classmethod
    def is_available(cls) -> bool:
        """Say whether this machine has or can get such a server; what has to be downloaded for it is downloaded."""
        try:
            find_programs(cls.flavour)
        except ServerUnavailableError:
            return False
        return True

    def with_master(self) -> Self:
        """Create an account like RDS's master; return the server with it."""
        login = Login.create("admin")
        make_mysql_master(self, login.username, login.password)
        return replace(self, master=login)

    @property
    def as_master(self) -> Self:
        """The same server, used by its master; by the superuser where it has none."""
        return replace(self, acts_as_master=self.master is not None)

    @property
    def administrator(self) -> Self:
        """The same server, used by the superuser."""
        return replace(self, acts_as_master=False)

    @property
    def login(self) -> Login:
        """Who logs in."""
        return self.master if self.acts_as_master and self.master else Login(self.username, self.password)

    def answers(self) -> bool:
        """Say whether the server takes connections now."""
        try:
            self.connect().close()
        except pymysql.err.OperationalError:
            return False
        return True

    def connect(self, database: str | None = None) -> pymysql.connections.Connection[Any]:
        """Return an autocommit session, over the Unix socket."""
        return pymysql.connect(
            unix_socket=str(self.socket),
            ssl_disabled=True,  # on a socket there is none, and getting ready for it reads all certificates each time
            user=self.login.username,
            password=self.login.password,
            database=database,
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
        )

    @property
    def socket(self) -> Path:
        """The Unix socket."""
        return self.process.directory / "server.sock"

    def url(self, database: str = "", *, username: str | None = None, password: str | None = None) -> str:
        """Return the URL over TCP; `ssl_ca` names the CA, with which certificate and host name are to be verified."""
        login = _login(username or self.login.username, password or self.login.password)
        return f"mysql://{login}@{self.host}:{self.port}/{quote(database)}?ssl_ca={quote(str(self.ca_file))}"

    def socket_url(self, database: str = "") -> str:
        """Return the URL over the Unix socket, where there is no TLS."""
        login = _login(self.login.username, self.login.password)
        return f"mysql://{login}@localhost/{quote(database)}?unix_socket={quote(str(self.socket), safe='')}"

    def create_database(self, name: str) -> str:
        """Create an empty database and return its URL."""
        self.execute(f"CREATE DATABASE {_quoted(name)}")
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database."""
        self.execute(f"DROP DATABASE IF EXISTS {_quoted(name)}")

    def execute(
        self, statement: str, database: str | None = None, arguments: Sequence[Any] = ()
    ) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows, if it has any."""
        session = self.connect(database)
        try:
            with session.cursor() as cursor:
                cursor.execute(statement, arguments or None)
                return list(cursor.fetchall())
        finally:
            session.close()

    def crash(self) -> None:
        """Kill the server with SIGKILL, start it again on the same port, and wait until it answers."""
        session = self.connect()
        self.process.crash()
        try:
            while True:  # until the killed server has hung up: only then an answer comes from the new one
                session.ping(reconnect=False)
        except pymysql.err.Error:
            self.process.wait_until(self.answers, f"{self.flavour} {self.version}")

    def stop(self) -> None:
        """End the server and remove its data."""
        self.process.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


@dataclass(frozen=True)
class MariaDBServer(MySQLServer):
    """A running MariaDB; a context manager that ends it."""

    engine: str = "mariadb"

    flavour: ClassVar[Flavour] = "mariadb"


def _command(
    programs: Programs | Container,
    directory: Path,
    address: Address,
    username: str,
    password: str,
    settings: Mapping[str, str],
) -> list[str]:
    """Prepare the data folder and the first statements; return the server's command."""
    options = {
        "socket": str(directory / "server.sock"),
        "ssl-ca": str(directory / "ca.pem"),
        "ssl-cert": str(directory / "server.pem"),
        "ssl-key": str(directory / "server.key"),
        **SMALL_AND_FAST,
        **settings,
    }
    arguments = [f"--{name}={value}" for name, value in options.items()]
    if isinstance(programs, Container):
        environment = directory / "environment"
        environment.touch(mode=0o600)
        environment.write_text(f"MYSQL_ROOT_PASSWORD={password}\nMARIADB_ROOT_PASSWORD={password}\n")
        _open_for_container(directory)
        return programs.command(address=address, directory=directory, environment_file=environment, options=arguments)
    shutil.copytree(programs.empty_data(settings.get("lower-case-table-names")) / "data", directory / "data")
    first = directory / "init.sql"
    first.touch(mode=0o600)
    first.write_text(_first_statements(username, password))
    arguments += [
        f"--datadir={directory / 'data'}",
        f"--port={address.port}",
        f"--bind-address={address.listen}",
        f"--init-file={first}",
    ]
    return [*programs.arguments, *arguments, f"--pid-file={directory / 'server.pid'}", f"--tmpdir={directory}"]


def _first_statements(username: str, password: str) -> str:
    """Give the superuser its password; the server runs one statement per line before it takes connections."""
    literal = "'" + password.replace("\\", "\\\\").replace("'", "''") + "'"
    name = "'" + username.replace("\\", "\\\\").replace("'", "''") + "'"
    lines = [f"ALTER USER 'root'@'localhost' IDENTIFIED BY {literal};"]
    for user in dict.fromkeys([name, "'root'"]):
        lines += [
            f"CREATE USER IF NOT EXISTS {user}@'%' IDENTIFIED BY {literal};",
            f"GRANT ALL PRIVILEGES ON *.* TO {user}@'%' WITH GRANT OPTION;",
        ]
    return "\n".join(lines) + "\n"


def _open_for_container(directory: Path) -> None:
    """Let the container's own user write the socket and read the key; the folder above keeps everybody else out."""
    for path in (directory, *directory.iterdir()):
        path.chmod(0o777 if path.is_dir() else 0o644)
    (directory / "environment").chmod(0o600)


def _login(username: str, password: str) -> str:
    return f"{quote(username, safe='')}:{quote(password, safe='')}"


def _quoted(identifier: str) -> str:
    return "`" + identifier.replace("`", "``") + "`"
