"""What the scope leaves out is not changed by what changes beside it."""

from __future__ import annotations

import pytest

from tests.values.conftest import Home


@pytest.mark.parametrize("kind", ["integer", "bigint", "text"])
@pytest.mark.parametrize("more", ["", "added: integer, "])
@pytest.mark.parametrize("scope", ["scope: {schemas: [public]}", ""])
def test_a_child_table_out_of_scope_keeps_its_default(home: Home, kind: str, more: str, scope: str) -> None:
    """A default of the parent is not that of its children, also where the parent gets a column in the same ALTER."""
    home.as_master(
        "CREATE SCHEMA theirs; CREATE TABLE parent (id int, n int DEFAULT 1);"
        " CREATE TABLE theirs.child () INHERITS (public.parent)"
    )
    default = "'2'::text" if kind == "text" else "2"
    home.declare(
        f'tables: {{parent: {{columns: {{id: integer, n: {{type: {kind}, default: "{default}"}}, {more}}}}}}}',
        bootstrap_dot_yaml=f"version: 1\nengine: postgresql\n{scope}\n",
    )
    home.apply("all")
    assert home.verified()
    home.sql("INSERT INTO public.parent (id) VALUES (1); INSERT INTO theirs.child (id) VALUES (2)")
    assert home.sql("SELECT id, n::int FROM public.parent ORDER BY id") == [(1, 2), (2, 1)]


@pytest.mark.parametrize("kind", ["bigint", "text"])
@pytest.mark.parametrize("declared", [True, False])
def test_a_partition_keeps_its_default(home: Home, kind: str, *, declared: bool) -> None:
    """A partition has a default of its own, which counts where a row is inserted into it by name."""
    home.as_master(
        "CREATE TABLE parent (id int, n int DEFAULT 1) PARTITION BY LIST (id);"
        " CREATE TABLE part PARTITION OF parent (n DEFAULT 2) FOR VALUES IN (1);"
        " CREATE TABLE middle PARTITION OF parent FOR VALUES IN (2, 3) PARTITION BY LIST (id);"
        " ALTER TABLE middle ALTER n SET DEFAULT 3;"
        " CREATE TABLE deep PARTITION OF middle (n DEFAULT 4) FOR VALUES IN (2);"
        " CREATE TABLE other PARTITION OF middle FOR VALUES IN (3); ALTER TABLE other ALTER n DROP DEFAULT"
    )
    cast = "::text" if kind == "text" else ""

    def columns(default: int) -> str:
        value = f"'{default}'{cast}" if cast else str(default)
        return f'{{id: integer, n: {{type: {kind}, default: "{value}"}}}}'

    of = "{table: parent, bound: FOR VALUES IN (1)}"
    parts = f", part: {{partition_of: {of}, columns: {columns(2)}}}" if declared else ""
    home.declare(f"tables: {{parent: {{partition_by: {{method: list, keys: [id]}}, columns: {columns(1)}}}{parts}}}")
    home.apply("all")
    assert home.verified()
    home.sql(
        "INSERT INTO part (id) VALUES (1); INSERT INTO middle (id) VALUES (2);"
        " INSERT INTO deep (id) VALUES (2); INSERT INTO other (id) VALUES (3)"
    )
    assert home.sql("SELECT tableoid::regclass::text, n::int FROM parent ORDER BY 1, 2") == [
        ("deep", 3),
        ("deep", 4),
        ("other", None),
        ("part", 2),
    ]
