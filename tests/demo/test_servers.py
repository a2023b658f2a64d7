"""Embedded servers: they start, TLS is verified, and nothing outlives its owner."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg2
import pymysql
import pytest

from demo.servers import CertificateAuthority, MariaDBServer, MySQLServer, PostgresServer, Registry
from demo.servers.process import guard_runs
from tests.conftest import shared_server

ROOT = Path(__file__).parents[2]


def eventually(condition: Callable[[], bool], seconds: float = 300.0) -> bool:
    """Poll until the condition holds; say whether it ever did."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_postgresql_verifies_its_certificate(postgres_database: str) -> None:
    session = psycopg2.connect(postgres_database)
    with session, session.cursor() as cursor:
        cursor.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        assert cursor.fetchone() == (True,)
    session.close()


def test_postgresql_with_another_authority_is_refused(postgres_server: PostgresServer, tmp_path: Path) -> None:
    other = CertificateAuthority.create(tmp_path).ca_file
    url = postgres_server.url().replace(str(postgres_server.ca_file), str(other))
    with pytest.raises(psycopg2.OperationalError, match="certificate verify failed"):
        psycopg2.connect(url)


def test_a_postgresql_that_was_built_without_tls_is_given_it() -> None:
    with PostgresServer.start(version="16") as server:
        psycopg2.connect(server.url()).close()
    # The relay watches the server's guard, and so ends just after it.
    assert eventually(lambda: not listens(server.port))


@pytest.mark.parametrize("kind", ["mariadb", "mysql"])
def test_mysql_verifies_certificate_and_name(kind: str, tmp_path: Path) -> None:
    server = shared_server(kind)

    def connect(ca_file: Path) -> pymysql.connections.Connection[pymysql.cursors.Cursor]:
        return pymysql.connect(
            host=server.host,
            port=server.port,
            user=server.username,
            password=server.password,
            ssl_ca=str(ca_file),
            ssl_verify_cert=True,
            ssl_verify_identity=True,
        )

    with connect(server.ca_file) as session, session.cursor() as cursor:
        cursor.execute("SHOW STATUS LIKE 'Ssl_cipher'")
        assert dict(cursor.fetchall())["Ssl_cipher"]
    with pytest.raises(pymysql.err.OperationalError, match="certificate verify failed"):
        connect(CertificateAuthority.create(tmp_path).ca_file)


def test_the_vendors_are_who_they_say(mariadb_server: MariaDBServer, mysql_server: MySQLServer) -> None:
    assert "MariaDB" in mariadb_server.execute("SELECT version()")[0][0]
    assert "MariaDB" not in mysql_server.execute("SELECT version()")[0][0]


def test_a_server_takes_everything_with_it() -> None:
    with PostgresServer.start() as server:
        directory = server.process.directory
        assert listens(server.port)
    assert not listens(server.port)
    assert not directory.exists()
    assert not guard_runs(server.process.guard_pid)


def test_what_was_committed_survives_a_crash() -> None:
    with MariaDBServer.start() as server:
        server.create_database("kept")
        server.execute("CREATE TABLE t (id int PRIMARY KEY)", "kept")
        server.execute("INSERT INTO t VALUES (1)", "kept")
        server.crash()
        assert server.execute("SELECT id FROM t", "kept") == [(1,)]


def test_a_killed_owner_leaves_no_server(tmp_path: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-m", "demo.servers", "--state-dir", str(tmp_path), "up", "postgresql"],
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
    )
    registry = Registry(tmp_path)
    try:
        assert eventually(lambda: bool(list(tmp_path.glob("*.json"))) and bool(registry.running()))
        server = registry.running()["postgresql"]
    finally:
        owner.kill()
        owner.wait()
    assert eventually(lambda: not guard_runs(server.process.guard_pid))
    assert not listens(server.port)
    assert not server.process.directory.exists()


def test_the_registry_starts_a_server_once(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    try:
        first = registry.get("postgresql", owner=os.getpid())
        assert registry.get("postgresql", owner=os.getpid()).port == first.port
        os.kill(first.process.guard_pid, signal.SIGTERM)
        assert eventually(lambda: not first.process.is_running())
        assert registry.get("postgresql", owner=os.getpid()).process.guard_pid != first.process.guard_pid
    finally:
        registry.stop_all()
    assert registry.running() == {}


def test_no_password_in_the_process_list(postgres_server: PostgresServer, mariadb_server: MariaDBServer) -> None:
    listing = subprocess.run(["ps", "-ww", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(mariadb_server.port) in listing
    assert postgres_server.password not in listing
    assert mariadb_server.password not in listing
