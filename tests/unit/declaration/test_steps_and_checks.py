"""Versioned steps, and assertions."""

from __future__ import annotations

import pytest

from bootstrap.declaration.model import Expectation, Phase
from bootstrap.sql.split import split_statements
from tests.unit.declaration.reading import problems, read

ROUTINE = """create procedure p() begin
  declare a int;
  if a > 0 then set a = case when a = 1 then 2 end; else set a = if(a, 1, 2); end if;
  while a < 9 do set a = a + 1; end while;
  begin select 'x;y'; end;
end"""


@pytest.mark.parametrize(
    ("engine", "text", "expected"),
    [
        ("postgresql", "select 1; select 2;\n", [("select 1", 1), ("select 2", 1)]),
        (
            "postgresql",
            "-- a;\n\nselect ';' /* ; */;\n;;\nselect 2",
            [("select ';' /* ; */", 3), ("select 2", 5)],
        ),
        (
            "postgresql",
            "do $$ begin a; b; end $$;\nselect E'\\';'",
            [("do $$ begin a; b; end $$", 1), ("select E'\\';'", 2)],
        ),
        (
            "postgresql",
            "select 1 /* a /* b; */ c; */; select 2",
            [("select 1 /* a /* b; */ c; */", 1), ("select 2", 1)],
        ),
        (
            "postgresql",
            "create function f() begin atomic select 1; select case when a then b end; end; select 2",
            [("create function f() begin atomic select 1; select case when a then b end; end", 1), ("select 2", 1)],
        ),
        ("postgresql", "begin; select 1; end;", [("begin", 1), ("select 1", 1), ("end", 1)]),
        (
            "postgresql",
            "create rule r as on insert to t do (select 1; select 2); select 3",
            [("create rule r as on insert to t do (select 1; select 2)", 1), ("select 3", 1)],
        ),
        ("mysql", f"{ROUTINE};\nselect 1", [(ROUTINE, 1), ("select 1", 7)]),
        (
            "mysql",
            f"select 1;\ndelimiter //\n{ROUTINE};\n//\ndelimiter ;\nselect 2;",
            [("select 1", 1), (f"{ROUTINE};", 3), ("select 2", 11)],
        ),
        (
            "mysql",
            "select 'a\\';b', \"c;\", `d;` # e;\n; select 2",
            [("select 'a\\';b', \"c;\", `d;` # e;", 1), ("select 2", 2)],
        ),
        (
            "mysql",
            "create table if not exists t (a int); insert into t values (1)",
            [("create table if not exists t (a int)", 1), ("insert into t values (1)", 1)],
        ),
        (
            "mysql",
            "select 2*/* no; */3; /*!40101 SET NAMES latin1 */;\n/*M!100100 select 1 */; /* no; */;"
            " /*! insert into t values (';') */;"
            "\n/*!50003 create trigger r before insert on t for each row begin set @a = 1; set @b = 2; end */",
            [
                ("select 2*/* no; */3", 1),
                ("/*!40101 SET NAMES latin1 */", 1),
                ("/*M!100100 select 1 */", 2),
                ("/*! insert into t values (';') */", 2),
                (
                    "/*!50003 create trigger r before insert on t for each row begin set @a = 1; set @b = 2; end */",
                    3,
                ),
            ],
        ),
    ],
)
def test_scripts_are_cut_into_statements(engine: str, text: str, expected: list[tuple[str, int]]) -> None:
    assert [(found.sql, found.line) for found in split_statements(text, engine)] == expected


def test_headers_and_order() -> None:
    found = read(
        steps__10_late_sql="select 1",
        steps__0002_early_sql="-- phase: before\n-- transaction: off\n-- description: why\n\nselect 1;\n-- phase: x",
        steps__0003_yaml_yaml="phase: before\nstatements:\n  - select 1; select 2\n  - |\n    select 3\n",
    ).steps
    facts = [(step.number, step.name, step.phase, step.transactional, step.description) for step in found]
    assert facts == [
        (2, "0002_early", Phase.BEFORE, False, "why"),
        (3, "0003_yaml", Phase.BEFORE, True, ""),
        (10, "10_late", Phase.AFTER, True, ""),
    ]
    assert [(item.sql, item.line) for item in found[1].statements] == [
        ("select 1", 3),
        ("select 2", 3),
        ("select 3", 4),
    ]


def test_the_checksum_is_of_the_file_whatever_its_line_endings_and_variables() -> None:
    main = "version: 1\nengine: postgresql\nvariables: {a: %s}\n"
    sums = {
        read(bootstrap_yaml=main % value, steps__1_a_sql=content).steps[0].checksum
        for value, content in (("1", "select\n${a}\n"), ("2", "select\r\n${a}\r\n"))
    }
    assert len(sums) == 1


