"""What is on a table and was never declared survives, or is named before anything runs."""

from __future__ import annotations

import pytest

from tests.postgresql.owner.conftest import Owned

PLAIN = """
tables:
  ev:
    columns: {id: bigint not null, at: date not null, note: text}
    primary_key: [id, at]
"""
PARTED = PLAIN + "    partition_by: range (at)\n    partitions: {ev_def: default}\n"
FORCED = "    row_security: true\n    force_row_security: true\n    policies: {p: {using: \"note = 'seen'\"}}\n"


@pytest.mark.parametrize(
    ("made", "name"),
    [
        ("CREATE INDEX ev_note ON ev (note)", "index public.ev.ev_note"),
        ("CREATE UNIQUE INDEX ev_u ON ev (note, at)", "index public.ev.ev_u"),
        ("ALTER TABLE ev ADD CONSTRAINT by_hand CHECK (note <> 'bad')", "check constraint public.ev.by_hand"),
        ("ALTER TABLE ev ADD CONSTRAINT once UNIQUE (note, at)", "unique constraint public.ev.once"),
        ("CREATE POLICY handp ON ev USING (note <> 'secret')", "policy public.ev.handp"),
        ("CREATE RULE r AS ON DELETE TO ev DO INSTEAD NOTHING", "rule public.ev.r"),
        ("CREATE STATISTICS evs ON at, note FROM ev", "statistics public.ev.evs"),
        (
            "CREATE TABLE o (id bigint, at date, FOREIGN KEY (id, at) REFERENCES ev)",
            "foreign key public.o.o_id_at_fkey",
        ),
    ],
)
def test_a_table_that_is_rebuilt_loses_nothing_unnamed(owned: Owned, made: str, name: str) -> None:
    owned.apply(PLAIN)
    owned.run(made)
    assert f"{name}: it was never declared" in owned.problem(PARTED)
    assert owned.value("SELECT relkind::text FROM pg_class WHERE relname = 'ev'") == "r"


def test_an_undeclared_index_of_a_materialized_view_stays(owned: Owned) -> None:
    schema = "tables: {t: {columns: {x: int}}}\nmaterialized_views: {m: select x from t}\n"
    owned.run(
        "CREATE TABLE t (x int)", "CREATE MATERIALIZED VIEW m AS SELECT x FROM t", "CREATE UNIQUE INDEX mu ON m (x)"
    )
    owned.apply(schema)
    assert owned.rows("SELECT indexname FROM pg_indexes WHERE tablename = 'm'") == [("mu",)]
    assert "index public.m.mu: it was never declared" in owned.problem(schema.replace("select x", "select x + 1 as x"))


def test_what_a_declaration_does_not_say_stays(owned: Owned) -> None:
    owned.run(
        "CREATE TABLE ev (id bigint, at date, note text, PRIMARY KEY (id, at))",
        "INSERT INTO ev VALUES (1, now(), 'x')",
        "ALTER TABLE ev ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY, REPLICA IDENTITY FULL",
    )  # fmt: skip
    flags = "SELECT relrowsecurity, relforcerowsecurity, relreplident::text FROM pg_class WHERE relname = 'ev'"
    for schema in (
        PLAIN,
        PLAIN.replace("note: text", "note: text, more: int"),
        PARTED.replace("note: text", "note: text, more: int"),
    ):
        owned.apply(schema, "all")
        assert owned.rows(flags) == [(True, True, "f")]
    owned.apply(
        PARTED.replace("note: text", "note: text, more: int")
        + "    row_security: false\n    force_row_security: false\n",
        "all",
    )
    assert owned.rows(flags) == [(False, False, "f")]
    assert owned.value("SELECT count(*) FROM ev") == 1


BOUNDS = "for values from ('2025-01-01') to ('2026-01-01')"
SPLIT = PLAIN + FORCED + """    partition_by: range (at)
    partitions:
      ev_a: for values from ('2024-01-01') to ('2026-01-01')
"""  # fmt: skip
DEFAULT = PLAIN + FORCED + "    partition_by: range (at)\n    partitions:\n      ev_def: default\n"
PARTITIONS = "SELECT inhrelid::regclass::text FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE relkind = 'r'"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (PLAIN + FORCED, PARTED + FORCED),
        (PARTED + FORCED, PLAIN + FORCED),
        (PARTED, PARTED.replace("range (at)", "list (at)") + FORCED),
        (SPLIT, SPLIT.replace("'2026-01-01'", "'2025-01-01'") + f"      ev_b: {BOUNDS}\n"),
        (DEFAULT, DEFAULT + f"      ev_b: {BOUNDS}\n"),
    ],
    ids=["partitioned", "no longer partitioned", "in another way", "divided", "out of the default one"],
)  # fmt: skip
def test_every_row_is_copied_whatever_policies_hide(owned: Owned, before: str, after: str) -> None:
    owned.apply(before)
    with_rows = "INSERT INTO ev SELECT k, date '2024-06-01' + k * 40, 'n' || k FROM generate_series(1, 12) k"
    with owned.client() as superuser, superuser.cursor() as cursor:
        cursor.execute(with_rows)
        for partition in owned.rows(PARTITIONS):
            cursor.execute(f"ALTER TABLE {partition[0]} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    had = owned.rows("SELECT * FROM ev ORDER BY id")
    owned.apply(after, "all")
    assert owned.rows("SELECT * FROM ev ORDER BY id") == had
    assert owned.rows("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = 'ev'") == [(True, True)]
