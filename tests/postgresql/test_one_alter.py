"""The changes of one table are one ALTER TABLE, which rewrites the table once; what must be apart stays apart."""

from __future__ import annotations

import pytest

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.plan.context import TableSize
from tests.postgresql.conftest import Places

T = (
    "CREATE TABLE t (id int NOT NULL, a int, b varchar(9), c text, d int CONSTRAINT low CHECK (d < 100),"
    " CONSTRAINT u UNIQUE (a)"
)
ROWS = "INSERT INTO t VALUES (1, 10, 'x', 'one', 5), (2, 20, 'y', 'two', 6)"

LOW, HIGH = "CONSTRAINT low CHECK (d < 100)", "CONSTRAINT high CHECK (d > 0)"
UNIQUE = "CONSTRAINT u UNIQUE (a)"
# The columns that are wanted, and how many ALTER TABLE statements that takes.
CHANGES = {
    "three types": (f"id bigint NOT NULL, a bigint, b varchar(9), c text, d bigint {LOW}, {UNIQUE}", 1),
    "types, a numbered column, and less": ("id bigint NOT NULL, a int, b text, d numeric, n bigserial", 1),
    "what is checked, with a new type": (
        f"id bigint NOT NULL, a int NOT NULL, b varchar(9) NOT NULL, c text, d int {HIGH}, {UNIQUE}", 1,
    ),
    # added unchecked, validated while others write, demanded without a look at the rows; the helpers are dropped
    "what is checked": (f"id int NOT NULL, a int NOT NULL, b varchar(9) NOT NULL, c text, d int {HIGH}, {UNIQUE}", 4),
    "defaults": (
        f"id int NOT NULL DEFAULT 7, a int DEFAULT 1, b varchar(9), c text, d int {LOW}, e int DEFAULT 5, {UNIQUE}", 1,
    ),
    "a column in place of another of its name": (
        f"id int NOT NULL, a int, b varchar(9), c int GENERATED ALWAYS AS (id * 2) STORED, d bigint {LOW}, {UNIQUE}", 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_table_is_changed_with_one_alter_table(places: Places, change: str) -> None:
    columns, alters = CHANGES[change]
    desired = places.make(f"CREATE TABLE t ({columns})").catalog()
    place = places.make(f"{T}); {ROWS}")
    statements = place.plan(desired, sizes={Ref(Kind.TABLE, "public", "t"): TableSize(2, 100)})
    assert len([one.sql for one in statements if one.sql.startswith("ALTER TABLE")]) == alters
    place.run(statements)
    assert place.plan(desired) == []
    assert place.session.query("SELECT id::int, a::int, b::text FROM t ORDER BY id") == [(1, 10, "x"), (2, 20, "y")]


def test_what_a_view_holds_up_is_rewritten_with_the_rest_in_one_transaction(places: Places) -> None:
    view = "; CREATE VIEW v AS SELECT d FROM t"
    desired = places.make("CREATE TABLE t (id bigint NOT NULL, a bigint, b text, c text, d bigint)" + view).catalog()
    place = places.make(f"{T}); {ROWS}{view}")
    plan = place.planned(desired)
    [rewriting] = [one for one in plan.operations if any("TYPE bigint" in text.sql for text in one.statements)]
    texts = [statement.sql.split(" ")[0] for statement in rewriting.statements]
    assert (texts[:3], rewriting.atomic) == (["DROP", "ALTER", "CREATE"], True)
    place.run(list(plan.statements))
    assert place.plan(desired) == []
    assert place.session.query("SELECT sum(id), sum(a) FROM t") == [(3, 30)]


def test_foreign_keys_and_keys_of_a_table_in_use_stay_apart(places: Places) -> None:
    parent = "CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p VALUES (10), (20);"
    wanted = "CREATE TABLE t (id int NOT NULL PRIMARY KEY, a int REFERENCES p, b varchar(9), c text, d int, e int)"
    desired = places.make(f"{parent} {wanted}").catalog()
    place = places.make(f"{parent} {T}); {ROWS}")
    statements = place.plan(desired)
    assert [one.apart for one in statements if "REFERENCES" in one.sql or "VALIDATE" in one.sql] == [False, True]
    assert not [one for one in statements if "REFERENCES" in one.sql and "," in one.sql.partition("REFERENCES")[0]]
    assert [one for one in statements if "CONCURRENTLY" in one.sql and not one.transactional]
    place.run(statements)
    assert place.plan(desired) == []


def test_the_default_of_a_parent_is_set_apart_from_what_reaches_its_children(places: Places) -> None:
    tables = "CREATE TABLE t (a int, b int {}); CREATE TABLE child () INHERITS (t)"
    wanted = tables.format("DEFAULT 3, c int NOT NULL DEFAULT 4")
    desired = places.make(f"{wanted}; ALTER TABLE child ALTER b DROP DEFAULT").catalog()
    place = places.make(tables.format(""))
    statements = place.plan(desired)
    assert "ALTER TABLE ONLY public.t ALTER COLUMN b SET DEFAULT 3" in [one.sql for one in statements]
    place.run(statements)
    assert place.plan(desired) == []
