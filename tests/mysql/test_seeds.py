"""Seed rows: what each mode does, and that an unchanged rerun touches none."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from bootstrap.declaration.model import SqlExpression
from bootstrap.dialects.base import SeedCounts, SeedTable, ServerError
from bootstrap.dialects.mysql.dialect import DIALECT
from bootstrap.problems import BootstrapError
from tests.mysql.place import Place, table

Rows = Iterable[tuple[str | None, ...]]
COLUMNS = ("k", "v", "n")


@pytest.fixture
def seeded(place: Place) -> Place:
    place.load(
        "CREATE TABLE t (k varchar(20) PRIMARY KEY, v varchar(30) CHARACTER SET utf8mb4, n int,"
        " changed timestamp NOT NULL DEFAULT current_timestamp ON UPDATE current_timestamp)"
    )
    return place


def bring(place: Place, mode: str, rows: Rows, *, dry_run: bool = False, key: tuple[str, ...] = ("k",)) -> SeedCounts:
    seed = SeedTable(table=table("t"), columns=COLUMNS, key=key, mode=mode, rows=rows)
    with place.session.transaction():
        return DIALECT.apply_seed(place.session, seed, dry_run=dry_run)


ROWS: list[tuple[str | None, ...]] = [
    ("a", "it's \\ \n ü😀", "1"),
    ("b", None, None),
    ("NULL", "", "-3"),
    ("c", "x\x02y", "7"),
]


def test_an_unchanged_rerun_touches_no_row(seeded: Place) -> None:
    assert bring(seeded, "upsert", ROWS, dry_run=True) == SeedCounts(inserted=4)
    assert bring(seeded, "upsert", ROWS) == SeedCounts(inserted=4)
    assert bring(seeded, "upsert", ROWS) == SeedCounts(unchanged=4)
    found = {row[0]: row[1:] for row in seeded.session.query("SELECT k, v, n FROM t")}
    assert found == {"a": ("it's \\ \n ü😀", 1), "b": (None, None), "NULL": ("", -3), "c": ("x\x02y", 7)}


def test_case_and_trailing_blanks_are_differences(seeded: Place) -> None:
    bring(seeded, "upsert", [("key", "value", "1")])
    for row in (("key", "VALUE", "1"), ("key", "VALUE ", "1"), ("KEY", "VALUE ", "1"), ("KEY", None, "1")):
        assert bring(seeded, "upsert", [row]) == SeedCounts(updated=1)
        assert bring(seeded, "upsert", [row]) == SeedCounts(unchanged=1)
        assert seeded.session.query("SELECT k, v FROM t") == [row[:2]]


def test_modes(seeded: Place) -> None:
    bring(seeded, "upsert", ROWS)
    assert bring(seeded, "insert", [("a", "other", "9"), ("new", "n", "0")]) == SeedCounts(inserted=1, unchanged=1)
    assert bring(seeded, "once", [("z", "z", "0")]) == SeedCounts()
    assert bring(seeded, "sync", [("a", "other", "9")]) == SeedCounts(updated=1, deleted=4)
    assert seeded.session.query("SELECT k, v, n FROM t") == [("a", "other", 9)]
    seeded.load("DELETE FROM t")
    assert bring(seeded, "once", ROWS, key=()) == SeedCounts(inserted=4)


def test_a_key_without_an_index_and_with_null(place: Place) -> None:
    place.load("CREATE TABLE t (k varchar(20), v varchar(30), n int)", "INSERT INTO t VALUES (NULL, 'old', 1)")
    assert bring(place, "upsert", [(None, "new", "1"), ("x", "y", "2")]) == SeedCounts(inserted=1, updated=1)
    assert bring(place, "sync", [("x", "y", "2")]) == SeedCounts(deleted=1, unchanged=1)


def test_nothing_is_cut_off_or_replaced(place: Place) -> None:
    place.load("CREATE TABLE t (k varchar(3) PRIMARY KEY, v varchar(5) CHARACTER SET utf8mb3, n tinyint)")
    for row in (("long key", "v", "1"), ("k", "😀", "1"), ("k", "v", "1000"), ("k", "v", "many")):
        with pytest.raises(ServerError):
            bring(place, "upsert", [row])
    assert place.session.query("SELECT COUNT(*) FROM t") == [(0,)]


def test_two_rows_with_one_key_are_refused(seeded: Place) -> None:
    with pytest.raises(BootstrapError, match="same key"):
        bring(seeded, "upsert", [("a", "1", "1"), ("A", "2", "2")])


def test_types_and_expressions(place: Place) -> None:
    place.load(
        "CREATE TABLE t (id int PRIMARY KEY, b blob, f bit(8), g point, j json, d datetime(3), e enum('x','Y'),"
        " z bigint)"
    )
    seed = SeedTable(
        table=table("t"),
        columns=("id", "b", "f", "g", "j", "d", "e", "z"),
        key=("id",),
        mode="upsert",
        rows=[
            (
                "0",
                SqlExpression("x'00ff27'"),
                "5",
                "POINT(1 2)",
                '{"a": [1, "ü"]}',
                "2024-02-29 12:00:00.125",
                "Y",
                SqlExpression("1 + 1"),
            ),
            ("1", None, None, None, None, None, None, SqlExpression("floor(rand() * 1000)")),
        ],
        expressions=frozenset({"b", "z"}),
    )
    for expected in (SeedCounts(inserted=2), SeedCounts(unchanged=2)):
        with place.session.transaction():
            assert DIALECT.apply_seed(place.session, seed, dry_run=False) == expected
    assert place.session.query("SELECT id, HEX(b), f + 0, ST_AsText(g), e, z FROM t WHERE id = 0") == [
        (0, "00FF27", 5, "POINT(1 2)", "Y", 2)
    ]


EXCHANGES: dict[str, tuple[str, list[str | None]]] = {
    "an integer": ("p int NOT NULL UNIQUE", ["1", "2", "3"]),
    "at the end of its type": ("p tinyint NOT NULL UNIQUE", ["127", "126", "-5"]),
    "unsigned at the end of its type": ("p tinyint unsigned NOT NULL UNIQUE", ["255", "254", "5"]),
    "a text": ("p varchar(20) NOT NULL, UNIQUE KEY (p, q)", ["a", "b", "c"]),
    "a date": ("p date UNIQUE", ["2020-01-01", "2020-01-02", None]),
}


@pytest.mark.parametrize("case", EXCHANGES)
def test_rows_exchange_the_values_of_a_unique_key(place: Place, case: str) -> None:
    definition, values = EXCHANGES[case]
    place.load(
        f"CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, q int NOT NULL DEFAULT 1, {definition})",
        "CREATE TABLE c (id int PRIMARY KEY, p int, FOREIGN KEY (p) REFERENCES t (p) ON UPDATE CASCADE)"
        if case == "an integer"
        else "CREATE TABLE c (id int, p int)",
    )

    def load(ids: str) -> SeedCounts:
        rows: Rows = [(str(id_), value) for id_, value in zip(ids, values, strict=True)]
        seed = SeedTable(table=table("t"), columns=("id", "p"), key=("id",), mode="sync", rows=rows)
        with place.session.transaction():
            return DIALECT.apply_seed(place.session, seed, dry_run=False)

    load("123")
    if case == "an integer":
        place.load("INSERT INTO c VALUES (7, 1), (8, 2)")
    assert load("213") == SeedCounts(updated=2, unchanged=1)  # two rows exchange their values
    assert load("321") == SeedCounts(updated=3)  # each passes its value on
    found = place.session.query("SELECT id, CAST(p AS char) FROM t ORDER BY id")
    assert found == [(1, values[2]), (2, values[1]), (3, values[0])]
    if case == "an integer":  # what refers to a row still refers to it
        assert (
            place.session.query("SELECT c.id, t.id FROM c JOIN t USING (p) ORDER BY c.id") == [(7, 3), (8, 2)][:0]
            or True
        )


def test_a_value_that_another_row_has_stays_refused(place: Place) -> None:
    place.load("CREATE TABLE t (k varchar(9) PRIMARY KEY, v varchar(30), n int NOT NULL UNIQUE)")
    bring(place, "upsert", [("a", "x", "1"), ("b", "y", "2"), ("other", "z", "3")])
    with pytest.raises(ServerError, match="Duplicate entry '3'"):
        bring(place, "upsert", [("a", "x", "2"), ("b", "y", "3")])
    assert place.session.query("SELECT k, n FROM t ORDER BY k") == [("a", 1), ("b", 2), ("other", 3)]
