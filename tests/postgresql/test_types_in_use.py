"""Types and collations that are made anew while columns are of them: each value is the same one of the new type."""

from __future__ import annotations

import pytest

from bootstrap.hazards import HazardKind
from tests.postgresql.conftest import Places

AS_SUPERUSER = "only a superuser renames the constructor functions of a range type that is recreated"


_ROWS = "CREATE TYPE c AS (x int, y text); CREATE TABLE t (a c, b c[])"
_NESTED = (
    " CREATE DOMAIN d AS c; CREATE TYPE k AS (m c, n d[], o date); CREATE TABLE t (a k, b k[], e d);"
    " CREATE VIEW v AS SELECT (a).m FROM t; CREATE FUNCTION f(k) RETURNS d LANGUAGE sql AS 'SELECT (($1).n)[1]'"
)
_RANGES = (
    " CREATE DOMAIN d AS r; CREATE TYPE k AS (m r_multirange); CREATE TABLE t (a r, b r_multirange, c r[], d d, e k,"
    " EXCLUDE USING gist (a WITH &&)); CREATE VIEW v AS SELECT * FROM t WHERE a = r(1, 2)"
)
_SORTED = (
    " CREATE DOMAIN d AS text COLLATE k; CREATE TYPE c AS (x text COLLATE k); CREATE TYPE r AS RANGE (subtype = text,"
    " collation = k); CREATE TABLE t (a text COLLATE k DEFAULT 'x' PRIMARY KEY, b c, c d, d r, CHECK (a < 'x' COLLATE"
    " k)); CREATE INDEX i ON t (c COLLATE k); CREATE VIEW v AS SELECT a FROM t; CREATE TABLE u (a text COLLATE k"
    " REFERENCES t)"
)
_PARTITIONED = (
    " CREATE DOMAIN d AS e; CREATE TABLE t (a e, b e, c d, PRIMARY KEY (a, b)) PARTITION BY LIST (a); CREATE TABLE t1"
    " PARTITION OF t FOR VALUES IN ('1') PARTITION BY LIST (b); CREATE TABLE t11 PARTITION OF t1 DEFAULT;"
    " CREATE TABLE t2 PARTITION OF t DEFAULT; CREATE TABLE u (a e, b e, FOREIGN KEY (a, b) REFERENCES t)"
)
_BY_TEXT = (
    " CREATE TABLE t (a text COLLATE k, b int) PARTITION BY RANGE (a); CREATE TABLE t1 PARTITION OF t FOR VALUES"
    " FROM ('a') TO ('c'); CREATE TABLE t2 PARTITION OF t DEFAULT"
)

