"""Seed rows: every mode, every type, unchanged reruns, sequences."""

from __future__ import annotations

import pytest

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.declaration.model import SqlExpression
from bootstrap.dialects.base import SeedCounts, SeedTable
from bootstrap.dialects.postgresql.dialect import DIALECT
from bootstrap.problems import BootstrapError
from tests.postgresql.conftest import Place, Places

_TABLE = Ref(Kind.TABLE, "public", "t")
Rows = list[tuple[str | None, ...]]


def _seed(place: Place, mode: str, rows: Rows, columns: str = "k,v", *, dry_run: bool = False) -> SeedCounts:
    seed = SeedTable(table=_TABLE, columns=tuple(columns.split(",")), key=("k",), mode=mode, rows=iter(rows))
    with place.session.transaction():
        return DIALECT.apply_seed(place.session, seed, dry_run=dry_run)


@pytest.fixture
def place(places: Places) -> Place:
    return places.make("CREATE TABLE t (id serial PRIMARY KEY, k text, v text); INSERT INTO t (k, v) VALUES ('a', '1')")


@pytest.mark.parametrize(
    ("mode", "counts", "after"),
    [
        ("insert", SeedCounts(inserted=1, unchanged=1), [("a", "1"), ("b", None)]),
        ("upsert", SeedCounts(inserted=1, updated=1), [("a", "2"), ("b", None)]),
        ("sync", SeedCounts(inserted=1, updated=1), [("a", "2"), ("b", None)]),
        ("once", SeedCounts(), [("a", "1")]),
    ],
)
def test_each_mode_does_what_its_dry_run_says(
    place: Place, mode: str, counts: SeedCounts, after: list[tuple[str, str | None]]
) -> None:
    rows: Rows = [("a", "2"), ("b", None)]
    assert _seed(place, mode, rows, dry_run=True) == counts
    assert place.session.query("SELECT k, v FROM t") == [("a", "1")]
    assert _seed(place, mode, rows) == counts
    assert place.session.query("SELECT k, v FROM t ORDER BY k") == after


def test_sync_deletes_the_rest(place: Place) -> None:
    assert _seed(place, "sync", [("b", "1")]) == SeedCounts(inserted=1, deleted=1)
    assert place.session.query("SELECT k FROM t") == [("b",)]


def test_an_unchanged_rerun_touches_no_row(place: Place) -> None:
    rows: Rows = [("a", "1"), ("b", None), (None, "null key")]
    _seed(place, "upsert", rows)
    before = place.session.query("SELECT ctid::text, xmin::text, * FROM t ORDER BY id")
    last = place.session.query("SELECT last_value FROM t_id_seq")
    assert _seed(place, "upsert", rows) == SeedCounts(unchanged=3)
    assert place.session.query("SELECT ctid::text, xmin::text, * FROM t ORDER BY id") == before
    assert place.session.query("SELECT last_value FROM t_id_seq") == last


def test_texts_go_through_unharmed(place: Place) -> None:
    texts = ["NULL", "", "\\N", "tab\there", "line\nbreak\r", "back\\slash", "'quote'", "😀", "%s", None]
    rows: Rows = [(f"k{number}", text) for number, text in enumerate(texts)]
    _seed(place, "sync", rows)
    assert place.session.query("SELECT v FROM t ORDER BY k") == [(text,) for text in texts]


def test_types_without_equality_and_generated_keys(places: Places) -> None:
    place = places.make(
        "CREATE TYPE e AS ENUM ('x'); CREATE TABLE t (k bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, j json,"
        " b bytea, a int[], e e, p point, d timestamptz, n numeric(10,2))"
    )
    rows: Rows = [("7", '{"a": 1}', "\\x00ff", "{1,NULL}", "x", "(1,2)", "2020-01-01 00:00:00+02", "1.5")]
    columns = "k,j,b,a,e,p,d,n"
    assert _seed(place, "upsert", rows, columns) == SeedCounts(inserted=1)
    assert _seed(place, "upsert", rows, columns) == SeedCounts(unchanged=1)
    place.session.execute("INSERT INTO t (j) VALUES ('1')")
    assert place.session.query("SELECT k FROM t ORDER BY k") == [(7,), (8,)]


def test_expressions_are_computed_when_a_row_is_new_and_never_again(place: Place) -> None:
    seed = SeedTable(table=_TABLE, columns=("k", "v"), key=("k",), mode="upsert",
                     rows=[("now", SqlExpression("clock_timestamp()::text"))],
                     expressions=frozenset({"v"}))  # fmt: skip
    with place.session.transaction():
        assert DIALECT.apply_seed(place.session, seed, dry_run=False) == SeedCounts(inserted=1)
    with place.session.transaction():
        assert DIALECT.apply_seed(place.session, seed, dry_run=False) == SeedCounts(unchanged=1)
    assert place.session.query("SELECT v LIKE '20%' FROM t WHERE k = 'now'") == [(True,)]


def test_two_rows_with_one_key_are_refused(place: Place) -> None:
    with pytest.raises(BootstrapError, match=r"seed of public\.t: two rows have the same key \(b\)"):
        _seed(place, "upsert", [("b", "1"), ("b", "2")])
