"""Reaching real servers: at once, after a wait, or not at all and with the reason."""

from __future__ import annotations

import json
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest

from bootstrap.declaration.model import Credentials, Target, Tls
from bootstrap.dialects.base import Dialect, Session
from bootstrap.dialects.registry import dialect_for
from bootstrap.problems import TargetError, Unreachable
from bootstrap.target.connect import connect, from_target, from_url
from bootstrap.target.url import parse_url
from demo.servers import Server


@dataclass
class Road:
    """The URL of an empty database, and its dialect."""

    url: str
    dialect: Dialect
    waited: list[str] = field(default_factory=list)  # for what, as it was told

    def connect(self, url: str | None = None, environ: dict[str, str] | None = None) -> Session:
        environ = {} if environ is None else environ
        return connect(self.dialect, from_url(parse_url(url or self.url, environ), environ), waiting=self.waited.append)

    def with_password(self, password: str) -> str:
        return self.url.replace(f":{urlsplit(self.url).password}@", f":{password}@" if password else "@")

    def with_port(self, port: int) -> str:
        return self.url.replace(f":{urlsplit(self.url).port}/", f":{port}/")

    @property
    def password(self) -> str:
        return str(urlsplit(self.url).password)

    @property
    def database(self) -> str:
        return urlsplit(self.url).path.removeprefix("/")

    def target(self, credentials: Credentials, ca_file: str) -> Target:
        parts = urlsplit(self.url)
        return Target(
            engine=self.dialect.name, host=str(parts.hostname), port=int(parts.port or 0), database=self.database,
            username=str(parts.username), credentials=credentials, tls=Tls("verify-full", ca_file),
            connect_deadline_seconds=60,
        )  # fmt: skip


@pytest.fixture(params=["postgres", "mariadb", "mysql"])
def road(request: pytest.FixtureRequest) -> Road:
    url = request.getfixturevalue(f"{request.param}_database")
    return Road(url, dialect_for("postgresql" if request.param == "postgres" else "mysql"))


@pytest.fixture
def ca_file(request: pytest.FixtureRequest, road: Road) -> str:
    del road
    name = request.node.callspec.params["road"]
    return str(request.getfixturevalue(f"{name}_server").ca_file)


def expect(kind: type[Exception], act: Callable[[], object], words: str) -> str:
    """An error of that kind that says so; returns its text."""
    with pytest.raises(kind, match=words) as caught:
        act()
    return str(caught.value)


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port at which nothing listens, and that nobody else is given."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        yield silent.getsockname()[1]


def test_a_session_over_verified_tls(road: Road) -> None:
    session = road.connect()
    assert session.database == road.database
    assert session.query("SELECT 1") == [(1,)]
    session.close()


def test_a_wrong_password_fails_at_once_and_is_never_shown(road: Road) -> None:
    text = expect(TargetError, lambda: road.connect(road.with_password("wrong-pass-word")), "refuses the login of")
    assert f":{urlsplit(road.url).port}/{road.database}" in text
    assert "wrong-pass-word" not in text
    assert road.waited == []


def test_no_password_at_all(road: Road) -> None:
    expect(TargetError, lambda: road.connect(road.with_password("")), "no password for .* set DB_BOOTSTRAP_PASSWORD")


def test_the_password_of_the_environment(road: Road) -> None:
    session = road.connect(road.with_password(""), {"DB_BOOTSTRAP_PASSWORD": road.password})
    session.close()


def test_a_missing_database_fails_at_once(road: Road) -> None:
    url = road.url.replace(f"/{road.database}", "/no_such_database")
    expect(TargetError, lambda: road.connect(url), "create database no_such_database")
    assert road.waited == []


def test_the_port_of_another_engine(postgres_database: str, mariadb_server: Server) -> None:
    port = urlsplit(mariadb_server.url()).port
    url = postgres_database.replace(f":{urlsplit(postgres_database).port}/", f":{port}/")
    dialect = dialect_for("postgresql")
    expect(TargetError, lambda: connect(dialect, from_url(parse_url(url, {}), {})), f"port {port} is not PostgreSQL")


