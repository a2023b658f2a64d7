"""Publications: made, changed and dropped as declared, and kept while their tables change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.dialects.postgresql.dialect import DIALECT
from bootstrap.hazards import HazardKind
from demo.servers import PostgresServer
from tests.corpora.judge import CONVERGED, judge
from tests.corpora.places import Place as Judged
from tests.corpora.places import make_roles, place_for
from tests.corpora.records import Case
from tests.postgresql.conftest import Places, nowhere

ROLE = "convergence_app"
TABLES = (
    "CREATE SCHEMA app; CREATE TABLE t (id int PRIMARY KEY, a text, b int); CREATE TABLE app.u (id int PRIMARY KEY);"
)

# name, what is there, what is wanted
CASES = [
    ("of tables, columns, rows and schemas", TABLES,
     TABLES + "CREATE PUBLICATION p FOR TABLE t (id, a) WHERE (id > 1 AND id < 9), app.u"
     " WITH (publish = 'insert, update'); CREATE PUBLICATION s FOR TABLES IN SCHEMA app"
     " WITH (publish_via_partition_root); CREATE PUBLICATION e; CREATE PUBLICATION x FOR ALL TABLES;"
     f" COMMENT ON PUBLICATION p IS 'for reports'; ALTER PUBLICATION e OWNER TO {ROLE}"),
    ("changed",
     TABLES + "CREATE PUBLICATION p FOR TABLE t (id, a) WHERE (id > 1), app.u;"
     " CREATE PUBLICATION s FOR TABLES IN SCHEMA app; CREATE PUBLICATION e FOR TABLE app.u;"
     " CREATE PUBLICATION gone FOR TABLE t; CREATE PUBLICATION x FOR ALL TABLES",
     TABLES + "CREATE PUBLICATION p FOR TABLE t (id, b) WHERE (id > 2) WITH (publish = 'delete');"
     " COMMENT ON PUBLICATION p IS 'c'; CREATE PUBLICATION s FOR TABLES IN SCHEMA public WITH (publish = '');"
     " CREATE PUBLICATION e FOR TABLE app.u, t; CREATE PUBLICATION x FOR TABLE t;"
     f" ALTER PUBLICATION x OWNER TO {ROLE}"),
    ("beside tables that change, are made anew and go",
     "CREATE TABLE t (id int PRIMARY KEY, a int, b int); CREATE TABLE gone (id int); CREATE SCHEMA old;"
     " CREATE TABLE k (id int, c int);"
     " CREATE PUBLICATION p FOR TABLE t WHERE (id > 0 AND a > 0), gone, k, TABLES IN SCHEMA old",
     "CREATE TABLE t (id bigint PRIMARY KEY, a numeric); CREATE TABLE k (id int, c int) PARTITION BY LIST (id);"
     " CREATE TABLE k1 PARTITION OF k DEFAULT; CREATE PUBLICATION p FOR TABLE t WHERE (id > 0 AND a > 0), k"),
    ("of columns that change and go",
     "CREATE TABLE t (id int PRIMARY KEY, a int, b int); CREATE PUBLICATION p FOR TABLE t (id, a, b)",
     "CREATE TABLE t (id bigint PRIMARY KEY, a int); CREATE PUBLICATION p FOR TABLE t (id, a)"),
    ("of partitions and children",
     "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p DEFAULT; CREATE TABLE i (a int);"
     " CREATE TABLE c () INHERITS (i)",
     "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p DEFAULT; CREATE TABLE i (a int);"
     " CREATE TABLE c () INHERITS (i); CREATE PUBLICATION x FOR TABLE p1, ONLY i;"
     " CREATE PUBLICATION y FOR TABLE i, p WITH (publish_via_partition_root)"),
    ("gone", TABLES + "CREATE PUBLICATION p FOR TABLE t (id); CREATE PUBLICATION s FOR TABLES IN SCHEMA app", TABLES),
    ("gone with all they had",
     TABLES + "CREATE PUBLICATION p FOR TABLE t (id); CREATE PUBLICATION s FOR TABLES IN SCHEMA app", ""),
]  # fmt: skip


@pytest.fixture(scope="module")
def place(postgres_server: PostgresServer) -> Iterator[Judged]:
    make_roles(postgres_server, [f"CREATE ROLE {ROLE}"])
    # As the superuser: nobody else publishes all tables, or those of a schema.
    found = place_for(postgres_server).administrator
    yield found
    found.close()


@pytest.mark.parametrize(("before", "after"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_publications_become_what_is_declared(place: Judged, before: str, after: str) -> None:
    case = Case(suite="own", name="case", engine="postgresql", current_sql=before, desired_sql=after)
    verdict = judge(case, place)
    assert verdict.outcome == CONVERGED, str(verdict)


def test_what_is_read_is_made_again(places: Places) -> None:
    made = places.make(TABLES + "CREATE PUBLICATION p FOR TABLE t (id, a) WHERE (id > 1), app.u")
    read = made.catalog()
    normalised = DIALECT.normalise(made.session, read, locate=nowhere)
    assert normalised.objects == read.objects
    assert made.plan(normalised) == []


def test_a_renamed_table_and_column_stay_published(places: Places) -> None:
    wanted = "CREATE TABLE new (id int PRIMARY KEY, b int); CREATE PUBLICATION p FOR TABLE new (id, b) WHERE (b > 1)"
    desired = places.make(wanted).catalog()
    place = places.make(
        "CREATE TABLE old (id int PRIMARY KEY, a int); CREATE PUBLICATION p FOR TABLE old (id, a) WHERE (a > 1)"
    )
    table = desired.table(Ref(Kind.TABLE, "public", "new"))
    columns = tuple(replace(item, renamed_from="a") if item.name == "b" else item for item in table.columns)
    told = replace(table, renamed_from="old", columns=columns)
    place.run(plan := place.plan(replace(desired, objects={**desired.objects, table.ref: told})))
    assert not any("PUBLICATION" in statement.sql for statement in plan)
    assert place.plan(desired) == []


def test_what_subscribers_lose_is_told(places: Places) -> None:
    desired = places.make(TABLES).catalog()
    plan = places.make(TABLES + "CREATE PUBLICATION p FOR TABLE t").planned(desired)
    found = [(hazard.kind, str(hazard.subject)) for hazard in plan.hazards]
    assert found == [
        (HazardKind.BREAKS_RUNNING_CODE, "published table public.t.p"),
        (HazardKind.BREAKS_RUNNING_CODE, "publication p"),
    ]
