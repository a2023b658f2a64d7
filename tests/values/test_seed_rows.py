"""Rows that seeds bring in or delete: whatever row security hides, and whatever other tables lose with them."""

from __future__ import annotations

import pytest

from bootstrap.problems import BootstrapError, DeclarationError, Refused
from tests.values.conftest import Home, values

_FORCED = """
tables:
  cfg:
    columns: {id: {type: integer, identity: by default}, tenant: text not null, v: text}
    primary_key: [id]
    row_security: true
    force_row_security: true
    policies:
      p_sel: {command: select, using: "tenant = current_setting('app.tenant', true)"}
      p_ins: {command: insert, check: "true"}
      p_upd: {command: update, using: "true"}
      p_del: {command: delete, using: "true"}
"""
_FORCE = "SELECT relforcerowsecurity FROM pg_class WHERE relname = 'cfg'"


def test_seeds_see_every_row_of_a_table_that_forces_row_security(home: Home) -> None:
    home.declare(_FORCED).apply()
    home.sql("INSERT INTO cfg (tenant, v) VALUES ('b', 'mine'), ('a', 'mine too')")
    home.declare(_FORCED, "seeds: {cfg: {mode: once, rows: [{tenant: a, v: one}]}}")
    home.apply()
    assert home.sql("SELECT tenant, v FROM cfg ORDER BY id") == [("b", "mine"), ("a", "mine too")]
    home.declare(_FORCED, "seeds: {cfg: {mode: upsert, rows: [{id: 9, tenant: c, v: up}, {id: 1, tenant: b, v: new}]}}")
    assert [(item.counts.inserted, item.counts.updated) for item in home.plan().seeds if item.counts] == [(1, 1)]
    home.apply()
    assert home.verified()
    assert home.apply().outcome == "unchanged"
    home.sql("INSERT INTO cfg (tenant) VALUES ('d')")  # behind the id that was seeded, or this fails
    home.declare(_FORCED, "seeds: {cfg: {mode: sync, delete_limit: 9, rows: [{id: 9, tenant: a, v: one}]}}")
    home.apply()
    assert home.sql("SELECT id, tenant, v FROM cfg") == [(9, "a", "one")]
    assert home.verified()
    assert home.sql(_FORCE) == [(True,)]
    home.sql("INSERT INTO cfg (tenant, v) VALUES ('hidden', 'by hand')")
    assert not home.verified()


def test_rows_that_the_account_may_not_see_are_an_error(home: Home) -> None:
    other = home.role()
    home.sql(
        "CREATE TABLE cfg (id int PRIMARY KEY, tenant text NOT NULL)", "INSERT INTO cfg VALUES (1, 'b')",
        f"ALTER TABLE cfg OWNER TO {other}; ALTER TABLE cfg ENABLE ROW LEVEL SECURITY;"
        f" CREATE POLICY p ON cfg USING (tenant = 'a'); GRANT ALL ON cfg TO {home.master}",
    )  # fmt: skip
    schema = """
        tables:
          cfg:
            columns: {id: integer not null, tenant: text not null}
            primary_key: [id]
            row_security: true
            policies: {p: {using: "tenant = 'a'"}}
        """
    home.declare(schema, "seeds: {cfg: {mode: sync, rows: [{id: 2, tenant: a}]}}")
    with pytest.raises(BootstrapError, match="row-level security"):
        home.apply()
    assert home.sql("SELECT * FROM cfg") == [(1, "b")]


_PLANS = """
tables:
  plan: {columns: {code: text not null}, primary_key: [code]}
  customer:
    columns: {id: integer not null, plan: text, other: text, fallback: text default 'free'}
    primary_key: [id]
    foreign_keys:
      cp: {columns: [plan], references: plan(code), on_delete: cascade}
      co: {columns: [other], references: plan(code), on_delete: set null}
      cf: {columns: [fallback], references: plan(code), on_delete: set default}
"""
_ORDERS = "CREATE TABLE orders (id int, customer int REFERENCES customer (id) ON DELETE CASCADE)"  # never declared


def _sold(home: Home) -> None:
    seeds = "seeds: {plan: {mode: sync, rows: [{code: free}, {code: old}, {code: gold}]}}"
    home.declare(_PLANS, seeds).apply()
    home.as_master(_ORDERS)
    home.sql(
        "INSERT INTO customer VALUES (1, 'old', NULL, NULL), (2, 'free', 'old', NULL), (3, 'free', NULL, 'old'),"
        " (4, 'gold', 'free', 'gold')",
        "INSERT INTO orders VALUES (11, 1), (12, 1), (13, 2)",
    )


def test_rows_of_other_tables_are_counted_at_the_gate(home: Home) -> None:
    _sold(home)
    home.declare(_PLANS, "seeds: {plan: {mode: sync, rows: [{code: free}, {code: gold}]}}")
    report = home.plan()
    words = {hazard.permission: hazard.message for hazard in report.refused}
    assert set(words) == {"data_loss:public.customer", "data_loss:public.orders"}
    assert "deletes 2 rows of public.orders" in words["data_loss:public.orders"]
    messages = [hazard.message for hazard in report.plan.hazards]
    assert [word for word in ("deletes 1 row of", "empties", "resets") if not any(word in m for m in messages)] == []
    with pytest.raises(Refused, match="nothing was changed"):
        home.apply("data_loss:public.orders")
    assert home.sql("SELECT count(*) FROM plan") == [(3,)]
    home.apply("data_loss:public.orders", "data_loss:public.customer")
    assert home.sql("SELECT id, plan, other, fallback FROM customer ORDER BY id") == [
        (2, "free", None, None), (3, "free", None, "free"), (4, "gold", "free", "gold"),
    ]  # fmt: skip
    assert values(home.sql("SELECT id FROM orders")) == [13]


