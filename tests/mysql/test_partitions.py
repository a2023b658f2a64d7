"""Partitions that come, go, split and merge: which statement does it, and which rows are there afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bootstrap.catalog.catalog import Catalog
from bootstrap.plan.statement import Statement
from tests.mysql.place import Place, table

_RANGES = {"p0": "LESS THAN (10)", "p1": "LESS THAN (20)", "p2": "LESS THAN (30)", "end": "LESS THAN MAXVALUE"}
_LISTS = {"a": "IN (1,2)", "b": "IN (15)", "c": "IN (25)", "more": "IN (35)"}


def _table(method: str, values: dict[str, str], names: str, more: str = "") -> str:
    partitions = ", ".join(f"PARTITION {name} VALUES {values[name]}" for name in names.split())
    return f"CREATE TABLE t (id int PRIMARY KEY) PARTITION BY {method} (id) {more} ({partitions})"


def _changed(place: Place, other: Place, before: str, after: str, rows: tuple[int, ...]) -> list[Statement]:
    place.load(before, *(f"INSERT INTO t VALUES ({row})" for row in rows))
    other.load(after)
    statements = place.apply(other.catalog())
    assert place.changes(other.catalog()) == ()
    return statements


def _clauses(statements: list[Statement]) -> list[str]:
    return [statement.sql.removeprefix("ALTER TABLE `t` ").partition(" (")[0] for statement in statements]


@pytest.mark.parametrize(
    ("before", "after", "clauses"),
    [
        ("p0 p1", "p0 p1 p2", ["ADD PARTITION"]),
        ("p0 p1 end", "p0 p1 p2 end", ["REORGANIZE PARTITION `end` INTO"]),
        ("p0 p1 p2 end", "p1 p2 end", ["REORGANIZE PARTITION `p0`,`p1` INTO"]),
        ("p0 p1 p2 end", "p0 p2 end", ["REORGANIZE PARTITION `p1`,`p2` INTO"]),
        ("p0 p1 p2 end", "p0 p1 end", ["REORGANIZE PARTITION `p2`,`end` INTO"]),
    ],
)
@pytest.mark.parametrize("more", ["", "SUBPARTITION BY HASH (id) SUBPARTITIONS 2"])
def test_rows_move_to_the_partition_they_belong_to_now(
    place: Place, other: Place, before: str, after: str, clauses: list[str], more: str
) -> None:
    statements = _changed(
        place, other, _table("RANGE", _RANGES, before, more), _table("RANGE", _RANGES, after, more), (5, 15)
    )
    assert _clauses(statements) == clauses
    assert place.session.query("SELECT id FROM t ORDER BY id") == [(5,), (15,)]
    assert not [hazard for statement in statements for hazard in statement.hazards if hazard.blocking]


@pytest.mark.parametrize(
    ("before", "after", "clauses"),
    [
        (_table("RANGE", _RANGES, "p0 p1 p2"), _table("RANGE", _RANGES, "p0 p1"), ["DROP PARTITION `p2`"]),
        (_table("LIST", _LISTS, "a b c"), _table("LIST", _LISTS, "a b"), ["DROP PARTITION `c`"]),
        (_table("LIST", _LISTS, "c a b"), _table("LIST", _LISTS, "a b more"),
         ["DROP PARTITION `c`", "ADD PARTITION"]),
    ],
)  # fmt: skip
def test_rows_that_no_partition_takes_any_more_go_with_theirs_once_that_is_allowed(
    place: Place, other: Place, before: str, after: str, clauses: list[str]
) -> None:
    statements = _changed(place, other, before, after, (1, 15, 25))
    assert _clauses(statements) == clauses
    assert [h.permission for statement in statements for h in statement.hazards if h.blocking] == ["data_loss:t"]
    assert place.session.query("SELECT id FROM t ORDER BY id") == [(1,), (15,)]


def test_values_that_move_to_another_list_take_their_rows_along(place: Place, other: Place) -> None:
    after = _table("LIST", {**_LISTS, "b": "IN (15,25)"}, "a b")
    statements = _changed(place, other, _table("LIST", _LISTS, "a b c"), after, (1, 15, 25))
    assert _clauses(statements) == ["PARTITION BY LIST"]
    assert place.session.query("SELECT id FROM t ORDER BY id") == [(1,), (15,), (25,)]


@pytest.mark.parametrize(("before", "after", "clause"), [(2, 5, "ADD PARTITION PARTITIONS 3"),
                                                         (5, 2, "COALESCE PARTITION 3")])  # fmt: skip
@pytest.mark.parametrize("method", ["HASH (id)", "LINEAR HASH (id)", "KEY ()", "LINEAR KEY (id)"])
def test_a_hash_gets_more_or_fewer_partitions(
    place: Place, other: Place, before: int, after: int, clause: str, method: str
) -> None:
    sql = f"CREATE TABLE t (id int PRIMARY KEY) PARTITION BY {method} PARTITIONS "
    assert _clauses(_changed(place, other, f"{sql}{before}", f"{sql}{after}", (1, 2, 3))) == [clause]
    assert place.session.query("SELECT COUNT(*) FROM t") == [(3,)]


@pytest.mark.parametrize("method", ["RANGE ({}) (PARTITION p VALUES LESS THAN (10))", "HASH ({} + 1) PARTITIONS 2"])
def test_a_column_that_the_rows_are_divided_by_is_renamed(place: Place, other: Place, method: str) -> None:
    place.load(f"CREATE TABLE t (a int, x int) PARTITION BY {method.format('a')}", "INSERT INTO t VALUES (1, 2)")
    other.load(f"CREATE TABLE t (b int, x int) PARTITION BY {method.format('b')}")
    wanted = other.catalog().table(table("t"))
    renamed = replace(wanted.columns[0], renamed_from="a")
    made = replace(wanted, columns=(renamed, *wanted.columns[1:]))
    place.apply(Catalog(objects={made.ref: made}))
    assert place.changes(other.catalog()) == ()
    assert place.session.query("SELECT b FROM t") == [(1,)]