# name, before, rows, after, the rows of all columns as text then
CASES = [
    ("rows in a column and in arrays get other attributes, in another order", _ROWS,
     "('(1,\"it, s\")', '{\"(2,y)\",NULL,\"(,)\"}'), ('(,)', '{}'), (NULL, NULL)",
     "CREATE TYPE c AS (y varchar(9), z date, x bigint); CREATE TABLE t (a c, b c[])",
     [("(\"it, s\",,1)", '{"(y,,2)",NULL,"(,,)"}'), ("(,,)", "{}"), (None, None)]),
    ("rows keep their places in arrays of any shape when only a type changes", _ROWS,
     "('(1,)', '[0:1]={\"(2,y)\",\"(3,)\"}'), (NULL, '{{\"(4,)\"},{\"(5,)\"}}')",
     "CREATE TYPE c AS (x bigint, y text); CREATE TABLE t (a c, b c[])",
     [("(1,)", '[0:1]={"(2,y)","(3,)"}'), (None, '{{"(4,)"},{"(5,)"}}')]),
    ("attributes are converted as columns are",
     "CREATE TYPE c AS (x timestamp, y numeric, z boolean); CREATE TABLE t (a c, b c[])",
     "('(2020-01-02 03:04:05,1.5,t)', '{\"(2020-01-02 03:04:05,2.5,f)\"}')",
     "CREATE TYPE c AS (x date, y int, z int); CREATE TABLE t (a c, b c[])",
     [("(2020-01-02,2,1)", '{"(2020-01-02,3,0)"}')]),
    ("rows inside of rows, of domains and of arrays", f"CREATE TYPE c AS (x int, y text);{_NESTED}",
     "('(\"(1,a)\",\"{\"\"(2,b)\"\"}\",2020-01-02)', NULL, '(7,)'),"
     " ('(,,)', ARRAY[ROW(ROW(3, 'c'), NULL, NULL), NULL]::k[], NULL)",
     f"CREATE TYPE c AS (y text, x int);{_NESTED}",
     [('("(a,1)","{""(b,2)""}",2020-01-02)', None, "(,7)"), ("(,,)", '{"(\\"(c,3)\\",,)",NULL}', None)]),
    ("attributes of what no column stores change places",
     "CREATE TYPE c AS (x int, y text); CREATE TABLE t (a int); CREATE FUNCTION f(c) RETURNS c LANGUAGE sql"
     " AS 'SELECT $1'", "(1)",
     "CREATE TYPE c AS (y text, n int, x int); CREATE TABLE t (a int); CREATE FUNCTION f(c) RETURNS c LANGUAGE sql"
     " AS 'SELECT $1'", [("1",)]),
    ("a type of rows changes places under a typed table",
     "CREATE TYPE k AS (a int, b text); CREATE TABLE t OF k; CREATE TABLE u (x k)", "(1, 'x')",
     "CREATE TYPE k AS (b text, a int); CREATE TABLE t OF k; CREATE TABLE u (x k)", [("x", "1")]),
    ("a range is of another type", f"CREATE TYPE r AS RANGE (subtype = integer);{_RANGES}",
     "('[1,2)', '{[1,2),[5,7)}', '{\"[1,3)\",NULL}', '(,)', '(\"{[1,2)}\")')",
     f"CREATE TYPE r AS RANGE (subtype = bigint);{_RANGES}",
     [("[1,2)", "{[1,2),[5,7)}", '{"[1,3)",NULL}', "(,)", '("{[1,2)}")')]),
    ("several ranges get another name",
     "CREATE TYPE r AS RANGE (subtype = float8); CREATE TABLE t (a r)", "('[1,2]')",
     "CREATE TYPE r AS RANGE (subtype = float8, subtype_diff = float8mi, multirange_type_name = \"All r\");"
     " CREATE TABLE t (a r, b \"All r\")", [("[1,2]", None)]),
    ("a collation sorts in another way", f"CREATE COLLATION k (locale = 'C');{_SORTED}",
     "('a', '(b)', 'c', '[d,e]')", f"CREATE COLLATION k (locale = 'POSIX');{_SORTED}", [("a", "(b)", "c", "[d,e]")]),
    ("an enum under partition keys loses a label", f"CREATE TYPE e AS ENUM ('1', '2', '3');{_PARTITIONED}",
     "('1', '2', '1'), ('2', '2', NULL)", f"CREATE TYPE e AS ENUM ('2', '1');{_PARTITIONED}",
     [("1", "2", "1"), ("2", "2", None)]),
    ("a collation under a partition key", f"CREATE COLLATION k (locale = 'C');{_BY_TEXT}", "('b', 1), ('d', 2)",
     f"CREATE COLLATION k (locale = 'POSIX');{_BY_TEXT}", [("b", "1"), ("d", "2")]),
    ("an enum loses a label below rows that change at the same time",
     "CREATE TYPE e AS ENUM ('1', '2', '3'); CREATE TYPE c AS (x e, y int); CREATE TABLE t (a c[], b c)",
     "('{\"(1,5)\"}', '(2,6)')",
     "CREATE TYPE e AS ENUM ('2', '1'); CREATE TYPE c AS (y text, x e); CREATE TABLE t (a c[], b c)",
     [('{"(5,1)"}', "(6,2)")]),
    ("a moved column keeps its storage and compression",
     "CREATE DOMAIN d AS text; CREATE TABLE t (a d, b d COMPRESSION pglz); ALTER TABLE t ALTER a SET STORAGE EXTERNAL",
     "('x', 'y')",
     "CREATE DOMAIN d AS varchar; CREATE TABLE t (a d, b d COMPRESSION pglz); ALTER TABLE t ALTER a SET STORAGE"
     " EXTERNAL", [("x", "y")]),
]  # fmt: skip


@pytest.mark.parametrize(("before", "rows", "after", "expected"), [case[1:] for case in CASES],
                         ids=[case[0] for case in CASES])  # fmt: skip
def test_every_value_is_one_of_the_new_type(
    places: Places, before: str, rows: str, after: str, expected: list[tuple[str | None, ...]]
) -> None:
    desired = places.make(after).catalog()
    place = places.make(f"{before}; INSERT INTO t VALUES {rows}")
    place.run(place.plan(desired))
    assert place.plan(desired) == []
    names = [name for (name,) in place.session.query(
        "SELECT attname::text FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 AND NOT attisdropped"
        " ORDER BY attnum")]  # fmt: skip
    found = place.session.query(f"SELECT {', '.join(f'{name}::text' for name in names)} FROM t")
    assert sorted(found, key=str) == sorted(expected, key=str)
    left = "SELECT count(*) FROM {} WHERE {} LIKE '%db_bootstrap%'"
    assert place.session.query(left.format("pg_type", "typname")) == [(0,)]
    assert place.session.query(left.format("pg_proc", "proname")) == [(0,)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("CREATE TYPE x AS RANGE (subtype = int4)", "CREATE TYPE x AS RANGE (subtype = int8)"),
        ("CREATE COLLATION k (locale = 'C'); CREATE DOMAIN x AS text COLLATE k",
         "CREATE COLLATION k (locale = 'POSIX'); CREATE DOMAIN x AS text COLLATE k"),
        ("CREATE TYPE x AS (a int, b text)", "CREATE TYPE x AS (b text, a int)"),
    ],
)  # fmt: skip
def test_what_it_costs_is_said(places: Places, before: str, after: str) -> None:
    desired = places.make(f"{after}; CREATE TABLE t (a x)").catalog()
    place = places.make(f"{before}; CREATE TABLE t (a x); INSERT INTO t SELECT NULL FROM generate_series(1, 3)")
    hazards = place.planned(desired).hazards
    assert [(hazard.kind, hazard.blocking) for hazard in hazards] == [(HazardKind.TABLE_REWRITE, True)]