def test_a_database_of_the_server_itself_is_no_target() -> None:
    for name in ("mysql", "SYS", "information_schema", "performance_schema"):
        expect(TargetError, lambda name=name: from_url(parse_url(f"mysql://u:p@h/{name}", {}), {}), "server's own")  # type: ignore[misc]


def test_an_unknown_authority_fails_at_once(road: Road) -> None:
    url = road.url.partition("sslrootcert=")[0].partition("ssl_ca=")[0]
    expect(TargetError, lambda: road.connect(url), "from an authority in .*rds-global-bundle.pem")
    assert road.waited == []


def test_nothing_listens(road: Road, silent_port: int) -> None:
    url = road.with_port(silent_port) + "&connect_timeout=1"
    expect(Unreachable, lambda: road.connect(url), f"nothing listens at .* port {silent_port}")


def test_a_host_that_does_not_exist(road: Road) -> None:
    url = road.url.replace("localhost", "no-such-host.invalid") + "&connect_timeout=1"
    expect(Unreachable, lambda: road.connect(url), "the host name does not resolve")


def test_a_server_that_comes_up_later_is_waited_for(road: Road) -> None:
    """A port that refuses connections, and then leads to the server."""
    there = int(urlsplit(road.url).port or 0)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        told: list[str] = []
        opener = threading.Thread(target=relay, args=[listener, there], daemon=True)
        destination = from_url(parse_url(road.with_port(port) + "&connect_timeout=300", {}), {})

        def open_when_told(text: str) -> None:
            told.append(text)
            opener.start()

        session = connect(road.dialect, destination, waiting=open_when_told)
        assert len(told) == 1
        assert f"waiting for {road.dialect.name} localhost:{port}" in told[0]
        assert session.query("SELECT 1") == [(1,)]
        session.close()
        opener.join()


def relay(listener: socket.socket, port: int) -> None:
    """Take one connection and carry its bytes to the server and back."""
    listener.listen()
    client, _ = listener.accept()
    server = socket.create_connection(("localhost", port))
    for source, sink in ((client, server), (server, client)):
        threading.Thread(target=carry, args=(source, sink), daemon=True).start()


def carry(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):  # the other direction has closed it
        while data := source.recv(65536):
            sink.sendall(data)
    sink.close()


def test_the_deadline_of_the_environment(road: Road, silent_port: int) -> None:
    environ = {"DB_BOOTSTRAP_CONNECT_DEADLINE": "0"}
    expect(Unreachable, lambda: road.connect(road.with_port(silent_port), environ), "tried for 0 s")
    expect(TargetError, lambda: road.connect(environ={"DB_BOOTSTRAP_CONNECT_DEADLINE": "soon"}), "a number of seconds")


def test_a_password_from_a_secret_that_is_rotated_while_we_run(road: Road, ca_file: str, aws: Any) -> None:
    secrets = aws.client("secretsmanager")
    arn = secrets.create_secret(Name=uuid.uuid4().hex, SecretString=json.dumps({"password": road.password}))["ARN"]
    destination = from_target(road.target(Credentials("secret_arn", arn), ca_file), {})
    connect(road.dialect, destination).close()
    stale = secrets.create_secret(Name=uuid.uuid4().hex, SecretString=json.dumps({"password": "before-rotation"}))[
        "ARN"
    ]
    destination = from_target(road.target(Credentials("secret_arn", stale), ca_file), {})
    assert destination.login.login()[1] == "before-rotation"  # fetched, and then rotated
    secrets.put_secret_value(SecretId=stale, SecretString=json.dumps({"password": road.password}))
    connect(road.dialect, destination).close()


def test_an_iam_token_is_only_sent_inside_of_tls(road: Road, ca_file: str) -> None:
    target = road.target(Credentials("iam", ""), ca_file)
    plain = Target(
        engine=target.engine, host=target.host, port=target.port, database=target.database, username="app",
        credentials=target.credentials, tls=Tls("disable"),
    )  # fmt: skip
    expect(TargetError, lambda: from_target(plain, {}), "iam needs TLS")
