"""What was never declared and stands in the way: named at the change, and nothing else is."""

from __future__ import annotations

import pytest

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.hazards import HazardKind
from bootstrap.plan.planner import planned_changes
from bootstrap.plan.undeclared import Undeclared
from tests.unit.building import FakeRules, catalog, column, difference, foreign_key, index, primary_key, table, view

T = Ref(Kind.TABLE, "app", "t")
A = T.child(Kind.COLUMN, "a")
OLD = table("t", "id", column("a", "int"), primary_key=primary_key("t_pk", "id"))
WIDER = table("t", "id", column("a", "bigint"), primary_key=primary_key("t_pk", "id"))


def warnings(before: Catalog, after: Catalog, rules: FakeRules | None = None, *, managed: set[Ref]) -> list[str]:
    """What stands in the way, as a person reads it."""
    rules = rules or FakeRules()
    found = difference(before, after, managed=lambda ref: ref in managed)
    changes = planned_changes(found, rules)
    undeclared = Undeclared(found, changes, rules)
    hazards = [hazard for change in changes for hazard in undeclared.hazards(change)]
    assert all(hazard.blocking and hazard.kind is HazardKind.UNTRACKED_DEPENDENCY for hazard in hazards)
    return [f"{hazard.subject} {hazard.message.removeprefix('it was never declared, and ')}" for hazard in hazards]


def test_a_view_over_a_column_that_changes() -> None:
    rules = FakeRules(disturbed={A: frozenset({Kind.VIEW})})
    seen = view("seen")
    before = catalog(OLD, seen, needs={seen.ref: {A}})
    assert warnings(before, catalog(WIDER), rules, managed=set()) == [
        "view app.seen needs column app.t.a, which changes"
    ]
    assert warnings(before, catalog(WIDER, seen, needs={seen.ref: {A}}), rules, managed=set()) == []


def test_what_the_change_does_not_disturb() -> None:
    seen = view("seen")
    rules = FakeRules(disturbed={A: frozenset({Kind.TRIGGER})})
    assert warnings(catalog(OLD, seen, needs={seen.ref: {A}}), catalog(WIDER), rules, managed=set()) == []


def test_a_foreign_key_to_a_table_that_goes() -> None:
    other = table("o", "id", foreign_keys=(foreign_key("o_fk", "id", "t"),))
    assert "foreign key app.o.o_fk needs table app.t, which goes" in warnings(
        catalog(OLD, other), catalog(), managed={T}
    )


def test_what_is_a_part_of_what_goes() -> None:
    own = table("t", "id", column("a", "int"), indexes=(index("t_a", "a"),))
    assert warnings(catalog(own), catalog(), managed={T}) == []
    assert warnings(catalog(own), catalog(table("t", "id")), managed={A}) == []


def test_an_index_goes_with_its_column_and_stays_when_that_changes() -> None:
    own = table("t", "id", column("a", "int"), primary_key=primary_key("t_pk", "id"), indexes=(index("t_a", "a"),))
    rules = FakeRules(disturbed={A: frozenset({Kind.INDEX})})
    assert warnings(catalog(own), catalog(WIDER), rules, managed=set()) == [
        "index app.t.t_a needs column app.t.a, which changes"
    ]


def test_a_constraint_that_does_not_go_with_its_column() -> None:
    own = table("t", "id", column("a", "int"), foreign_keys=(foreign_key("t_fk", "a", "t"),))
    [warning] = warnings(catalog(own), catalog(table("t", "id")), managed={A})
    assert warning == "foreign key app.t.t_fk needs column app.t.a, which goes"


@pytest.mark.parametrize("other", [view("t"), table("u", "id", indexes=(index("t", "id"),))])
def test_something_has_the_name(other: object) -> None:
    found = warnings(catalog(other), catalog(OLD), managed=set())  # type: ignore[arg-type]  # a table or a view
    assert [warning.partition(" has ")[2] for warning in found] == ["the name of table app.t, which is declared"]
