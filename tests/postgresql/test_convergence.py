"""From one schema to another through the declaration, as the corpora are judged: the cases beside this file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.servers import PostgresServer
from tests.conftest import shared_server
from tests.corpora.judge import CONVERGED, REFUSED, judge
from tests.corpora.places import Place, make_roles, place_for
from tests.corpora.records import Case
from tests.postgresql.cases import conditions, members, objects, only_18, partitions, rows, types

COMMON, NEWEST = "postgresql", "postgresql-18"
ROLES = ("convergence_app", "convergence_reader")

Changes = list[tuple[str, str, str]]


def on(server: str, cases: Changes) -> list[object]:
    """The cases as parameters of a test: the server, what is there, what is wanted."""
    return [pytest.param(server, before, after, id=f"{server}: {name}") for name, before, after in cases]


@pytest.fixture(scope="module")
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    server = shared_server(request.param)
    assert isinstance(server, PostgresServer)
    make_roles(server, (f"CREATE ROLE {role}" for role in ROLES))
    found = place_for(server)
    yield found
    found.close()


def case(before: str, after: str) -> Case:
    return Case(suite="own", name="case", engine="postgresql", current_sql=before, desired_sql=after)


@pytest.mark.parametrize(
    ("place", "before", "after"),
    [
        *on(COMMON, objects.CASES),
        *on(COMMON, conditions.CASES),
        *on(COMMON, members.CASES),
        *on(COMMON, partitions.CASES),
        *on(COMMON, types.CASES),
        *on(NEWEST, only_18.CASES),
    ],
    indirect=["place"],
)
def test_one_schema_becomes_the_other(place: Place, before: str, after: str) -> None:
    verdict = judge(case(before, after), place)
    assert verdict.outcome == CONVERGED, str(verdict)


@pytest.mark.parametrize(
    ("place", "before", "after"), [*on(COMMON, rows.CASES), *on(NEWEST, rows.CASES)], indirect=["place"]
)
def test_every_row_is_still_there(place: Place, before: str, after: str) -> None:
    verdict = judge(case(before, after), place)
    assert (verdict.outcome, verdict.rows) == (CONVERGED, "kept"), str(verdict)


@pytest.mark.parametrize(("place", "before", "after"), on(COMMON, rows.CASES), indirect=["place"])
def test_a_run_that_died_half_way_is_taken_up(place: Place, before: str, after: str) -> None:
    """One place to die in for each case, some early and some late: a third run of it would mostly prove the same."""
    early = len(after) % 2 == 0
    verdict = judge(case(before, after), place, dies_after=0.35 if early else 0.7)
    assert (verdict.outcome, verdict.rows) == (CONVERGED, "kept"), str(verdict)


@pytest.mark.parametrize("place", [NEWEST], indirect=True)
@pytest.mark.parametrize(("name", "wanted"), only_18.REFUSALS)
def test_what_cannot_be_declared_is_refused_by_name(place: Place, name: str, wanted: str) -> None:
    verdict = judge(case("", wanted), place)
    assert verdict.outcome == REFUSED, str(verdict)
    assert name in verdict.reason
