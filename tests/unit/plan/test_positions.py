"""New columns stand behind what is there when they are added."""

from __future__ import annotations

from bootstrap.catalog.changes import AddColumn
from bootstrap.catalog.ref import Kind
from bootstrap.plan.planner import planned_changes
from tests.unit.building import FakeRules, catalog, difference, table


def added(before: list[str], after: list[str], reads: dict[str, list[str]]) -> list[tuple[str, str]]:
    """The new columns in the order of the plan, each with the one that it stands behind."""
    wanted = table("t", *after)
    columns = {name: wanted.ref.child(Kind.COLUMN, name) for name in after}
    needs = {columns[name]: [columns[other] for other in others] for name, others in reads.items()}
    found = difference(catalog(table("t", *before)), catalog(wanted, needs=needs))
    changes = planned_changes(found, FakeRules())
    return [(change.after.name, change.previous) for change in changes if isinstance(change, AddColumn)]


def result(before: list[str], after: list[str], reads: dict[str, list[str]]) -> list[str]:
    """The table's columns when the plan has run."""
    columns = list(before)
    for name, previous in added(before, after, reads):
        columns.insert(columns.index(previous) + 1 if previous else 0, name)
    return columns


def test_behind_the_column_before() -> None:
    assert added(["id"], ["a", "id", "b", "c"], {}) == [("a", ""), ("b", "id"), ("c", "b")]


def test_what_is_read_comes_first_and_everything_finds_its_place() -> None:
    after = ["sum", "id", "more", "a", "plain", "b"]
    reads = {"sum": ["a", "b"], "more": ["b"]}
    found = added(["id"], after, reads)
    assert [name for name, _ in found].index("sum") > [name for name, _ in found].index("b")
    assert result(["id"], after, reads) == after
