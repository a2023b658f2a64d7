"""Pieces of SQL that would make another statement of the one they stand in."""

from __future__ import annotations

import pytest

from tests.unit.declaration.reading import problems, read


@pytest.mark.parametrize(
    ("column", "fault"),
    [
        ('c: "int) ; drop table t"', "type of column {}.c: the bracket ) was not opened"),
        ('c: {type: int, default: "1); drop table t; select (1"}', "default of column {}.c: the bracket ) was"),
        ('c: {type: int, default: "1, drop column id"}', "default of column {}.c: a comma outside of parentheses"),
        ('c: {type: int, default: "1 -- not null"}', "default of column {}.c: a comment at the end"),
        ('c: {type: int, default: "\'1"}', "default of column {}.c: the quote ' does not end"),
        ('c: {type: int, generated: "1) stored, d int as (2"}', "expression of column {}.c: the bracket ) was not"),
    ],
)
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_is_refused_at_the_column(column: str, fault: str, engine: str) -> None:
    found = problems(engine, schema__a_yaml=f"tables:\n  t:\n    columns:\n      id: int\n      {column}\n")
    table = "public.t" if engine == "postgresql" else "t"
    assert [problem for problem in found if problem.startswith(f"schema/a.yaml:5: {fault.format(table)}")], found


@pytest.mark.parametrize(
    ("engine", "extra", "fault"),
    [
        ("postgresql", 'checks: {k: "true), constraint x check (false"}', "expression of check constraint public.t.k"),
        ("postgresql", 'indexes: {k: {columns: [id], where: "id > 0; drop table t"}}', "where of index public.t.k"),
        ("postgresql", 'policies: {k: {using: "true) with check (false"}}', "using of policy public.t.k"),
        ("mysql", 'engine: "InnoDB; drop table t"', "engine of table t"),
        ("mysql", 'charset: "utf8mb4; drop table t"', "charset of table t"),
        ("mysql", 'options: {row_format: "dynamic, drop column id"}', "option row_format of table t"),
    ],
)
def test_is_refused_beside_the_columns(engine: str, extra: str, fault: str) -> None:
    found = problems(engine, schema__a_yaml=f"tables:\n  t:\n    columns:\n      id: int\n    {extra}\n")
    assert [problem for problem in found if f": {fault}: " in problem], found


def test_a_view_is_one_statement() -> None:
    (found,) = problems(schema__a_yaml="views:\n  v: select 1; drop table t\n")
    assert found.startswith("schema/a.yaml:2: definition of view public.v: a semicolon ends the statement")


def test_what_is_inside_of_quotes_brackets_and_bodies_is_left_alone() -> None:
    read(
        schema__a_yaml="""
tables:
  t:
    comment: "; ) -- '"
    columns:
      id: int
      a: {type: "numeric(10, 2)", default: "coalesce(1, 2)"}
      b: {type: text, default: "'); drop table t; -- '"}
      '"c);': {type: "text[]", default: "'{a,b}'"}
    checks:
      'k; --': "a > 0 -- not\\n and a < 5"
    rules:
      r: on update to t do also (insert into u values (1); delete from u)
views:
  v: select 1 -- the only one
functions:
  f(): {returns: void, language: sql, body: "select 1; select 2; -- end"}
"""
    )


@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_a_comment_that_ends_itself_swallows_nothing(engine: str) -> None:
    read(engine, schema__a_yaml="tables: {t: {columns: {id: {type: int, default: '1 /* -- # */'}}}}")
