"""Single changes: that the rows stay, that the way is the safe one, and what is said about it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.dialects.base import ServerError
from bootstrap.hazards import HazardKind
from bootstrap.plan.context import TableSize
from bootstrap.plan.statement import Plan
from tests.postgresql.conftest import Places

_TABLE = Ref(Kind.TABLE, "public", "t")

# name, before, rows, after, the rows as they are then
CHANGES = [
    ("widen", "CREATE TABLE t (a varchar(5))", "('x')", "CREATE TABLE t (a varchar(9))", [("x",)]),
    ("text to integer", "CREATE TABLE t (a text)", "('12')", "CREATE TABLE t (a integer)", [(12,)]),
    ("integer to text with default", "CREATE TABLE t (a int DEFAULT 5)", "(DEFAULT)",
     "CREATE TABLE t (a text DEFAULT 'five')", [("5",)]),
    ("boolean to integer", "CREATE TABLE t (a boolean)", "(true)", "CREATE TABLE t (a bigint)", [(1,)]),
    ("scalar to array", "CREATE TABLE t (a int)", "(1), (NULL)", "CREATE TABLE t (a int[])", [([1],), (None,)]),
    ("array to scalar", "CREATE TABLE t (a text[])", "('{x,y}')", "CREATE TABLE t (a varchar(3)[])", [(["x", "y"],)]),
    ("moment to number", "CREATE TABLE t (a timestamptz)", "('1970-01-02 00:00+00')", "CREATE TABLE t (a bigint)",
     [(86400,)]),
    ("not null", "CREATE TABLE t (a int)", "(1)", "CREATE TABLE t (a int NOT NULL)", [(1,)]),
    ("nullable", "CREATE TABLE t (a int NOT NULL)", "(1)", "CREATE TABLE t (a int)", [(1,)]),
    ("check", "CREATE TABLE t (a int)", "(1)", "CREATE TABLE t (a int CONSTRAINT c CHECK (a > 0))", [(1,)]),
    ("primary key", "CREATE TABLE t (a int)", "(1)", "CREATE TABLE t (a int CONSTRAINT k PRIMARY KEY)", [(1,)]),
    ("no primary key", "CREATE TABLE t (a int PRIMARY KEY)", "(1)", "CREATE TABLE t (a int)", [(1,)]),
    ("unique", "CREATE TABLE t (a int)", "(1)", "CREATE TABLE t (a int UNIQUE DEFERRABLE)", [(1,)]),
    ("generated to plain", "CREATE TABLE t (b int, a int GENERATED ALWAYS AS (b * 2) STORED)", "(4)",
     "CREATE TABLE t (b int, a int)", [(8,)]),
    ("generated differently", "CREATE TABLE t (b int, a int GENERATED ALWAYS AS (b * 2) STORED)", "(4)",
     "CREATE TABLE t (b int, a int GENERATED ALWAYS AS (b * 3) STORED)", [(12,)]),
    ("enum grows in the middle", "CREATE TYPE e AS ENUM ('a', 'c'); CREATE TABLE t (a e)", "('c')",
     "CREATE TYPE e AS ENUM ('0', 'a', 'b', 'c', 'd'); CREATE TABLE t (a e)", [("c",)]),
    ("enum shrinks under a default, a view and a check",
     "CREATE TYPE e AS ENUM ('a', 'b', 'c'); CREATE TABLE t (a e DEFAULT 'a' CHECK (a <> 'b'));"
     " CREATE VIEW v AS SELECT a FROM t WHERE a = 'a'", "('c')",
     "CREATE TYPE e AS ENUM ('c', 'a'); CREATE TABLE t (a e DEFAULT 'a' CHECK (a <> 'a'));"
     " CREATE VIEW v AS SELECT a FROM t WHERE a = 'a'", [("c",)]),
    ("type under a view, a rule and a function",
     "CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t; CREATE MATERIALIZED VIEW m AS SELECT a FROM v;"
     " CREATE FUNCTION f() RETURNS bigint BEGIN ATOMIC SELECT max(a) FROM t; END", "(1)",
     "CREATE TABLE t (a bigint); CREATE VIEW v AS SELECT a FROM t; CREATE MATERIALIZED VIEW m AS SELECT a FROM v;"
     " CREATE FUNCTION f() RETURNS bigint BEGIN ATOMIC SELECT max(a) FROM t; END", [(1,)]),
    ("domain with another base", "CREATE DOMAIN d AS int; CREATE TABLE t (a d)", "(1)",
     "CREATE DOMAIN d AS bigint CHECK (VALUE > 0); CREATE TABLE t (a d)", [(1,)]),
    ("partitioned", "CREATE TABLE t (a int PRIMARY KEY, b text); CREATE INDEX i ON t (b)", "(1, 'x')",
     "CREATE TABLE t (a int PRIMARY KEY, b text) PARTITION BY RANGE (a); CREATE INDEX i ON t (b);"
     " CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (9)", [(1,)]),
    ("partitioned no more",
     "CREATE TABLE t (a int PRIMARY KEY, b text) PARTITION BY RANGE (a);"
     " CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (9)", "(1, 'x')",
     "CREATE TABLE t (a int PRIMARY KEY, b text)", [(1,)]),
    ("a partition becomes a table of its own",
     "CREATE TABLE p (a int UNIQUE, b text, CONSTRAINT k CHECK (a > 0)) PARTITION BY LIST (a); CREATE INDEX i ON p (b);"
     " CREATE TABLE t PARTITION OF p FOR VALUES IN (1)", "(1, 'x')",
     "CREATE TABLE t (a bigint, CONSTRAINT k CHECK (a > -1)); CREATE INDEX t_b_idx ON t (a DESC)", [(1,)]),
    ("unlogged, options, replica identity", "CREATE TABLE t (a int NOT NULL UNIQUE)", "(1)",
     "CREATE UNLOGGED TABLE t (a int NOT NULL UNIQUE) WITH (fillfactor = 50);"
     " ALTER TABLE t REPLICA IDENTITY USING INDEX t_a_key", [(1,)]),
]  # fmt: skip


@pytest.mark.parametrize(("before", "rows", "after", "expected"), [case[1:] for case in CHANGES],
                         ids=[case[0] for case in CHANGES])  # fmt: skip
def test_a_change_converges_and_keeps_the_rows(
    places: Places, before: str, rows: str, after: str, expected: list[tuple[object, ...]]
) -> None:
    desired = places.make(after).catalog()
    place = places.make(f"{before}; INSERT INTO t VALUES {rows}")
    place.run(place.plan(desired))
    assert place.plan(desired) == []
    assert place.session.query("SELECT a FROM t ORDER BY a") == expected


IDENTITIES = {
    "none": "CREATE TABLE t (id integer NOT NULL, b int)",
    "serial": "CREATE TABLE t (id serial, b int)",
    "bigserial": "CREATE TABLE t (id bigserial, b int)",
    "identity": "CREATE TABLE t (id integer GENERATED BY DEFAULT AS IDENTITY, b int)",
    "always": "CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY (INCREMENT BY 1 CACHE 1), b int)",
    "own sequence": "CREATE SEQUENCE s; CREATE TABLE t (id bigint NOT NULL DEFAULT nextval('s'), b int);"
    " ALTER SEQUENCE s OWNED BY t.id",
}


@pytest.mark.parametrize("after", [name for name in IDENTITIES if name != "none"])
@pytest.mark.parametrize("before", IDENTITIES)
def test_numbering_goes_on_where_it_was(places: Places, before: str, after: str) -> None:
    desired = places.make(IDENTITIES[after]).catalog()
    place = places.make(IDENTITIES[before])
    place.session.execute("INSERT INTO t (id, b) OVERRIDING SYSTEM VALUE VALUES (41, 1)")
    for name in ("t_id_seq", "s"):
        place.session.execute(
            f"SELECT CASE WHEN to_regclass('{name}') IS NOT NULL THEN setval(to_regclass('{name}'), 41) END"
        )
    place.run(place.plan(desired))
    assert place.plan(desired) == []
    if (before, after) not in {("none", "own sequence"), ("identity", "own sequence"), ("always", "own sequence"),
                               ("serial", "own sequence"), ("bigserial", "own sequence")}:  # fmt: skip
        place.session.execute("INSERT INTO t (b) VALUES (2)")
        assert place.session.query("SELECT id FROM t ORDER BY id") == [(41,), (42,)]


def _plan(places: Places, before: str, after: str, rows: int | None) -> Plan:
    desired = places.make(after).catalog()
    sizes = {} if rows is None else {_TABLE: TableSize(rows=rows, bytes=rows * 50)}
    return places.make(before).planned(desired, sizes=sizes)


def test_a_table_in_use_gets_its_indexes_concurrently_and_its_constraints_in_two_steps(places: Places) -> None:
    plan = _plan(
        places,
        "CREATE TABLE r (a int PRIMARY KEY); CREATE TABLE t (a int, b int); CREATE INDEX gone ON t (a, b)",
        "CREATE TABLE r (a int PRIMARY KEY); CREATE TABLE t (a int NOT NULL CONSTRAINT c CHECK (a > 0),"
        " b int CONSTRAINT f REFERENCES r); ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY (a); CREATE INDEX i ON t (b)",
        rows=50,
    )
    alone = [statement.sql for statement in plan.statements if not statement.transactional]
    assert sorted(alone) == [
        "CREATE INDEX CONCURRENTLY i ON public.t (b)",
        "CREATE UNIQUE INDEX CONCURRENTLY db_bootstrap_k_unique ON public.t (a)",
        "DROP INDEX CONCURRENTLY public.gone",
    ]
    assert [statement.lock_timeout_ms for statement in plan.statements if not statement.transactional] == [None] * 3
    texts = [statement.sql for statement in plan.statements]
    together = "\n".join(texts)
    assert together.count("NOT VALID") == 3  # the check, the foreign key, the helper for NOT NULL
    assert together.count("VALIDATE CONSTRAINT") == 3
    assert "ALTER TABLE public.t ADD CONSTRAINT k PRIMARY KEY USING INDEX db_bootstrap_k_unique" in texts


@pytest.mark.parametrize(("rows", "blocking"), [(0, False), (100, True), (None, True)])
def test_a_column_is_lost_only_by_permission_unless_the_table_is_empty(
    places: Places, rows: int | None, blocking: bool
) -> None:
    plan = _plan(places, "CREATE TABLE t (a int, b int)", "CREATE TABLE t (a int)", rows)
    (hazard,) = plan.hazards
    assert (hazard.kind, hazard.blocking) == (HazardKind.DATA_LOSS, blocking)
    assert hazard.permission == "data_loss:public.t.b"


@pytest.mark.parametrize(("rows", "blocking"), [(100, False), (100_000_000, True), (None, True)])
def test_a_rewrite_blocks_on_large_tables_only(places: Places, rows: int | None, blocking: bool) -> None:
    plan = _plan(places, "CREATE TABLE t (a int)", "CREATE TABLE t (a bigint)", rows)
    assert [(hazard.kind, hazard.blocking) for hazard in plan.hazards] == [(HazardKind.TABLE_REWRITE, blocking)]


def test_a_table_that_is_made_anew_says_what_it_costs_and_loses(places: Places) -> None:
    wanted = "CREATE TABLE t (a int, b int) PARTITION BY LIST (a); CREATE TABLE d PARTITION OF t DEFAULT"
    plan = _plan(places, "CREATE TABLE t (a int, b text, gone int)", wanted, rows=100_000_000)
    hazards = {(hazard.kind, hazard.blocking, hazard.permission) for hazard in plan.hazards}
    assert hazards >= {
        (HazardKind.TABLE_REWRITE, True, "table_rewrite:public.t"),
        (HazardKind.DATA_LOSS, True, "data_loss:public.t.gone"),
        (HazardKind.DATA_LOSS, True, "data_loss:public.t.b"),
    }


def test_a_wider_varchar_has_no_hazard(places: Places) -> None:
    plan = _plan(places, "CREATE TABLE t (a varchar(5))", "CREATE TABLE t (a varchar(50))", rows=100_000_000)
    assert (len(plan.statements), plan.hazards) == (1, ())


def test_an_invalid_index_is_repaired(places: Places) -> None:
    sql = "CREATE TABLE t (a int); CREATE UNIQUE INDEX i ON t (a)"
    desired = places.make(sql).catalog()
    place = places.make("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)")
    with pytest.raises(Exception, match="could not create unique index"):
        place.session.execute("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)")
    place.session.execute("DELETE FROM t")
    plan = place.plan(desired)
    assert [statement.sql for statement in plan] == ["REINDEX INDEX CONCURRENTLY public.i"]
    place.run(plan)
    assert place.plan(desired) == []


def test_a_renamed_table_takes_its_sequence_with_it(places: Places) -> None:
    desired = places.make("CREATE TABLE b (id serial)").catalog()
    place = places.make("CREATE TABLE a (id serial); INSERT INTO a DEFAULT VALUES")
    table = replace(desired.table(Ref(Kind.TABLE, "public", "b")), renamed_from="a")
    place.run(place.plan(replace(desired, objects={**desired.objects, table.ref: table})))
    assert place.plan(desired) == []
    assert place.session.query("SELECT * FROM b") == [(1,)]


def test_rows_that_belong_to_no_partition_are_refused_and_stay(places: Places) -> None:
    table = "CREATE TABLE p (a int) PARTITION BY RANGE (a)"
    desired = places.make(
        f"{table}; CREATE TABLE c PARTITION OF p FOR VALUES FROM (0) TO (2);"
        " CREATE TABLE d PARTITION OF p FOR VALUES FROM (3) TO (5)"
    ).catalog()
    place = places.make(
        f"{table}; CREATE TABLE c PARTITION OF p FOR VALUES FROM (0) TO (9); INSERT INTO p VALUES (1), (2)"
    )
    with pytest.raises(ServerError, match=r"rows of table .* belong to none of its partitions"):
        place.run(place.plan(desired))
    assert place.session.query("SELECT a, tableoid::regclass::text FROM p ORDER BY a") == [(1, "c"), (2, "c")]