def test_a_foreign_key_of_this_very_plan_counts_too(home: Home) -> None:
    home.declare(
        "tables: {p: {columns: {k: text not null}, primary_key: [k]}, c: {columns: {p: text}}}",
        "seeds: {p: {mode: sync, rows: [{k: a}, {k: b}, {k: c}]}}",
    ).apply()
    home.sql("INSERT INTO c VALUES ('a'), ('a')")
    home.declare(
        """
        tables:
          p: {columns: {k: text not null}, primary_key: [k]}
          c: {columns: {p: text}, foreign_keys: {f: {columns: [p], references: p(k), on_delete: cascade}}}
        """,
        "seeds: {p: {mode: sync, rows: [{k: b}, {k: c}]}}",
    )
    with pytest.raises(Refused, match=r"deletes 2 rows of public\.c .*\n.*\n.*data_loss:public\.c"):
        home.apply()
    assert home.sql("SELECT (SELECT count(*) FROM c), (SELECT count(*) FROM p)") == [(2, 3)]
    home.apply("data_loss:public.c")
    assert home.verified()


@pytest.mark.parametrize(
    ("there", "declared", "limit", "allowed"),
    [
        (4, 2, "", True),
        (4, 1, "", False),
        (100, 90, "", True),
        (100, 89, "", False),
        (100, 1, ", delete_limit: 99", True),
        (4, 3, ", delete_limit: 0", False),
    ],
)
def test_a_seed_deletes_so_many_rows_unasked(home: Home, there: int, declared: int, limit: str, allowed: bool) -> None:
    schema = "tables: {t: {columns: {k: integer not null}, primary_key: [k]}}"
    rows = ", ".join(f"{{k: {number}}}" for number in range(declared))
    home.as_master(f"CREATE TABLE t (k int PRIMARY KEY); INSERT INTO t SELECT generate_series(0, {there - 1})")
    home.declare(schema, f"seeds: {{t: {{mode: sync{limit}, rows: [{rows}]}}}}")
    if not allowed:
        with pytest.raises(Refused, match=rf"deletes {there - declared} of {there} rows .*\({declared}[;)]"):
            home.apply()
        assert home.sql("SELECT count(*) FROM t") == [(there,)]
    home.apply(*([] if allowed else ["data_loss:public.t"]))
    assert home.sql("SELECT count(*) FROM t") == [(declared,)]


def test_a_table_that_refers_to_itself(home: Home) -> None:
    schema = """
        tables:
          t:
            columns: {k: integer not null, up: integer}
            primary_key: [k]
            foreign_keys: {f: {columns: [up], references: t(k), on_delete: cascade}}
        """
    home.declare(schema).apply()
    home.sql("INSERT INTO t VALUES (1, NULL), (2, 1), (3, 2), (4, NULL), (5, NULL)")
    home.declare(schema, "seeds: {t: {mode: sync, rows: [{k: 2}, {k: 3}, {k: 4}, {k: 5}]}}")
    assert [hazard.permission for hazard in home.plan().refused] == ["data_loss:public.t"]


def _positions(deferrable: str = "") -> str:
    return f"""
        tables:
          o:
            columns: {{id: integer not null, pos: integer not null}}
            primary_key: [id]
            unique: {{o_pos: {{columns: [pos]{deferrable}}}}}
        """


def test_rows_that_exchange_a_unique_value(home: Home) -> None:
    there, then = ("[{id: 1, pos: 1}, {id: 2, pos: 2}]", "[{id: 1, pos: 2}, {id: 2, pos: 1}]")
    home.declare(_positions(), f"seeds: {{o: {{mode: sync, rows: {there}}}}}").apply()
    home.declare(_positions(), f"seeds: {{o: {{mode: sync, rows: {then}}}}}")
    with pytest.raises(BootstrapError, match=r"o_pos.*deferrable: true"):
        home.apply()
    home.declare(_positions(", deferrable: true"), f"seeds: {{o: {{mode: sync, rows: {then}}}}}").apply()
    assert home.sql("SELECT id, pos FROM o ORDER BY id") == [(1, 2), (2, 1)]


@pytest.mark.parametrize("index", ["{columns: ['lower(k)'], unique: true}", "{columns: [k], unique: true, where: a}"])
def test_a_key_that_is_unique_in_part_is_refused_by_name(home: Home, index: str) -> None:
    home.declare(
        f"tables: {{t: {{columns: {{k: text, a: boolean}}, indexes: {{i: {index}}}}}}}",
        "seeds: {t: {mode: upsert, key: [k], rows: [{k: x}]}}",
    )
    with pytest.raises(DeclarationError, match=r"seeds/s\.yaml:1: key: k is not unique in t \(the unique index i is"):
        home.plan()
