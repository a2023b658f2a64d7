"""Former names: written with a schema as everywhere else, or refused; never two tables where one was meant."""

from __future__ import annotations

import pytest

from bootstrap.problems import DeclarationError, Refused
from tests.values.conftest import Home


def test_a_former_name_with_its_schema(home: Home) -> None:
    home.as_master(
        "CREATE SCHEMA core; CREATE TABLE core.customer (id int); INSERT INTO core.customer VALUES (1);"
        " CREATE TABLE orders_old (id int, n int); INSERT INTO orders_old VALUES (1, 2); CREATE VIEW v AS SELECT 5 AS x"
    )
    home.declare("""
        schemas: [core]
        tables:
          core.client: {renamed_from: core.customer, columns: {id: integer}}
          orders: {renamed_from: public.orders_old, columns: {id: integer, m: {type: integer, renamed_from: n}}}
        views:
          w: {renamed_from: public.v, definition: select 5 as x}
        """)
    home.apply()
    assert home.sql("SELECT (SELECT id FROM core.client), (SELECT m FROM orders), (SELECT x FROM w)") == [(1, 2, 5)]
    assert home.sql("SELECT to_regclass('core.customer') IS NULL AND to_regclass('orders_old') IS NULL") == [(True,)]
    assert home.verified()


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("core.moved: {renamed_from: old.moved, columns: {id: integer}}", "not in the schema of table core.moved"),
        ("t: {columns: {b: {type: integer, renamed_from: t.a}}}", "more than a name: write a"),
        (
            "t: {columns: {b: integer}, indexes: {j: {columns: [b], renamed_from: public.i}}}",
            "more than a name: write i",
        ),
    ],
)
def test_a_former_name_elsewhere_is_refused(home: Home, table: str, words: str) -> None:
    home.declare(f"schemas: [core]\ntables:\n  {table}")
    with pytest.raises(DeclarationError, match=words):
        home.plan()


@pytest.mark.parametrize(
    ("by_hand", "declared"),
    [
        ("CREATE TABLE a (id int); CREATE TABLE b (id int)", "tables: {b: {renamed_from: a, columns: {id: integer}}}"),
        ("CREATE TABLE b (x int, y int)", "tables: {b: {columns: {y: {type: integer, renamed_from: x}}}}"),
    ],
)
def test_the_old_and_the_new_name_at_once_are_refused(home: Home, by_hand: str, declared: str) -> None:
    home.as_master(by_hand)
    home.declare(declared)
    with pytest.raises(Refused, match="is declared to be renamed from"):
        home.apply()


def test_what_a_renamed_view_loses_was_declared_by_the_name_before(home: Home) -> None:
    view = "{definition: SELECT id FROM t, triggers: {instead: {fires: instead of insert, function: instead()}}}"
    function = 'functions: {instead(): {returns: trigger, language: plpgsql, body: "BEGIN RETURN NULL; END"}}'
    table = "tables: {t: {columns: {id: integer}}}"
    home.declare(f"{table}\nviews: {{seen: {view}}}\n{function}").apply()
    home.declare(f"{table}\nviews: {{viewed: {{renamed_from: seen, definition: SELECT id FROM t}}}}").apply("all")
    assert home.verified()
    assert home.sql("SELECT count(*) FROM pg_trigger WHERE tgname = 'instead'") == [(0,)]
    assert home.sql("SELECT to_regproc('public.instead') IS NULL") == [(True,)]
