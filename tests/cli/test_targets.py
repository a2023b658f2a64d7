"""One command for many databases: what the servers say afterwards, of each, whatever happened to another."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.cli.command import db_bootstrap, start, write
from tests.cli.databases import Database, eventually
from tests.cli.test_many_runs import holding, running
from tests.conftest import fresh_database, shared_server

SERVERS = {"postgresql": "postgresql", "mysql": "mariadb"}
SCHEMA = """
tables:
  contacts:
    columns: {id: int not null, note: "varchar(20)"}
    primary_key: [id]
"""
SEEDS = "seeds:\n  contacts: {rows: [{id: 1, note: one}]}\n"
STEP = {"postgresql": "LOCK TABLE contacts", "mysql": "SELECT * FROM contacts FOR UPDATE"}


@contextmanager
def databases(engine: str, number: int) -> Iterator[list[Database]]:
    """Empty databases of the session's server."""
    server = shared_server(SERVERS[engine])
    with ExitStack() as stack:
        urls = [stack.enter_context(fresh_database(server)) for _ in range(number)]
        yield [Database(server.as_master, urlsplit(url).path.removeprefix("/")) for url in urls]


def target(database: Database) -> dict[str, Any]:
    """The database as a target."""
    url = urlsplit(database.url)
    query = {name.replace("_", "-"): values[0] for name, values in parse_qs(url.query).items()}
    return {
        "host": url.hostname,
        "port": url.port,
        "database": database.name,
        "username": url.username,
        "credentials": {"environment": "SHOP_PASSWORD"},
        "tls": {"ca_file": query.get("sslrootcert") or query["ssl-ca"]},
    }


def targets_file(folder: Path, targets: dict[str, dict[str, Any]]) -> Path:
    path = folder / "targets.json"
    path.write_text(json.dumps(targets, indent=1), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "declaration"


def declared(folder: Path, engine: str) -> Path:
    return write(folder, engine, {"schema/c.yaml": SCHEMA, "seeds/c.yaml": SEEDS})


@pytest.mark.parametrize(("engine", "number"), [("postgresql", 20), ("mysql", 3)])
def test_one_that_is_broken_stops_no_other(engine: str, number: int, folder: Path, tmp_path: Path) -> None:
    declared(folder, engine)
    with databases(engine, number) as all_of_them:
        named = {f"shop-{place:02}": database for place, database in enumerate(all_of_them)}
        [(broken, untouched), (drifted, changed), *_] = named.items()
        changed.run("apply", "--dir", folder).ended(0)
        changed.sql("ALTER TABLE contacts DROP COLUMN note")
        secrets = {"SHOP_PASSWORD": untouched.server.login.password, "WRONG_PASSWORD": "wr0ng-and-never-printed"}
        listed = {name: target(database) for name, database in named.items()}
        listed[broken]["credentials"] = {"environment": "WRONG_PASSWORD"}
        file = targets_file(tmp_path, listed)
        arguments = ("production", "--dir", folder, "--targets", file)

        found = db_bootstrap("verify", *arguments, "--format", "json", variables=secrets).ended(1).data
        outcomes = {entry["name"]: entry["outcome"] for entry in found["targets"]}
        assert outcomes == {**dict.fromkeys(named, "differs"), broken: "failed"}
        assert all(database.tables() == [] for name, database in named.items() if name != drifted)

        # The first apply of the drifted one was without an environment: somebody has to say that it is this one.
        done = db_bootstrap("apply", *arguments, "--parallel", "3", variables=secrets).ended(1)
        assert untouched.tables() == []
        [refused] = [line for line in done.out.splitlines() if line.startswith(f"  {drifted} ")]
        assert "refused (exit code 3)" in refused
        assert list(changed.columns("contacts")) == ["id"]
        for name in [*named][2:]:
            assert named[name].sql("SELECT id, note FROM contacts") == [(1, "one")], name
            assert named[name].outcomes() == ["applied"]
        assert f"{number} targets: {number - 2} done, 1 refused, 1 failed" in done.out
        assert f"  {broken} failed (exit code 1): " in done.out
        assert f"{broken}: db-bootstrap: " in done.err
        assert "wr0ng" not in done.text
        assert all(line.split(":")[0] in named or line.startswith("  ") for line in done.out.splitlines()[:-3])

        few = targets_file(tmp_path, {name: listed[name] for name in [*named][:3]})
        db_bootstrap("apply", "production", "--dir", folder, "--targets", few, "--adopt-environment",
                     variables=secrets).ended(1)  # fmt: skip
        assert changed.sql("SELECT id, note FROM contacts") == [(1, None)]
        assert untouched.tables() == []
