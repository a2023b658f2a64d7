"""A renamed column under what names it: the server keeps the names of what a query shows."""

from __future__ import annotations

import pytest

from tests.values.conftest import Home

QUERIES = [
    "SELECT id, {} FROM t", "SELECT t.id, t.{} AS {} FROM t", "SELECT * FROM t", "SELECT DISTINCT id, {} FROM t",
    "SELECT id, upper({}) AS {} FROM t", "SELECT s.id, s.{} FROM (SELECT * FROM t) s",
    "SELECT id, {} FROM t UNION ALL SELECT id, {} FROM t", "WITH s AS (SELECT * FROM t) SELECT id, {} FROM s",
]  # fmt: skip


def declare(home: Home, column: str, more: str, rest: str) -> None:
    """A table with a column of that name, and what is about it."""
    columns = f"{{id: integer not null, {column}: {{type: text{more}}}}}"
    home.declare(f"tables:\n  t:\n    columns: {columns}\n    primary_key: [id]\n{rest}")


@pytest.mark.parametrize("kind", ["views", "materialized_views"])
@pytest.mark.parametrize("query", QUERIES)
def test_a_view_of_a_renamed_column_shows_the_new_name(home: Home, kind: str, query: str) -> None:
    for column, more in (("label", ""), ("title", ", renamed_from: label")):
        declare(home, column, more, f"{kind}: {{v: {{definition: {query.replace('{}', column)!r}}}}}")
        home.apply("all")
        home.sql("INSERT INTO t VALUES (1, 'one') ON CONFLICT DO NOTHING")
    assert home.verified()
    assert home.sql("SELECT attname FROM pg_attribute WHERE attrelid = 'v'::regclass AND attnum = 2") == [("title",)]
    assert home.sql("SELECT id, title FROM t") == [(1, "one")]


@pytest.mark.parametrize("shown", ["{} AS label", "upper({}) AS label", "id, lower({}) AS lower"])
def test_a_view_that_shows_the_same_is_left_alone(home: Home, shown: str) -> None:
    """A materialized view would be filled again, and its index recreated."""
    oids = []
    for column, more in (("label", ""), ("title", ", renamed_from: label")):
        name = shown.rpartition(" ")[2]
        query = f"SELECT {shown.replace('{}', column)} FROM t WHERE {column} <> ''"
        view = f"{{definition: {query!r}, indexes: {{v_i: {{columns: [{name}]}}}}}}"
        declare(home, column, more, f"materialized_views: {{v: {view}}}")
        home.apply("all")
        oids += home.sql("SELECT 'v'::regclass::oid, 'v_i'::regclass::oid")
    assert home.verified()
    assert oids[0] == oids[1]


def test_a_policy_with_a_query_of_the_renamed_column(home: Home) -> None:
    for column, more in (("label", ""), ("title", ", renamed_from: label")):
        policy = f"    row_security: true\n    policies: {{p: {{using: 'id IN (SELECT length(o.{column}) FROM t o)'}}}}"
        declare(home, column, more, policy)
        home.apply("all")
    assert home.verified()
