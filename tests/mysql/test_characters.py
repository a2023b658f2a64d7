"""Characters beyond the basic plane, which the servers keep and print as question marks."""

from __future__ import annotations

import pytest

from bootstrap.dialects.base import ServerError
from tests.mysql.place import Place, table


@pytest.fixture(autouse=True)
def _with_all_characters(place: Place, other: Place) -> None:
    for one in (place, other):
        one.load("ALTER DATABASE CHARACTER SET utf8mb4")
        one.load(f"USE `{one.session.database}`")  # what the database has now is what the session takes up


def test_labels_and_defaults_are_read_as_they_are(place: Place, other: Place) -> None:
    place.load(
        "CREATE TABLE t (a enum('x😀','why?','y') CHARACTER SET utf8mb4 DEFAULT 'x😀',"
        " b set('😀','x🎉','c') CHARACTER SET utf8mb4 NOT NULL DEFAULT 'x🎉', c varchar(9) CHARACTER SET utf8mb4"
        " DEFAULT '🎉?', d varchar(9) DEFAULT '?')"
    )
    found = place.catalog()
    columns = found.table(table("t")).columns
    assert [column.type for column in columns[:2]] == ["enum('x😀','why?','y')", "set('😀','x🎉','c')"]
    assert place.normalised(found).objects == found.objects
    other.apply(found)
    other.load("INSERT INTO t () VALUES ()")
    assert other.session.query("SELECT * FROM t") == [("x😀", "x🎉", "🎉?", "?")]
    assert other.changes(found) == ()


def test_expressions_are_read_as_they_are(place: Place, other: Place) -> None:
    place.load(
        "CREATE TABLE t (a varchar(9), b varchar(9) DEFAULT (concat('z😀')), c varchar(9) AS (concat(a, 'y😀')),"
        " CHECK (a <> 'x😀'))"
    )
    found = place.catalog()
    assert place.normalised(found).objects == found.objects
    other.apply(found)
    other.load("INSERT INTO t (a) VALUES ('x????')")
    assert other.session.query("SELECT b, c FROM t") == [("z😀", "x????y😀")]
    with pytest.raises(ServerError):
        other.load("INSERT INTO t (a) VALUES ('x😀')")


def test_bytes_that_are_no_characters_are_read_as_they_are(place: Place, other: Place) -> None:
    place.load(
        "CREATE TABLE t (id int, a varbinary(4) DEFAULT x'ff', b binary(3) DEFAULT x'41', c varbinary(9) DEFAULT '?',"
        " d varbinary(9) DEFAULT x'275cff00', e varbinary(9) DEFAULT x'f09f9880', f enum('a', x'ff')"
        " CHARACTER SET binary DEFAULT x'ff') PARTITION BY LIST COLUMNS (a) (PARTITION p VALUES IN (x'ff', 'a'))"
    )
    found = place.catalog()
    assert place.normalised(found).objects == found.objects
    other.apply(found)
    other.load("INSERT INTO t (id) VALUES (1)")
    row = (b"\xff", b"A\0\0", b"?", b"'\\\xff\0", b"\xf0\x9f\x98\x80", b"\xff")
    assert other.session.query("SELECT a, b, c, d, e, f FROM t") == [row]
    assert other.changes(found) == ()
