"""Array constructors under a cast: what is said in between, and what is left alone."""

from __future__ import annotations

import pytest

from bootstrap.dialects.postgresql.render.arrays import faithful

CASES = [
    ("a::text = ANY (ARRAY['x'::character varying, 'y'::character varying]::text[])",
     "a::text = ANY (ARRAY['x'::character varying, 'y'::character varying]::character varying[]::text[])"),
    ("((a)::text = ANY ((ARRAY['x'::character varying])::text[]))",
     "((a)::text = ANY ((ARRAY['x'::character varying]::character varying[])::text[]))"),
    ("a = ANY (ARRAY['x, ]'::character varying(5), 'it''s'::character varying(5)]::text[])",
     "a = ANY (ARRAY['x, ]'::character varying(5), 'it''s'::character varying(5)]::character varying[]::text[])"),
    ("b = ANY (ARRAY[1, -2]::numeric[])", "b = ANY (ARRAY[1, -2]::integer[]::numeric[])"),
    ("b = ANY (ARRAY[1.5]::double precision[])", "b = ANY (ARRAY[1.5]::numeric[]::double precision[])"),
]  # fmt: skip
ALONE = [
    "a = ANY (ARRAY['x'::text, 'y'::text])",
    "a = ANY (ARRAY['x'::text]::text[])",
    "ARRAY[]::text[]",
    "ARRAY[a, 'y'::character varying]::text[]",
    "ARRAY[now() - '1 day'::interval]::timestamp without time zone[]",
    "AS $$SELECT ARRAY['x'::character varying]::text[]$$",
    "AS $body$SELECT ARRAY['x'::character varying]::text[]$body$",
    "SELECT 'ARRAY[''x''::character varying]::text[]'",
    "a[1] = b[2]",
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_the_own_type_stands_between_constructor_and_cast(text: str, expected: str) -> None:
    assert faithful(text) == expected
    assert faithful(expected) == expected


@pytest.mark.parametrize("text", ALONE)
def test_everything_else_stays(text: str) -> None:
    assert faithful(text) == text