def test_mistakes_in_steps() -> None:
    found = problems(
        steps__1_a_sql="-- phase: befor\nselect 1",
        steps__0001_b_sql="select 1",
        steps__x_sql="select 1",
        steps__2_c_sql="-- only a comment",
        steps__3_d_sql="-- fase: before\nselect 'a",
        steps__4_e_sql="a\0b",
        steps__5_f_yaml="phase: before",
    )
    assert [problem.split(": ")[0] + ": " + problem.split(": ")[1] for problem in found] == [
        "steps/1_a.sql:1: number 1 is taken by steps/0001_b.sql",
        "steps/1_a.sql:1: phase is befor",
        "steps/2_c.sql:1: the step has no statement",
        "steps/3_d.sql:1: fase is not known in a step's header",
        "steps/3_d.sql:2: this is not SQL",
        "steps/4_e.sql:1: a NUL character",
        "steps/5_f.yaml:1: steps/5_f.yaml lacks statements",
        "steps/x.sql:1: a step's name begins with its number",
    ]


@pytest.mark.parametrize(
    ("engine", "sql", "expected"),
    [
        ("postgresql", "begin", "begin begins or ends a transaction"),
        ("postgresql", "-- all of it\nBEGIN ISOLATION LEVEL SERIALIZABLE", "begins or ends a transaction"),
        ("postgresql", "commit", "commit begins or ends a transaction"),
        ("postgresql", "end", "end begins or ends a transaction"),
        ("postgresql", "rollback", "rollback begins or ends a transaction"),
        ("mysql", "start transaction", "start transaction begins or ends a transaction"),
        ("mysql", "set autocommit = 0", "set autocommit = begins or ends a transaction"),
        ("postgresql", "\\d contacts", "is a command of psql's own"),
        ("mysql", "use other", "changes the database of the rest of the run"),
        ("mysql", "/*!40000 use other */", "changes the database of the rest of the run"),
        ("mysql", "/*!50003 commit */", "begins or ends a transaction"),
        ("mysql", "/*! insert into t values (1)", "does not end"),
        ("postgresql", "copy t from stdin", "copy t from wants a client that sends the rows"),
    ],
)
@pytest.mark.parametrize("transaction", ["on", "off"])
def test_statements_that_no_step_can_hold(engine: str, sql: str, expected: str, transaction: str) -> None:
    text = f"-- transaction: {transaction}\nselect 1;\n{sql};\n"
    (found,) = problems(engine, steps__1_a_sql=text)
    assert found.startswith(f"steps/1_a.sql:{4 if sql.startswith('--') else 3}: ")
    assert expected in found


@pytest.mark.parametrize(
    ("engine", "sql"),
    [
        ("postgresql", "savepoint a; select 1; rollback to a; rollback work to savepoint a"),
        ("postgresql", "copy t from '/srv/rows.csv'"),
        ("mysql", "delimiter //\nbegin not atomic select 1; end //\ndelimiter ;\n"),
        ("mysql", "create procedure p() begin start transaction; commit; end"),
    ],
)
def test_statements_that_only_look_like_them(engine: str, sql: str) -> None:
    assert read(engine, steps__1_a_sql=sql).steps[0].statements


def test_checks() -> None:
    content = """checks:
  short: select true;
  none: {query: select 1 where false, expect: empty, message: there must be none}
  some: {query: select 1, expect: rows}
  two: {query: select 1, expect: {rows: 2}}
  five: {query: select 5, expect: {value: 5}}
  many: {query: select 5, expect: {at_least: 2.5}}
  wrong: {query: select false, expect: false}
"""
    found = read(checks_yaml=content).checks
    assert [(check.name, check.query, check.expect, check.value) for check in found] == [
        ("short", "select true", Expectation.TRUE, None),
        ("none", "select 1 where false", Expectation.EMPTY, None),
        ("some", "select 1", Expectation.ROWS, None),
        ("two", "select 1", Expectation.ROWS, "2"),
        ("five", "select 5", Expectation.VALUE, "5"),
        ("many", "select 5", Expectation.AT_LEAST, "2.5"),
        ("wrong", "select false", Expectation.VALUE, "false"),
    ]
    assert (found[1].message, str(found[1].position)) == ("there must be none", "checks.yaml:3")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("select true; drop table t", "check a is 2 statements"),
        ("select true; commit; drop table t", "check a is 3 statements"),
        ("commit", "check a: commit begins or ends a transaction"),
        ("-- nothing", "check a has no query"),
        ("select 'x", "check a is not SQL: the quote ' does not end"),
    ],
)
def test_a_check_is_one_query(query: str, expected: str) -> None:
    (found,) = problems(checks_yaml=f'checks:\n  a: "{query}"\n')
    assert found.startswith(f"checks.yaml:2: {expected}")


def test_mistakes_in_checks() -> None:
    found = problems(
        "postgresql",
        "dev",
        checks_yaml="checks:\n  a: ''\n  b: {query: x, expect: never}\n"
        "  c: {query: x, expect: {rows: 1, value: 2}}\n  d: select 1\n",
        environments__dev_yaml="checks: {d: select 1}",
    )
    assert [problem.split(": ")[1] for problem in found] == [
        "check a has no query", "expect is never", "expect says more than one thing, or nothing",
        "duplicate check d (first",
    ]  # fmt: skip
