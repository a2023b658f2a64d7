from __future__ import annotations

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.constraints import ForeignKey
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.run.seed_order import load_groups


def ref(name: str) -> Ref:
    return Ref(Kind.TABLE, "app", name)


def order(*seeded: str, **references: str) -> list[str]:
    """Groups as ``a+b``, with ``*`` behind those that are circular; each table refers to the named ones."""
    found = {}
    for name, others in references.items():
        keys = tuple(
            ForeignKey(name=f"{name}_{other}", columns=("x",), ref_schema="app", ref_table=other)
            for other in others.split()
        )
        found[ref(name)] = Table(schema="app", name=name, foreign_keys=keys)
    groups = load_groups([ref(name) for name in seeded], Catalog(objects=found))
    return ["+".join(table.name for table in group.tables) + ("*" if group.circular else "") for group in groups]


def test_parents_come_first() -> None:
    assert order("a", "b", "c", a="b", b="c", c="") == ["c", "b", "a"]


def test_independent_tables_come_by_name() -> None:
    assert order("b", "c", "a", a="", b="", c="") == ["a", "b", "c"]


def test_a_parent_without_seeds_does_not_count() -> None:
    assert order("a", a="b", b="") == ["a"]


def test_a_table_that_refers_to_itself() -> None:
    assert order("a", "b", a="a b", b="") == ["b", "a*"]


def test_a_circle_is_one_group_and_comes_after_what_it_needs() -> None:
    assert order("a", "b", "c", "d", a="b", b="a c", c="", d="a") == ["c", "a+b*", "d"]


def test_two_circles_one_needing_the_other() -> None:
    assert order("a", "b", "c", "d", a="b c", b="a", c="d", d="c") == ["c+d*", "a+b*"]


def test_a_long_chain() -> None:
    names = [f"t{number:04}" for number in range(800)]
    references = dict(zip(names, [*names[1:], ""], strict=True))
    assert order(*names, **references) == names[::-1]


def test_tables_that_are_in_no_catalog() -> None:
    assert order("a", "b") == ["a", "b"]
