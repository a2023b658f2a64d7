"""A real PgBouncer: in transaction mode nothing that we hold holds: refused; in session mode it does no harm."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest

from bootstrap.dialects.base import Session
from bootstrap.dialects.registry import dialect_for
from bootstrap.problems import Unreachable
from bootstrap.target.connect import connect, from_url
from bootstrap.target.url import parse_url
from demo.servers.cache import cached
from demo.servers.errors import ServerUnavailableError
from demo.servers.packages import UnpackedPackages, unpack
from demo.servers.process import free_port
from tests.cli.command import db_bootstrap, write
from tests.requirements import missing


@pytest.fixture(scope="session")
def pgbouncer(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command that starts PgBouncer, from the distribution's package."""
    try:
        unpacked = cached("pgbouncer", lambda into: unpack(["pgbouncer"], into))
    except ServerUnavailableError as error:
        missing(f"PgBouncer is not to be had here: {error}")
    folder = tmp_path_factory.mktemp("pgbouncer") / "root"
    shutil.copytree(unpacked, folder, symlinks=True)
    for parent in (folder, folder.parent, folder.parent.parent):
        parent.chmod(0o755)  # it runs as another user where we are root, who may not read our cache
    return UnpackedPackages(folder).command("usr/sbin/pgbouncer")


@pytest.fixture(params=["transaction", "session"])
def pooled(
    request: pytest.FixtureRequest, pgbouncer: list[str], postgres_database: str, tmp_path: Path
) -> Iterator[tuple[str, str]]:
    """The pool mode, and the URL that leads through the pooler to an empty database."""
    parts, port = urlsplit(postgres_database), free_port()
    settings = tmp_path / "pgbouncer.ini"
    settings.write_text(
        f"""[databases]
* = host=127.0.0.1 port={parts.port} user={parts.username} password={parts.password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
auth_type = any
pool_mode = {request.param}
default_pool_size = 2
server_tls_sslmode = require
unix_socket_dir =
ignore_startup_parameters = extra_float_digits
"""
    )
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen([*pgbouncer, *user, str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, process)
        yield request.param, f"postgresql://{parts.username}@127.0.0.1:{port}{parts.path}?sslmode=disable"
    finally:
        process.terminate()
        process.wait(60)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(3000):
        assert process.poll() is None, "PgBouncer has ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("PgBouncer does not listen")


def open_session(url: str) -> Session:
    return connect(dialect_for("postgresql"), from_url(parse_url(url, {}), {}))


def test_a_transaction_pooler_is_refused_and_a_session_pooler_is_not(pooled: tuple[str, str]) -> None:
    mode, url = pooled
    if mode == "session":
        open_session(url).close()
        return
    before = settings_seen(url)
    with pytest.raises(Unreachable, match="pooler"):
        open_session(url)
    assert settings_seen(url) == before, "nothing was set in a connection that others get"


def settings_seen(url: str) -> set[tuple[str, str]]:
    """What clients of the pooler find set, in every connection that it has to the server."""
    found = set()
    with contextlib.ExitStack() as stack:
        for _ in range(2):
            client = stack.enter_context(contextlib.closing(psycopg2.connect(url)))
            cursor = client.cursor()  # its transaction keeps the connection to the server
            cursor.execute("SELECT name, setting FROM pg_catalog.pg_settings WHERE source IN ('session', 'client')")
            found |= set(cursor.fetchall())
    return {(name, value) for name, value in found if name != "application_name"}


def test_an_apply_through_it_changes_nothing(pooled: tuple[str, str], postgres_database: str, tmp_path: Path) -> None:
    mode, url = pooled
    declaration = write(
        tmp_path / "declaration",
        "postgresql",
        {"schema/t.yaml": "tables:\n  t:\n    columns:\n      id: int not null\n    primary_key: [id]\n"},
    )
    doctor = db_bootstrap("doctor", "--dir", declaration, "--url", url, "--timeout", "100", "--format", "json")
    code, first = (0, None) if mode == "session" else (5, "pooler")
    assert doctor.ended(code).data["first_failure"] == first
    outcome = db_bootstrap("apply", "--dir", declaration, "--url", url)
    direct = open_session(postgres_database)
    try:
        [(schemas,)] = direct.query("SELECT count(*) FROM pg_namespace WHERE nspname = 'db_bootstrap'")
        [(table,)] = direct.query("SELECT to_regclass('public.t') IS NOT NULL")
    finally:
        direct.close()
    if mode == "session":
        outcome.ended(0)
        assert (schemas, table) == (1, True)
    else:
        assert "pooler" in outcome.ended(5).err
        assert (schemas, table) == (0, False)
