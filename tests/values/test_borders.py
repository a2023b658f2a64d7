"""What the declaration does not hold, what the server cannot do, and what would be refused in any case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bootstrap.problems import DeclarationError, Refused, StatementError
from bootstrap.service.import_ import import_database
from tests.values.conftest import Home, homes


@pytest.fixture
def newest() -> Iterator[Home]:
    """A database of PostgreSQL 18."""
    yield from homes("postgresql-18")


def test_a_not_null_that_is_not_valid_is_none(newest: Home) -> None:
    newest.as_master(
        "CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t VALUES (1, NULL), (2, 5)",
        "ALTER TABLE t ADD CONSTRAINT t_a_not_null NOT NULL a NOT VALID",
    )
    newest.declare("tables: {t: {columns: {id: integer, a: integer not null}, primary_key: [id]}}")
    assert newest.plan().pending
    assert not newest.verified()
    with pytest.raises(StatementError, match="is violated by some row"):
        newest.apply()
    newest.sql("UPDATE t SET a = id WHERE a IS NULL")
    newest.apply()
    assert newest.sql("SELECT convalidated FROM pg_constraint WHERE conrelid = 't'::regclass AND contype = 'n'"
                      " AND conname = 't_a_not_null'") == [(True,)]  # fmt: skip
    assert newest.verified()


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (
            "{id: integer, c: {type: integer, generated: {expression: id + 1, kind: virtual}}}",
            "virtual generated",
        ),
        ("{id: integer}, checks: {c: {expression: id > 0, enforced: false}}", "NOT ENFORCED needs PostgreSQL 18"),
    ],
)
def test_what_a_newer_server_has_is_named(home: Home, table: str, words: str) -> None:
    home.declare(f"tables:\n  t: {{columns: {table}}}")
    with pytest.raises(DeclarationError, match=words) as refusal:
        home.plan()
    assert str(refusal.value).startswith("schema/a.yaml:2: ")
    assert "PostgreSQL 15" in str(refusal.value)


@pytest.mark.parametrize(
    ("by_hand", "declared"),
    [
        ("CREATE VIEW v AS SELECT a FROM t", "tables: {t: {columns: {a: bigint}}}"),
        ("CREATE UNIQUE INDEX t_u ON t (a)", "tables: {t: {columns: {a: integer}, unique: {t_u: [a]}}}"),
        ("CREATE VIEW w AS SELECT 1 AS x", "tables: {t: {columns: {a: integer}}, w: {columns: {x: integer}}}"),
    ],
)
def test_what_the_server_would_refuse_is_not_offered(home: Home, by_hand: str, declared: str) -> None:
    home.as_master("CREATE TABLE t (a int)", by_hand)
    home.declare(declared)
    with pytest.raises(Refused, match="it was never declared") as refusal:
        home.apply()
    assert "--allow" not in str(refusal.value)


def test_a_view_over_a_foreign_table(home: Home, tmp_path: Path) -> None:
    home.sql(
        "CREATE FOREIGN DATA WRAPPER nothing", "CREATE SERVER s FOREIGN DATA WRAPPER nothing",
        'CREATE FOREIGN TABLE ft (id int, email text COLLATE "C") SERVER s',
        "CREATE TABLE local (id int PRIMARY KEY)",
        "CREATE VIEW vf AS SELECT l.id, f.email FROM local l JOIN ft f USING (id)",
        *(f"ALTER {what} OWNER TO {home.master}" for what in ("FOREIGN TABLE ft", "TABLE local", "VIEW vf")),
    )  # fmt: skip
    report = import_database(home.request(), tmp_path / "out", leave_out=True)
    assert any("foreign table" in line for line in report.left_out)
    home.files = {path.relative_to(tmp_path / "out").as_posix(): path.read_bytes()
                  for path in (tmp_path / "out").rglob("*") if path.is_file()}  # fmt: skip
    assert home.plan().pending == ()
    home.apply()
    assert home.verified()


def test_rows_move_between_partitions_under_a_publication_of_all_tables(home: Home) -> None:
    home.as_master(
        "CREATE TABLE ev (id int, region text, x text, PRIMARY KEY (id, region)) PARTITION BY LIST (region)",
        "CREATE TABLE ev_a PARTITION OF ev FOR VALUES IN ('eu', 'us')",
        "INSERT INTO ev SELECT g, CASE WHEN g % 2 = 0 THEN 'eu' ELSE 'us' END, 'v' || g FROM generate_series(1, 10) g",
    )
    home.sql("CREATE PUBLICATION p FOR ALL TABLES")
    home.declare("""
        tables:
          ev:
            columns: {id: integer not null, region: text not null, x: text}
            primary_key: [id, region]
            partition_by: list (region)
            partitions: {ev_a: "for values in ('eu')", ev_b: "for values in ('us')"}
        """)
    home.apply()
    assert home.sql("SELECT (SELECT count(*) FROM ev_a), (SELECT count(*) FROM ev_b), count(DISTINCT x) FROM ev") == [
        (5, 5, 10)
    ]
    assert home.verified()


def test_a_range_type_in_use_is_refused_before_anything_runs(home: Home) -> None:
    home.as_master("CREATE TYPE r AS RANGE (subtype = int); CREATE TABLE t (r r); INSERT INTO t VALUES ('[1,3)')")
    home.declare("range_types: {r: bigint}\ntables: {t: {columns: {r: r}}}")
    with pytest.raises(Refused, match=r"range type public\.r cannot be recreated.*superuser"):
        home.apply("all")
    assert home.sql("SELECT r::text FROM t") == [("[1,3)",)]
