"""A database whose owner is no superuser, the product run as that owner, and the server asked as superuser."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from bootstrap.dialects.base import Session
from bootstrap.dialects.registry import dialect_for
from bootstrap.problems import BootstrapError
from bootstrap.service.apply import apply
from bootstrap.service.apply_report import ApplyReport
from bootstrap.service.plan import plan
from bootstrap.service.reports import PlanReport
from bootstrap.service.work import Request
from bootstrap.target.connect import connect, from_url
from bootstrap.target.url import parse_url
from demo.servers import PostgresServer
from tests.conftest import finding_public

PASSWORD = "of-the-owner"


@dataclass(frozen=True)
class Owned:
    """One database, its owner, and a declaration for it."""

    server: PostgresServer
    name: str
    owner: str
    folder: Path

    @property
    def url(self) -> str:
        return self.server.url(self.name, username=self.owner, password=PASSWORD)

    def declare(self, schema: str, *allowed: str) -> Request:
        (self.folder / "schema").mkdir(exist_ok=True)
        (self.folder / "bootstrap.yaml").write_text("version: 1\nengine: postgresql\n")
        (self.folder / "schema" / "all.yaml").write_text(schema)
        return Request(url=self.url, directory=self.folder, permissions=allowed)

    def apply(self, schema: str, *allowed: str) -> ApplyReport:
        """Apply a declaration as the owner."""
        return apply(self.declare(schema, *allowed))

    def plan(self, schema: str) -> PlanReport:
        """Plan a declaration as the owner."""
        return plan(self.declare(schema))

    def problem(self, schema: str, *allowed: str) -> str:
        """Apply a declaration as the owner; returns why that fails."""
        with pytest.raises(BootstrapError) as caught:
            self.apply(schema, *allowed)
        return str(caught.value)

    def session(self) -> Session:
        """A session of the owner."""
        return finding_public(connect(dialect_for("postgresql"), from_url(parse_url(self.url, {}), {})))

    def run(self, *statements: str) -> None:
        """Run statements as the owner."""
        with closing(self.session()) as session:
            for statement in statements:
                session.execute(statement)

    def client(self) -> Any:
        """A superuser's connection, for what the owner cannot see."""
        found = psycopg2.connect(self.server.url(self.name))
        found.autocommit = True
        return found

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask as superuser, whom no policy hides rows from."""
        with closing(self.client()) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    def value(self, query: str) -> Any:
        """The single value that a superuser sees."""
        [(found,)] = self.rows(query)
        return found


@pytest.fixture
def owned(postgres_server: PostgresServer, tmp_path: Path) -> Iterator[Owned]:
    """An empty database of an owner of its own."""
    word = uuid.uuid4().hex[:10]
    owner, name = f"owner_{word}", f"owned_{word}"
    postgres_server.execute(f"CREATE ROLE {owner} LOGIN CREATEDB CREATEROLE PASSWORD '{PASSWORD}'")
    postgres_server.create_database(name, owner=owner)
    try:
        yield Owned(postgres_server, name, owner, tmp_path)
    finally:
        postgres_server.drop_database(name)
        postgres_server.execute(f"DROP ROLE {owner}")
