"""One statement in ranges of a key."""

from __future__ import annotations

import pytest

from bootstrap.sql.batches import batched
from bootstrap.sql.lexer import SqlTextError

RANGE = "t.id > 5\n AND t.id <= 9"


@pytest.mark.parametrize(
    ("engine", "sql", "expected"),
    [
        ("postgresql", "UPDATE t SET a = 1", "UPDATE t SET a = 1\nWHERE t.id > 5 AND t.id <= 9"),
        ("mysql", "DELETE FROM `t` WHERE a = 1 OR b -- c",
         "DELETE FROM `t`\nWHERE (a = 1 OR b -- c\n) AND `t`.id > 5 AND `t`.id <= 9"),
        ("postgresql", "UPDATE ONLY app.t AS x SET a = (SELECT 1 FROM o WHERE true) FROM o WHERE x.b = o.b",
         "UPDATE ONLY app.t AS x SET a = (SELECT 1 FROM o WHERE true) FROM o\n"
         "WHERE (x.b = o.b\n) AND x.id > 5 AND x.id <= 9"),
        ("mysql", "UPDATE t x SET a = id WHERE a IN (SELECT 1 ORDER BY 1 LIMIT 2)",
         "UPDATE t x SET a = id\nWHERE (a IN (SELECT 1 ORDER BY 1 LIMIT 2)\n) AND x.id > 5 AND x.id <= 9"),
    ],
)  # fmt: skip
def test_a_range(engine: str, sql: str, expected: str) -> None:
    if engine == "postgresql":  # the server's own operators, whatever the search path has
        expected = expected.replace("id > 5", "id OPERATOR(pg_catalog.>) 5").replace(
            "id <= 9", "id OPERATOR(pg_catalog.<=) 9"
        )
    assert batched(sql, "id", engine).within("5", "9") == expected


@pytest.mark.parametrize(
    ("engine", "sql"),
    [
        ("postgresql", "INSERT INTO t SELECT 1"),
        ("postgresql", "UPDATE t SET id = id + 1"),
        ("postgresql", "DELETE FROM t RETURNING id"),
        ("mysql", "UPDATE t JOIN o ON t.a = o.a SET t.a = 1"),
        ("mysql", "UPDATE t, o SET t.a = 1"),
        ("mysql", "UPDATE t SET a = 1 ORDER BY id LIMIT 5"),
        ("mysql", "DELETE t FROM t JOIN o ON t.a = o.a"),
        ("postgresql", "WITH x AS (SELECT 1) UPDATE t SET a = 1"),
    ],
)
def test_what_has_no_ranges(engine: str, sql: str) -> None:
    with pytest.raises(SqlTextError):
        batched(sql, "id", engine)
