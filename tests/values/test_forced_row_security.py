"""Queries of the server's own over tables that force row security on their owner: they see every row, or fail."""

from __future__ import annotations

import pytest

from bootstrap.problems import StatementError
from tests.values.conftest import Home

_HIDDEN = """
    row_security: true
    force_row_security: true
    policies: {p: {using: "tenant = current_setting('app.tenant', true)"}}
"""
_PEOPLE = f"""
tables:
  people:
    columns: {{id: integer not null, tenant: text not null}}
    primary_key: [id]{_HIDDEN}"""
_ORDERS = f"""
  orders:
    columns: {{id: integer not null, person: integer, tenant: text not null}}
    primary_key: [id]{_HIDDEN}"""
_KEY = "    foreign_keys: {orders_person: {columns: [person], references: people(id)}}\n"
_BIGGER = (_PEOPLE + _ORDERS).replace("id: integer", "id: bigint").replace("person: integer", "person: bigint") + _KEY
_VIEW = 'materialized_views: {counted: {definition: "SELECT tenant, count(*) AS n FROM orders GROUP BY tenant"}}\n'
_FORCED = "SELECT count(*) FROM pg_class WHERE relname IN ('people', 'orders') AND relforcerowsecurity"


def filled(home: Home, person: int) -> Home:
    """Both tables with rows that no session sees without saying its tenant."""
    home.declare(_PEOPLE + _ORDERS).apply()
    home.sql("INSERT INTO people VALUES (1, 'a'), (2, 'b')", "INSERT INTO orders VALUES (10, 1, 'a')")
    home.sql(f"INSERT INTO orders VALUES (20, {person}, 'b')")
    return home


def test_a_foreign_key_holds_for_rows_that_are_hidden(home: Home) -> None:
    filled(home, person=2).declare(_PEOPLE + _ORDERS + _KEY).apply("all")
    assert home.sql("SELECT convalidated FROM pg_constraint WHERE conname = 'orders_person'") == [(True,)]
    home.declare(_BIGGER).apply("all")  # the server checks the key again
    assert home.verified()
    assert home.sql(_FORCED) == [(2,)]


def test_a_hidden_row_that_breaks_a_foreign_key_is_found(home: Home) -> None:
    filled(home, person=3).declare(_PEOPLE + _ORDERS + _KEY)
    with pytest.raises(StatementError, match=r"\(person\)=\(3\) is not present"):
        home.apply("all")
    assert home.sql(_FORCED) == [(2,)]


def test_a_materialized_view_is_filled_with_rows_that_are_hidden(home: Home) -> None:
    filled(home, person=2).declare(_PEOPLE + _ORDERS + "\n" + _VIEW).apply("all")
    assert sorted(home.sql("SELECT tenant, n FROM counted")) == [("a", 1), ("b", 1)]
    assert home.sql(_FORCED) == [(2,)]
