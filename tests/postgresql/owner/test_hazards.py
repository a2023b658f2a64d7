"""No change loses data unasked, whichever statement carries it out."""

from __future__ import annotations

import pytest

from tests.postgresql.owner.conftest import Owned

TREE = """
tables:
  p: {columns: {a: int not null, b: text, n: int}}
  c: {columns: {d: int}, inherits: [p]}
  g: {columns: {e: int}, inherits: [c]}
"""
PARTS = """
tables:
  p:
    columns: {a: int not null, b: text}
    partition_by: list (a)
    partitions: {p1: for values in (1), p2: default}
"""


@pytest.mark.parametrize(
    ("before", "rows", "after", "allow"),
    [
        pytest.param(
            TREE, "INSERT INTO g SELECT 1, 'v' || k, k, k, k FROM generate_series(1, 1000) k",
            TREE.replace("b: text, ", ""), "data_loss:public.p.b", id="a column of an inheritance child",
        ),
        pytest.param(
            TREE, "INSERT INTO c SELECT 1, '1' || k, k, k FROM generate_series(1, 1000) k",
            TREE.replace("b: text", "b: int"), "data_loss:public.p.b", id="the type of an inheritance child's column",
        ),
        pytest.param(
            TREE, "INSERT INTO c SELECT 1, 'v' || k, k, k FROM generate_series(1, 1000) k",
            TREE.replace("b: text", "b: text, m: int not null"), "validation_may_fail:public.p.m",
            id="a new column that inheritance children have no value for",
        ),
        pytest.param(
            PARTS, "INSERT INTO p SELECT k % 3, 'v' || k FROM generate_series(1, 1000) k",
            PARTS.replace(", b: text", ""), "data_loss:public.p.b", id="a column of a partition",
        ),
        pytest.param(
            PARTS.replace("b: text", "b: text, v: varchar(9)"), "INSERT INTO p2 VALUES (7, 'seven')",
            PARTS.replace("list (a)", "range (a)").replace("for values in (1)", "for values from (1) to (2)"),
            "data_loss:public.p.v", id="a column of a rebuilt table",
        ),
        pytest.param(
            PARTS, "INSERT INTO p VALUES (1, 'one'), (2, 'two')",
            PARTS.replace("p1: for values in (1), ", ""), "data_loss:public.p1", id="a partition",
        ),
    ],
)  # fmt: skip
def test_what_other_tables_hold_is_counted(owned: Owned, before: str, rows: str, after: str, allow: str) -> None:
    owned.apply(before)
    owned.run(rows)
    had = owned.rows("SELECT * FROM p ORDER BY p::text")
    said = owned.problem(after)
    assert said.count("--allow") == 1
    assert f"--allow '{allow}'" in said
    assert owned.rows("SELECT * FROM p ORDER BY p::text") == had
    owned.apply(after, allow)


def test_a_table_without_rows_above_and_below_loses_nothing(owned: Owned) -> None:
    owned.apply(TREE)
    report = owned.plan(TREE.replace("b: text, ", ""))
    assert [str(hazard.subject) for hazard in report.plan.hazards] == ["column public.p.b"]
    assert report.refused == ()
    owned.apply(TREE.replace("b: text, ", ""))


@pytest.mark.parametrize(
    ("dependent", "name"),
    [
        ("CREATE VIEW v AS SELECT b FROM p2", "view public.v"),
        ("CREATE MATERIALIZED VIEW m AS SELECT b FROM p1", "materialized view public.m"),
        ("CREATE RULE r AS ON UPDATE TO p2 WHERE new.b = 'x' DO INSTEAD NOTHING", "rule public.p2.r"),
    ],
)
def test_an_undeclared_dependent_of_a_partition_is_named(owned: Owned, dependent: str, name: str) -> None:
    """The partition has a change without a statement: the parent's is the one that the server refuses."""
    owned.apply(PARTS)
    owned.run("INSERT INTO p VALUES (1, 'one'), (2, 'two')", dependent)
    for after in (PARTS.replace(", b: text", ""), PARTS.replace("b: text", "b: varchar(40)")):
        assert f"{name}: it was never declared" in owned.problem(after, "data_loss")
    assert owned.rows("SELECT b FROM p ORDER BY b") == [("one",), ("two",)]


def test_an_undeclared_view_of_a_table_that_is_rebuilt_is_named(owned: Owned) -> None:
    plain = "tables: {t: {columns: {a: int not null, b: text}}}"
    parted = "tables: {t: {columns: {a: int not null, b: text}, partition_by: list (a), partitions: {t1: default}}}"
    owned.apply(plain)
    owned.run("INSERT INTO t VALUES (1, 'one')", "CREATE VIEW v AS SELECT * FROM t")
    assert "view public.v: it was never declared" in owned.problem(parted)
    assert owned.rows("SELECT * FROM v") == [(1, "one")]
