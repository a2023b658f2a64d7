"""Sessions to fresh databases, and a way from one structure to another that leaves out everything but the dialect."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.diff import Difference, diff
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.dialects.base import Scope
from bootstrap.dialects.postgresql.dialect import DIALECT
from bootstrap.dialects.postgresql.session import PostgresSession, connect
from bootstrap.plan.between import Management, plan_between
from bootstrap.plan.context import Policy, TableSize
from bootstrap.plan.statement import Plan, Statement
from bootstrap.service.live_sizes import LiveSizes
from demo.servers import Server
from tests.conftest import endpoint_of, finding_public


@dataclass
class Place:
    """A database of its own, with a session."""

    session: PostgresSession

    def catalog(self) -> Catalog:
        """Everything in it but the roles, which belong to the server."""
        found = DIALECT.introspect(self.session, Scope()).catalog
        return Catalog(
            objects={ref: item for ref, item in found.objects.items() if ref.kind is not Kind.ROLE},
            grants=found.grants,
            default_privileges=found.default_privileges,
            dependencies=found.dependencies,
            settings=found.settings,
        )

    def difference(self, desired: Catalog) -> Difference:
        """What separates it from another structure, when everything is managed."""
        return diff(self.catalog(), desired, managed=lambda _: True, everything=True)

    def plan(
        self, desired: Catalog, *, sizes: Mapping[Ref, TableSize] | None = None, policy: Policy | None = None
    ) -> list[Statement]:
        """The statements that bring it to another structure."""
        return list(self.planned(desired, sizes=sizes, policy=policy).statements)

    def planned(
        self, desired: Catalog, *, sizes: Mapping[Ref, TableSize] | None = None, policy: Policy | None = None
    ) -> Plan:
        """The plan that brings it to another structure."""
        current = self.catalog()
        return plan_between(
            current, desired, engine=DIALECT, server=self.session.server, management=Management(exact=True),
            sizes=LiveSizes(DIALECT, self.session, current) if sizes is None else sizes, policy=policy or Policy(),
        )  # fmt: skip

    def run(self, statements: list[Statement]) -> None:
        """Run a plan."""
        for statement in statements:
            self.session.execute(statement.sql)


class Places:
    """Makes databases on one server, and drops them in the end."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._stack = contextlib.ExitStack()

    def make(self, sql: str = "") -> Place:
        """A fresh database in which the SQL was run."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        url = self.server.create_database(name)
        self._stack.callback(self.server.drop_database, name)
        session = connect(endpoint_of(url), application_name="db-bootstrap tests")
        self._stack.callback(session.close)
        finding_public(session)
        if sql:
            session.execute(sql)
        return Place(session)

    def close(self) -> None:
        """Drop them all."""
        self._stack.close()


@pytest.fixture
def places(postgres_server: Server, request: pytest.FixtureRequest) -> Iterator[Places]:
    """Databases on the session's PostgreSQL: the master's, or the superuser's where the module says why."""
    why = getattr(request.module, "AS_SUPERUSER", "")
    made = Places(postgres_server.administrator if why else postgres_server.as_master)
    yield made
    made.close()


def nowhere(ref: Ref, body_line: int = 0) -> str:  # noqa: ARG001  # every line of it stands there
    """Where a declared object stands, for messages: these were never written down."""
    return f"schema/{ref.name}.yaml:7"
