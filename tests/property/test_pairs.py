"""Random schema X to random schema Y on real servers, with rows.

Applying Y converges, a second plan is empty, the dumps are equal, and no row is lost that both can hold. A usual run
tries the same few pairs each time; ``pytest tests/property --pairs=2000`` tries new ones.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from demo.servers import PostgresServer
from tests.conftest import shared_server, with_routines
from tests.corpora.judge import CONVERGED, judge
from tests.corpora.places import Place, make_roles, place_for
from tests.corpora.records import Case
from tests.property import mysql, mysql_code, postgresql
from tests.property.drawing import Script

FEW = {"postgresql": 14, "postgresql-18": 6, "mariadb": 16, "mysql": 8}
BATCH, MOST_DRAWN = 100, 1600  # schemas that the count of features looks at: no more than it takes
QUIET = (
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.filter_too_much,
    HealthCheck.function_scoped_fixture,
)


def strategy(server_name: str) -> st.SearchStrategy[Script]:
    """Schemas for the session's server of that kind, with what its version has."""
    engine, _, _ = server_name.partition("-")
    return postgresql.schemas(_major(server_name)) if engine == "postgresql" else mysql.schemas(engine)


def features(server_name: str) -> frozenset[str]:
    """What the schemas for that server are to hold."""
    engine, _, _ = server_name.partition("-")
    return postgresql.features(_major(server_name)) if engine == "postgresql" else mysql.FEATURES[engine]


def _major(server_name: str) -> int:
    return int(shared_server(server_name).version.split(".", 1)[0])


@contextlib.contextmanager
def place_of(server_name: str) -> Iterator[Place]:
    """Databases on the session's server of that kind, with the roles that the schemas name."""
    server = shared_server(with_routines(server_name))
    if isinstance(server, PostgresServer):
        make_roles(server, postgresql.ROLES)
    else:
        for account in mysql_code.USERS:
            server.execute(f"CREATE USER IF NOT EXISTS {account}")
        server.execute(f"CREATE ROLE IF NOT EXISTS {mysql_code.ROLE}")
    place = place_for(server)
    try:
        yield place
    finally:
        place.close()


@pytest.mark.parametrize("server_name", list(FEW))
def test_any_schema_becomes_any_other(server_name: str, request: pytest.FixtureRequest) -> None:
    wanted = request.config.getoption("--pairs", default=0)
    engine = "postgresql" if server_name.startswith("postgresql") else "mysql"
    schemas = strategy(server_name)
    with place_of(server_name) as place:

        @settings(
            max_examples=wanted or FEW[server_name],
            derandomize=not wanted,
            database=None,
            deadline=None,
            suppress_health_check=QUIET,
            phases=(Phase.generate, Phase.shrink) if wanted else (Phase.generate,),
            print_blob=True,
        )
        @given(before=schemas, after=schemas)
        def becomes(before: Script, after: Script) -> None:
            case = Case(suite="random", name="pair", engine=engine, current_sql=before.sql, desired_sql=after.sql)
            verdict = judge(case, place)
            assert verdict.outcome == CONVERGED, f"{verdict}\n--- from\n{before.sql}\n--- to\n{after.sql}"

        becomes()


@pytest.mark.parametrize("server_name", list(FEW))
def test_the_generator_reaches_every_feature(server_name: str) -> None:
    wanted, found = features(server_name), set[str]()
    schemas = strategy(server_name)
    for batch in range(MOST_DRAWN // BATCH):
        found |= drawn(schemas, batch)
        if found >= wanted:
            break
    assert sorted(wanted - found) == []
    assert sorted(found - wanted) == []


def drawn(schemas: st.SearchStrategy[Script], batch: int) -> set[str]:
    """The features that a batch of schemas holds."""
    found: set[str] = set()

    @seed(batch)
    @settings(max_examples=BATCH, database=None, deadline=None, suppress_health_check=QUIET, phases=(Phase.generate,))
    @given(script=schemas)
    def draw(script: Script) -> None:
        found.update(script.features)

    run: Callable[[], None] = draw
    run()
    return found
