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
