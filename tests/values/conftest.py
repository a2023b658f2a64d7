"""A database of PostgreSQL that belongs to an account like RDS's master, and the use-cases pointed at it."""

from __future__ import annotations

import textwrap
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from bootstrap.service.apply import apply
from bootstrap.service.apply_report import ApplyReport
from bootstrap.service.plan import plan
from bootstrap.service.reports import PlanReport
from bootstrap.service.verify import verify
from bootstrap.service.work import Request
from demo.servers import PostgresServer
from tests.conftest import shared_server

Rows = list[tuple[Any, ...]]
PASSWORD = "of-this-master"


@dataclass
class Home:
    """One database, its owner, and the declaration of the moment."""

    server: PostgresServer
    name: str
    master: str
    files: dict[str, bytes] = field(default_factory=dict)
    roles: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """As the master."""
        return self.server.url(self.name, username=self.master, password=PASSWORD)

    def declare(self, schema: str, seeds: str = "", **more: str) -> Home:
        """Make this the declaration; indentation is taken off."""
        texts = {"bootstrap.yaml": "version: 1\nengine: postgresql\n", "schema/a.yaml": schema}
        texts |= {"seeds/s.yaml": seeds} if seeds else {}
        texts |= {name.replace("__", "/").replace("_dot_", "."): text for name, text in more.items()}
        self.files = {name: textwrap.dedent(text).encode() for name, text in texts.items()}
        return self

    def request(self, *allowed: str, **facts: Any) -> Request:
        """What a command would ask."""
        return Request(
            files=self.files,
            url=self.url,
            permissions=allowed,
            environ={"DB_BOOTSTRAP_CONNECT_DEADLINE": "300"},
            **facts,
        )

    def plan(self, *allowed: str, **facts: Any) -> PlanReport:
        """What an apply would do."""
        return plan(self.request(*allowed, **facts))

    def apply(self, *allowed: str, **facts: Any) -> ApplyReport:
        """Apply the declaration."""
        return apply(self.request(*allowed, **facts))

    def verified(self) -> bool:
        """Whether the database is what is declared."""
        return verify(self.request()).holds

    def sql(self, *statements: str) -> Rows:
        """Run statements as the superuser; the rows of the last."""
        rows: Rows = []
        for statement in statements:
            rows = list(self.server.execute(statement, self.name))
        return rows

    def as_master(self, *statements: str) -> Rows:
        """Run statements as the owner of the database; the rows of the last."""
        return self.sql(*(f"SET ROLE {self.master}; {statement}" for statement in statements))

    def role(self, attributes: str = "") -> str:
        """A role of its own, dropped in the end."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        self.sql(f"CREATE ROLE {name} {attributes}")
        self.roles.append(name)
        return name


def master_of(server: PostgresServer) -> str:
    """A role as RDS gives it to its customers, of this name on this server for good."""
    name = "values_master"
    server.execute(
        f"DO $$ BEGIN CREATE ROLE {name} LOGIN CREATEDB CREATEROLE PASSWORD '{PASSWORD}';"
        " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    )
    return name


def homes(server_name: str) -> Iterator[Home]:
    """One database on a server, dropped in the end with the roles made for it."""
    server = shared_server(server_name)
    assert isinstance(server, PostgresServer)
    home = Home(server, f"test_{uuid.uuid4().hex[:12]}", master_of(server))
    server.create_database(home.name, owner=home.master)
    try:
        yield home
    finally:
        server.drop_database(home.name)
        for role in home.roles:
            server.execute(f"DROP ROLE IF EXISTS {role}")


@pytest.fixture
def home() -> Iterator[Home]:
    """A database of the usual PostgreSQL."""
    yield from homes("postgresql")


def values(rows: Rows) -> list[Any]:
    """The first column."""
    return [row[0] for row in rows]
