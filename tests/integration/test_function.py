"""The Lambda's function on real servers: what it answers to Terraform's plan, in Terraform's words."""

from __future__ import annotations

import base64
import gzip
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from bootstrap.dialects.base import Session
from bootstrap.dialects.registry import dialect_for
from bootstrap.handler import handler
from bootstrap.problems import BootstrapError
from tests.conftest import endpoint_of, finding_public

TABLE = b"tables:\n  contacts:\n    columns: {id: int not null, phone: text}\n    primary_key: [id]\n"
SHORTER = b"tables:\n  contacts:\n    columns: {id: int not null}\n    primary_key: [id]\n"


class Function:
    """An event for one database, whose declaration changes from invocation to invocation."""

    def __init__(self, url: str, ca_file: str, monkeypatch: pytest.MonkeyPatch) -> None:
        parts = urlsplit(url)
        self.engine = "postgresql" if parts.scheme == "postgresql" else "mysql"
        monkeypatch.setenv("THE_PASSWORD", unquote(str(parts.password)))
        self.target: dict[str, Any] = {
            "engine": self.engine, "host": parts.hostname, "port": parts.port,
            "database": parts.path.removeprefix("/"), "username": unquote(str(parts.username)),
            "credentials": {"environment": "THE_PASSWORD"}, "tls": {"mode": "verify-full", "ca_file": ca_file},
        }  # fmt: skip

    def __call__(self, action: str, tables: bytes = TABLE, **more: Any) -> dict[str, Any]:
        files = {
            "bootstrap.yaml": f"version: 1\nengine: {self.engine}\nname: contacts\n".encode(),
            "schema/contacts.yaml": tables,
            "environments/staging.yaml": b"policy: {max_block: 0s}\n",
            "environments/production.yaml": b"policy: {}\n",
        }
        packed = {path: base64.b64encode(gzip.compress(content)).decode() for path, content in files.items()}
        event = {"environment": "staging", "target": self.target, "declaration": {"files": packed}, **more}
        return handler({"action": action, **event})


@dataclass
class World:
    """A database with the function that brings it to its declaration, and the master who does something by hand."""

    function: Function
    session: Session

    def refusal(self, *arguments: Any, **more: Any) -> str:
        with pytest.raises(BootstrapError) as caught:
            self.function(*arguments, **more)
        return str(caught.value)


@pytest.fixture(params=["postgres", "mysql"])
def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    url = request.getfixturevalue(f"{request.param}_database")
    function = Function(url, str(request.getfixturevalue(f"{request.param}_server").ca_file), monkeypatch)
    session = dialect_for(function.engine).connect(endpoint_of(url), application_name="test")
    with closing(finding_public(session)):
        yield World(function, session)


def test_what_a_plan_says_of_a_database_in_its_life(world: World) -> None:
    function, session = world.function, world.session
    new = function("plan")
    assert (new["status"], new["drift"], new["allow"]) == ("new", False, [])
    assert "CREATE TABLE" in new["pending"][0]

    function("apply")
    done = function("plan")
    assert (done["status"], done["pending"], done["drift"]) == ("planned", [], False)

    session.execute("INSERT INTO contacts (id, phone) VALUES (1, '+1-555-0101'), (2, '+1-555-0102')")
    changed = function("plan", SHORTER)
    assert (changed["status"], changed["drift"]) == ("refused", False), "another declaration is no drift"
    [permission] = changed["allow"]
    assert permission.startswith("data_loss:")
    assert "phone" in changed["refused"][0]
    said = world.refusal("apply", SHORTER)
    assert f'allow = ["{permission}"]' in said
    assert "--allow" not in said

    session.execute("ALTER TABLE contacts DROP COLUMN phone")
    drifted = function("plan")
    assert (drifted["status"], drifted["drift"]) == ("planned", True)
    assert "phone" in drifted["pending"][0]
    function("apply")
    assert function("plan")["drift"] is False
    assert session.query("SELECT id, phone FROM contacts ORDER BY id") == [(1, None), (2, None)]

    session.execute("DROP TABLE contacts")
    gone = function("plan")
    assert (gone["status"], gone["drift"]) == ("planned", True)


def test_a_plan_never_fails(world: World) -> None:
    function = world.function
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        target = {**function.target, "host": "127.0.0.1", "port": port, "connect_deadline_seconds": 1}
        unreachable = function("plan", target=target)
    assert (unreachable["status"], unreachable["pending"]) == ("unknown", [])
    assert str(port) in unreachable["reason"]

    missing = function("plan", target={**function.target, "database": "never_made"})
    assert missing["status"] == "unknown"
    assert "never_made" in missing["reason"]

    broken = function("plan", b"tables:\n  contacts:\n    columns: {id: no_such_type}\n")
    assert broken["status"] == "refused"
    assert "schema/contacts.yaml:" in broken["refused"][0]


def test_another_environment_is_refused_and_adopted_in_terraforms_words(world: World) -> None:
    world.function("apply")
    said = world.refusal("apply", environment="production")
    assert "adopt_environment = true" in said
    assert "--adopt" not in said
    assert world.function("plan", environment="production")["status"] == "refused"
    assert world.function("apply", environment="production", adopt_environment=True)["status"] == "applied"


def test_a_rebuild_asks_for_the_name_and_never_empties_production(world: World) -> None:
    function, session = world.function, world.session
    function("apply")
    session.execute("INSERT INTO contacts (id, phone) VALUES (1, '+1-555-0101')")
    for confirm in ({}, {"confirm": "another"}):
        assert "nothing was changed" in world.refusal("rebuild", **confirm)
    assert session.query("SELECT count(*) FROM contacts") == [(1,)]
    done = function("rebuild", confirm=function.target["database"])
    assert done["status"] == "applied"
    assert done["ready_token"]
    assert session.query("SELECT count(*) FROM contacts") == [(0,)]


def test_production_is_not_rebuilt(world: World) -> None:
    function, session = world.function, world.session
    function("apply", environment="production")
    session.execute("INSERT INTO contacts (id, phone) VALUES (1, '+1-555-0101')")
    said = world.refusal("rebuild", environment="production", confirm=function.target["database"])
    assert "protected" in said
    assert session.query("SELECT count(*) FROM contacts") == [(1,)]


def test_the_history_is_checked_and_a_changed_record_is_a_failure(world: World) -> None:
    function, session = world.function, world.session
    function("apply")
    assert function("check_history")["status"] == "holds"
    runs = "db_bootstrap.runs" if function.engine == "postgresql" else "db_bootstrap_runs"
    session.execute(f"UPDATE {runs} SET os_user = 'somebody else'")
    assert "run 1" in world.refusal("check_history")


def test_what_only_adds_leaves_the_rest_and_gives_no_token(world: World) -> None:
    function, session = world.function, world.session
    function("apply")
    session.execute("INSERT INTO contacts (id, phone) VALUES (1, '+1-555-0101')")
    tables = SHORTER.replace(b"id: int not null", b"id: int not null, email: text")
    plan = function("plan", tables, additive_only=True)
    assert any("phone" in line for line in plan["left"])
    done = function("apply", tables, additive_only=True)
    assert (done["status"], done["ready_token"]) == ("incomplete", "")
    assert any("phone" in line for line in done["pending"])
    assert session.query("SELECT id, phone, email FROM contacts") == [(1, "+1-555-0101", None)]
