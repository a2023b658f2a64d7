"""Sessions to a fresh database on each engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.dialects.base import Dialect, Session
from bootstrap.dialects.registry import dialect_for
from bootstrap.plan.statement import Operation, Plan, Statement
from bootstrap.run.history import History
from bootstrap.run.records import RunFacts
from tests.conftest import endpoint_of, finding_public


@dataclass
class Place:
    """An empty database, and the ways to it."""

    url: str
    dialect: Dialect
    sessions: list[Session] = field(default_factory=list)

    def connect(self) -> Session:
        endpoint = endpoint_of(self.url)
        session = finding_public(self.dialect.connect(endpoint, application_name="db-bootstrap"))
        if self.postgresql:  # a test may hold a transaction open for longer than any run does
            session.execute("SET idle_in_transaction_session_timeout = 0")
        self.sessions.append(session)
        return session

    def close(self) -> None:
        for session in self.sessions:
            session.close()

    @property
    def postgresql(self) -> bool:
        return self.dialect.name == "postgresql"

    def ref(self, name: str) -> Ref:
        return Ref(Kind.TABLE, "public" if self.postgresql else "", name)


@pytest.fixture(params=["postgres", "mariadb", "mysql"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    url = request.getfixturevalue(f"{request.param}_database")
    found = Place(url, dialect_for("postgresql" if request.param == "postgres" else "mysql"))
    yield found
    found.close()


@pytest.fixture
def session(place: Place) -> Session:
    return place.connect()


@pytest.fixture
def history(place: Place, session: Session) -> History:
    found = History(session, place.dialect)
    found.ensure()
    return found


@pytest.fixture
def run(history: History) -> int:
    return history.begin(RunFacts(action="apply", environment="test"))


@pytest.fixture
def statement(place: Place) -> Callable[..., Statement]:
    """A statement as the engine's renderer would mark it."""

    def make(sql: str, name: str = "t", *, alone: bool | None = None, **facts: object) -> Statement:
        transactional = place.dialect.transactional_ddl if alone is None else not alone
        return Statement(sql=sql, subject=place.ref(name), transactional=transactional, **facts)  # type: ignore[arg-type]

    return make


def plan_of(*statements: Statement) -> Plan:
    """A plan of one operation for each statement."""
    return Plan(operations=tuple(Operation(subject=item.subject, statements=(item,)) for item in statements))
