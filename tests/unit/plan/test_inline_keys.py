"""Foreign keys that come with their tables, and those that must wait."""

from __future__ import annotations

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.changes import AddConstraint, Change, Create
from bootstrap.catalog.tables import Table
from bootstrap.plan.planner import planned_changes
from tests.unit.building import FakeRules, catalog, difference, foreign_key, primary_key, table

RULES = FakeRules(inline_indexes=True, inline_keys=True)


def referring(name: str, *targets: str) -> Table:
    """A table with a foreign key to each of the others."""
    keys = tuple(foreign_key(f"{name}_{target}", "id", target) for target in targets)
    return table(name, "id", primary_key=primary_key(f"{name}_pk", "id"), foreign_keys=keys)


def plan(before: Catalog, *tables: Table) -> list[Change]:
    return planned_changes(difference(before, catalog(*tables), inline_indexes=True), RULES)


def made(changes: list[Change]) -> list[tuple[str, list[str]]]:
    """The tables in their order, each with the names of the keys that come with it."""
    return [
        (change.ref.name, [key.name for key in change.inline_keys]) for change in changes if isinstance(change, Create)
    ]


def later(changes: list[Change]) -> list[str]:
    return [change.after.name for change in changes if isinstance(change, AddConstraint)]


def test_what_is_referenced_comes_first() -> None:
    changes = plan(catalog(), referring("a", "b", "c"), referring("b", "c"), referring("c", "c"))
    assert made(changes) == [("c", ["c_c"]), ("b", ["b_c"]), ("a", ["a_b", "a_c"])]
    assert later(changes) == []


def test_in_a_circle_one_waits() -> None:
    changes = plan(catalog(), referring("a", "b"), referring("b", "a"))
    assert made(changes) == [("b", []), ("a", ["a_b"])]
    assert later(changes) == ["b_a"]


def test_what_exists_is_altered() -> None:
    """It may hold rows and be in use: its keys, and those to it, are statements that can wait for a lock."""
    old = referring("old")
    changes = plan(catalog(old), referring("old", "new"), referring("new", "old"))
    assert made(changes) == [("new", [])]
    assert sorted(later(changes)) == ["new_old", "old_new"]


def test_without_the_rule_all_are_changes_of_their_own() -> None:
    found = difference(catalog(), catalog(referring("a", "b"), referring("b")))
    changes = planned_changes(found, FakeRules())
    assert made(changes) == [("a", []), ("b", [])]
    assert later(changes) == ["a_b"]
