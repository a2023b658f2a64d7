"""Rows that refer to each other: whatever order they need, no foreign key of any table is broken or passed over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pytest

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.tables import Table
from bootstrap.declaration.model import Position, Seed, SeedMode, SeedRow
from bootstrap.dialects.mysql.dialect import DIALECT
from bootstrap.problems import StatementError
from bootstrap.run.history import History
from bootstrap.run.seeds import SeedRunner
from tests.mysql.place import Place, table

Values = tuple[str | None, ...]

SHOPS = "CREATE TABLE shops (id int PRIMARY KEY)"
CATS = (
    "CREATE TABLE cats (id int PRIMARY KEY, parent_id int, shop_id int,"
    " CONSTRAINT cats_parent FOREIGN KEY (parent_id) REFERENCES cats (id),"
    " CONSTRAINT cats_shop FOREIGN KEY (shop_id) REFERENCES shops (id))"
)
CAT_ROWS = "INSERT INTO cats VALUES (1, NULL, 1), (2, 1, 1), (3, 2, 1)"


def seed(name: str, columns: str, rows: Sequence[Values], mode: SeedMode) -> Seed:
    def read() -> Iterator[SeedRow]:
        for line, values in enumerate(rows, start=10):
            yield SeedRow(values, Position("seeds/rows.yaml", line))

    return Seed(
        table=table(name), columns=tuple(columns.split()), key=("id",), mode=mode, rows=read,
        digest=hashlib.sha256(repr((columns, rows, mode)).encode()).hexdigest(),
        position=Position("seeds/rows.yaml", 1),
    )  # fmt: skip


def load(place: Place, seeds: Sequence[Seed], *, undeclared: str = "") -> None:
    """Apply the seeds; ``undeclared`` is a foreign key that the declaration does not have."""
    History(place.session, DIALECT).ensure()
    found = place.catalog()
    declared = {
        ref: replace(item, foreign_keys=tuple(key for key in item.foreign_keys if key.name != undeclared))
        if isinstance(item, Table)
        else item
        for ref, item in found.objects.items()
    }
    SeedRunner(place.session, DIALECT, Catalog(objects=declared)).apply(1, seeds)


def rows(place: Place, name: str) -> list[tuple[object, ...]]:
    return sorted(place.session.query(f"SELECT * FROM {name}"), key=repr)


def child(rule: str) -> tuple[str, str]:
    """A table that nobody declares and that refers to cats, with a row for each of them."""
    return (
        "CREATE TABLE toys (id int PRIMARY KEY, cat_id int,"
        f" CONSTRAINT toys_cat FOREIGN KEY (cat_id) REFERENCES cats (id) {rule})",
        "INSERT INTO toys VALUES (10, 1), (20, 2), (30, 3)",
    )


@pytest.mark.parametrize("undeclared", ["", "cats_shop"])
@pytest.mark.parametrize("mode", [SeedMode.UPSERT, SeedMode.INSERT, SeedMode.SYNC])
def test_another_key_of_the_table_holds(place: Place, mode: SeedMode, undeclared: str) -> None:
    place.load(SHOPS, CATS, "INSERT INTO shops VALUES (1)")
    given: list[Values] = [("2", "1", "1"), ("1", None, "404")]
    with pytest.raises(StatementError, match="cats_shop"):
        load(place, [seed("cats", "id parent_id shop_id", given, mode)], undeclared=undeclared)
    assert rows(place, "cats") == []


@pytest.mark.parametrize("rule", ["ON DELETE RESTRICT", "", "ON DELETE CASCADE", "ON DELETE SET NULL"])
def test_rows_of_others_that_refer_to_deleted_rows(place: Place, rule: str) -> None:
    place.load(SHOPS, CATS, "INSERT INTO shops VALUES (1)", CAT_ROWS, *child(rule))
    declared = [seed("cats", "id parent_id shop_id", [("1", None, "1")], SeedMode.SYNC)]
    if "CASCADE" in rule or "NULL" in rule:
        load(place, declared)
        left = [(10, 1)] if "CASCADE" in rule else [(10, 1), (20, None), (30, None)]
        assert (rows(place, "cats"), rows(place, "toys")) == ([(1, None, 1)], left)
    else:
        with pytest.raises(StatementError, match="toys_cat"):
            load(place, declared)
        assert len(rows(place, "cats")) == len(rows(place, "toys")) == 3


def test_what_a_trigger_writes_is_checked_too(place: Place) -> None:
    place.load(SHOPS, CATS, "INSERT INTO shops VALUES (1)", child("")[0])
    place.load("CREATE TRIGGER gift AFTER INSERT ON cats FOR EACH ROW INSERT INTO toys VALUES (NEW.id, 404)")
    given: list[Values] = [("2", "1", "1"), ("1", None, "1")]
    with pytest.raises(StatementError, match="toys_cat"):
        load(place, [seed("cats", "id parent_id shop_id", given, SeedMode.UPSERT)])
    assert (rows(place, "cats"), rows(place, "toys")) == ([], [])


# What is there, what is declared, what there is to be in the end: each with the children before their parents.
ORDERS: Mapping[str, tuple[Sequence[str], Mapping[str, list[Values]], Mapping[str, list[tuple[object, ...]]]]] = {
    "a parent is required, the root refers to itself": (
        ["CREATE TABLE a (id int PRIMARY KEY, up int NOT NULL, FOREIGN KEY (up) REFERENCES a (id))"],
        {"a": [("1", "2"), ("2", "3"), ("3", "3")]},
        {"a": [(1, 2), (2, 3), (3, 3)]},
    ),
    "a cycle of rows": (
        ["CREATE TABLE a (id int PRIMARY KEY, up int, FOREIGN KEY (up) REFERENCES a (id))"],
        {"a": [("1", "2"), ("2", "3"), ("3", "1")]},
        {"a": [(1, 2), (2, 3), (3, 1)]},
    ),
    "one table's key is required, the other's is not": (
        [
            "CREATE TABLE a (id int PRIMARY KEY, up int NOT NULL)",
            "CREATE TABLE b (id int PRIMARY KEY, up int, FOREIGN KEY (up) REFERENCES a (id))",
            "ALTER TABLE a ADD FOREIGN KEY (up) REFERENCES b (id)",
        ],
        {"a": [("1", "1")], "b": [("1", "1")]},
        {"a": [(1, 1)], "b": [(1, 1)]},
    ),
    "rows that are there get another parent, and the old one goes": (
        [
            "CREATE TABLE a (id int PRIMARY KEY, up int, FOREIGN KEY (up) REFERENCES a (id))",
            "INSERT INTO a VALUES (9, NULL), (1, 9), (2, 9)",
        ],
        {"a": [("1", "3"), ("2", "1"), ("3", None)]},
        {"a": [(1, 3), (2, 1), (3, None)]},
    ),
    "a cycle of rows goes": (
        [
            "CREATE TABLE a (id int PRIMARY KEY, up int, FOREIGN KEY (up) REFERENCES a (id))",
            "INSERT INTO a VALUES (8, NULL), (9, 8), (7, 9)",
            "UPDATE a SET up = 9 WHERE id = 8",
        ],
        {"a": [("1", "2"), ("2", None)]},
        {"a": [(1, 2), (2, None)]},
    ),
    "a key over two columns": (
        [
            "CREATE TABLE a (id int, up int, side int NOT NULL, PRIMARY KEY (id), UNIQUE (id, side),"
            " FOREIGN KEY (up, side) REFERENCES a (id, side))"
        ],
        {"a": [("1", "2", "7"), ("2", "1", "7")]},
        {"a": [(1, 2, 7), (2, 1, 7)]},
    ),
}


@pytest.mark.parametrize("case", ORDERS)
def test_rows_find_their_order(place: Place, case: str) -> None:
    before, declared, after = ORDERS[case]
    place.load(*before)
    columns = {name: " ".join(["id", "up", "side"][: len(given[0])]) for name, given in declared.items()}
    seeds = [seed(name, columns[name], given, SeedMode.SYNC) for name, given in declared.items()]
    load(place, seeds)
    assert {name: rows(place, name) for name in after} == after
    load(place, seeds)
    assert {name: rows(place, name) for name in after} == after
