"""Connecting, verified TLS, locks, settings, and what the account may do."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from bootstrap.dialects.base import Endpoint, Scope, ServerError
from bootstrap.dialects.mysql.connect import tls_context
from bootstrap.dialects.mysql.dialect import DIALECT
from bootstrap.dialects.mysql.session import connect
from bootstrap.problems import StatementError, Unreachable
from demo.servers import MariaDBServer, MySQLServer
from demo.servers.tls import CertificateAuthority
from tests.conftest import endpoint_of
from tests.mysql.place import Place


def endpoint(place: Place) -> Endpoint:
    return endpoint_of(place.url)


def test_the_certificate_and_the_host_name_are_verified(place: Place) -> None:
    found = endpoint(place)
    assert found.tls_mode == "verify-full"
    with_tls = place.session.query("SHOW SESSION STATUS LIKE 'Ssl_cipher'")[0][1]
    assert with_tls
    with pytest.raises(ServerError, match=r"(?i)certificate|hostname"):
        # The same address under a name that the certificate does not carry.
        connect(replace(found, host="127.1"), application_name="tests")


def test_a_certificate_of_another_authority_is_refused(place: Place, tmp_path: object) -> None:
    stranger = CertificateAuthority.create(tmp_path / "ca")  # type: ignore[operator]  # a path
    with pytest.raises(ServerError, match=r"(?i)certificate"):
        connect(replace(endpoint(place), ca_file=str(stranger.ca_file)), application_name="tests")
    connect(
        replace(endpoint(place), ca_file=str(stranger.ca_file), tls_mode="require"), application_name="tests"
    ).close()


def test_tls_modes() -> None:
    assert tls_context(Endpoint(engine="mysql", tls_mode="disable")) is None
    assert tls_context(Endpoint(engine="mysql", socket="/s")) is None
    strict = tls_context(Endpoint(engine="mysql"))
    assert strict is not None
    assert strict.check_hostname
    verify_ca = tls_context(Endpoint(engine="mysql", tls_mode="verify-ca"))
    assert verify_ca is not None
    assert not verify_ca.check_hostname
    assert verify_ca.verify_mode.name == "CERT_REQUIRED"


@contextmanager
def false_server(greeting: bytes) -> Iterator[int]:
    """A server that greets and then keeps what it is told."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(greeting)
                connection.settimeout(2)
                try:
                    received.append(connection.recv(4096))
                except OSError:
                    received.append(b"")

        received: list[bytes] = []
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()
        assert b"secret" not in b"".join(received)


def _greeting(plugin: bytes) -> bytes:
    capabilities = 0x0001 | 0x0200 | 0x8000 | 0x80000  # no CLIENT_SSL
    body = b"\x0a8.0.99\0" + b"\1\0\0\0" + b"12345678\0" + capabilities.to_bytes(4, "little")[:2] + b"\xff\2\0"
    body += capabilities.to_bytes(4, "little")[2:] + b"\x15" + b"\0" * 10 + b"123456789012\0" + plugin + b"\0"
    return len(body).to_bytes(3, "little") + b"\0" + body


def test_a_server_without_tls_is_told_nothing() -> None:
    with (
        false_server(_greeting(b"mysql_clear_password")) as port,
        pytest.raises(ServerError, match="TLS is required"),
    ):
        connect(
            Endpoint(engine="mysql", host="127.0.0.1", port=port, username="u", password="secret"),
            application_name="tests",
        )


def test_a_wrong_password_is_no_lost_connection(place: Place) -> None:
    with pytest.raises(ServerError) as caught:
        connect(replace(endpoint(place), password="wrong"), application_name="tests")
    assert caught.value.login_refused
    assert not caught.value.connection_lost


def test_locks_belong_to_one_database_and_one_session(place: Place, other: Place) -> None:
    assert place.session.try_lock("run")
    assert place.session.owns_lock("run")
    second = connect(endpoint(place), application_name="tests")
    assert not second.try_lock("run")
    assert not second.owns_lock("run")
    with place.session.inside("mysql"):
        assert not place.session.owns_lock("run")  # what it wrote there would be written elsewhere
    assert place.session.owns_lock("run")
    assert "connection" in (second.lock_holder("run") or "")
    assert other.session.try_lock("run")
    place.session.unlock("run")
    assert second.try_lock("run")
    second.close()
    assert place.session.try_lock("a name that is longer than any server takes" * 3)


def test_a_second_statement_in_a_text_is_refused(place: Place) -> None:
    with pytest.raises(ServerError):
        place.session.execute("SELECT 1; SELECT 2")
    assert place.session.batch(["SELECT 1", "SELECT nothing", "SELECT 3"])[2] == [(3,)]
    with pytest.raises(ServerError):
        place.session.execute("SELECT 1; SELECT 2")


def test_settings_hold_for_a_block(place: Place) -> None:
    before = place.session.query("SELECT @@sql_mode, @@time_zone, @@character_set_client")
    with place.session.settings(
        [("sql_mode", "'ANSI'"), ("time_zone", "'+05:00'"), ("character_set_client", "latin1")]
    ):
        assert place.session.query("SELECT @@time_zone") == [("+05:00",)]
    assert place.session.query("SELECT @@sql_mode, @@time_zone, @@character_set_client") == before
    assert "STRICT_ALL_TABLES" in before[0][0]


def test_waiting_for_a_lock_ends(place: Place) -> None:
    place.load("CREATE TABLE t (id int)")
    holder = connect(endpoint(place), application_name="tests")
    with holder.transaction():
        holder.query("SELECT * FROM t")
        place.session.set_timeouts(lock_ms=900, statement_ms=None)
        with pytest.raises(ServerError) as caught:
            place.session.execute("ALTER TABLE t ADD COLUMN a int")
    holder.close()
    assert caught.value.lock_timeout
    assert caught.value.retryable


@pytest.mark.parametrize("kind", [MariaDBServer, MySQLServer])
def test_the_writer_passes_and_a_reader_does_not(kind: type[MariaDBServer] | type[MySQLServer]) -> None:
    """On a server of its own: what is read-only is so for everybody."""
    with kind.start() as server:
        session = connect(endpoint_of(server.create_database("app")), application_name="tests")
        DIALECT.check_writable(session)
        server.execute("SET GLOBAL read_only = 1")
        with pytest.raises(Unreachable, match="reader"):
            DIALECT.check_writable(session)
        session.close()


def test_what_is_hidden_is_an_error(place: Place, server: MariaDBServer | MySQLServer) -> None:
    name = f"low_{place.session.database[-8:]}"
    place.load("CREATE TABLE t (id int)", "CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1")
    server.execute(f"CREATE USER '{name}'@'%' IDENTIFIED BY 'Low-pass-1'")
    try:
        server.execute(f"GRANT SELECT, INSERT, ALTER ON `{place.session.database}`.* TO '{name}'@'%'")
        low = connect(replace(endpoint(place), username=name, password="Low-pass-1"), application_name="tests")
        with pytest.raises(StatementError, match="GRANT SHOW VIEW, TRIGGER, EVENT, EXECUTE ON"):
            DIALECT.introspect(low, Scope())
        low.close()
        server.execute(f"GRANT SHOW VIEW, TRIGGER, EVENT, EXECUTE ON `{place.session.database}`.* TO '{name}'@'%'")
        low = connect(replace(endpoint(place), username=name, password="Low-pass-1"), application_name="tests")
        with pytest.raises(StatementError, match="function f is hidden"):
            DIALECT.introspect(low, Scope())
        low.close()
    finally:
        server.execute(f"DROP USER '{name}'@'%'")
