"""What is read can be made again, on every version, and what was made reads the same."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.default_privileges import given_by_default
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.dialects.base import Row, Scope
from bootstrap.dialects.postgresql.dialect import DIALECT
from bootstrap.problems import DeclarationError
from tests.conftest import shared_server
from tests.postgresql.conftest import Place, Places, nowhere
from tests.postgresql.schemas import EVERYTHING, LATER

AS_SUPERUSER = (
    "its schemas hold what only a superuser creates: leakproof functions, event triggers, publications of schemas"
)


def test_normalising_what_was_read_changes_nothing(places: Places) -> None:
    place = places.make(EVERYTHING)
    read = place.catalog()
    # Tables that were there before the default privileges have none of them: import says so in what it writes.
    defaults = given_by_default(read, place.session.server.account)
    spoken_of = replace(read, grantees=frozenset((grant.on, grant.grantee) for grant in defaults))
    normalised = DIALECT.normalise(place.session, spoken_of, locate=nowhere)
    assert {ref: item for ref, item in normalised.objects.items() if item != read.objects.get(ref)} == {}
    assert normalised.objects.keys() == read.objects.keys()
    assert (normalised.grants, normalised.default_privileges) == (read.grants, read.default_privileges)
    assert place.plan(normalised) == []


@pytest.mark.parametrize("version", ["postgresql", "postgresql-17", "postgresql-18"])
def test_the_same_structure_is_made_elsewhere_on_every_version(version: str) -> None:
    places = Places(shared_server(version))
    try:
        # The servers from wheels come without contrib extensions.
        sql = EVERYTHING
        if version != "postgresql":
            sql = sql.replace("CREATE EXTENSION citext;", "").replace("AS citext", "AS text")
        desired = places.make(sql).catalog()
        place = places.make()
        place.run(place.plan(desired))
        assert place.plan(desired) == []
    finally:
        places.close()


def test_every_kind_of_change_at_once_converges_and_keeps_the_rows(places: Places) -> None:
    desired = places.make(LATER).catalog()
    place = places.make(EVERYTHING)
    place.session.execute(
        "INSERT INTO people (email, name, price) VALUES ('a@b', 'one', 2), ('c@d', 'two', 3);"
        " INSERT INTO child VALUES (1, 'b', 2); INSERT INTO measures VALUES ('2024-02-02', 1, 5), ('2030-01-01', 1, 6)"
    )
    place.run(place.plan(desired))
    assert place.plan(desired) == []
    counts = [place.session.query(f"SELECT count(*) FROM {table}")[0][0] for table in ("people", "child", "measures")]
    assert counts == [2, 1, 2]
    place.session.execute("INSERT INTO people (email, name, price) VALUES ('e@f', 'three', 4)")
    assert place.session.query("SELECT id FROM people ORDER BY id") == [(7,), (10,), (13,)]


def test_and_back_again(places: Places) -> None:
    desired = places.make(EVERYTHING).catalog()
    place = places.make(LATER)
    place.run(place.plan(desired))
    assert place.plan(desired) == []


def test_what_extensions_made_and_what_is_ours_is_not_read(places: Places) -> None:
    place = places.make("CREATE EXTENSION hstore; CREATE SCHEMA db_bootstrap; CREATE TABLE db_bootstrap.runs (id int)")
    assert set(place.catalog().objects) == {Ref(Kind.EXTENSION, "", "hstore"), Ref(Kind.SCHEMA, "", "public")}


def test_what_cannot_be_declared_is_named(places: Places) -> None:
    access_method = "CREATE ACCESS METHOD m TYPE INDEX HANDLER gisthandler"
    place = places.make(f"{access_method}; CREATE CAST (text AS integer) WITH INOUT")
    found = DIALECT.introspect(place.session, Scope()).unsupported
    assert [(item.what, item.name) for item in found] == [("access method", "m"), ("cast", "text as integer")]


def test_everything_is_read_in_two_queries(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    place = places.make(EVERYTHING)
    sent: list[str] = []
    query = place.session.query

    def counted(sql: str, parameters: Sequence[Any] | None = None) -> list[Row]:
        sent.append(sql)
        return query(sql, parameters)

    monkeypatch.setattr(place.session, "query", counted)
    DIALECT.introspect(place.session, Scope())
    assert len(sent) == 2, "the catalogs, and the texts that cost locks"


def test_a_declaration_that_the_server_refuses_is_named_with_its_place_and_leaves_nothing_behind(
    places: Places,
) -> None:
    place = places.make("CREATE TABLE a (id int PRIMARY KEY, n int CHECK (n > 0)); CREATE VIEW v AS SELECT n FROM a")
    read = place.catalog()
    table = read.table(Ref(Kind.TABLE, "public", "a"))
    without = replace(table, columns=table.columns[:1], checks=())
    wrong = Catalog(objects={**read.objects, table.ref: without})
    with pytest.raises(DeclarationError, match=r"schema/v\.yaml:7: view public\.v: .*column a\.n does not exist"):
        DIALECT.normalise(place.session, wrong, locate=nowhere)
    assert _left_behind(place) == set()


def _left_behind(place: Place) -> set[str]:
    """Scratch databases that are there now and do not go in a while: those of other tests on this server do."""
    query = "SELECT datname FROM pg_database WHERE datname LIKE 'db_bootstrap_scratch_%'"
    left, end = {name for (name,) in place.session.query(query)}, time.monotonic() + 300
    while left and time.monotonic() < end:
        time.sleep(0.5)
        left &= {name for (name,) in place.session.query(query)}
    return left


def test_the_fingerprint_follows_the_structure_and_nothing_else(places: Places) -> None:
    place = places.make("CREATE TABLE a (id serial PRIMARY KEY, t text)")
    seen = [DIALECT.fingerprint(place.session, Scope())]
    place.session.execute("INSERT INTO a (t) SELECT 'x' FROM generate_series(1, 1000)")
    place.session.execute("ANALYZE a")
    place.session.execute("VACUUM a")
    place.session.execute("CREATE TEMPORARY TABLE b (id int)")
    assert DIALECT.fingerprint(place.session, Scope()) == seen[0]
    for sql in (
        "ALTER TABLE a ALTER t SET DEFAULT 'y'",
        "COMMENT ON COLUMN a.t IS 'text'",
        "GRANT SELECT ON a TO PUBLIC",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2'",
        "ALTER SEQUENCE a_id_seq INCREMENT 2",
        "CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple)",
        "CREATE PUBLICATION p WITH (publish = 'insert')",
        "ALTER PUBLICATION p ADD TABLE a WHERE (id > 1)",
        "ALTER PUBLICATION p ADD TABLES IN SCHEMA public",
    ):
        place.session.execute(sql)
        seen.append(DIALECT.fingerprint(place.session, Scope()))
    assert len(set(seen)) == len(seen)


def test_the_fingerprint_knows_of_no_role_but_the_declared_and_those_that_are_used(places: Places) -> None:
    """Roles are the whole cluster's: what other databases do with theirs is no change of this one."""
    place = places.make("CREATE TABLE a (id int)")
    name = f"role_{place.session.database[-8:]}"  # its own: other tests are on this server at this moment
    group, stranger = f"{name}_group", f"{name}_stranger"

    def seen(*declared: str) -> str:
        return DIALECT.fingerprint(place.session, Scope(), declared)

    before = seen(name)
    try:
        for sql in (f"CREATE ROLE {stranger}", f"CREATE ROLE {group}", f"GRANT {stranger} TO {group}"):
            place.session.execute(sql)
            assert seen(name) == before
        digests = [before]
        for sql in (
            f"CREATE ROLE {name}",
            f"ALTER ROLE {name} LOGIN",
            f"ALTER ROLE {name} SET search_path = public",
            f"GRANT {group} TO {name}",
            f"ALTER ROLE {group} RENAME TO {group}_now",
        ):
            place.session.execute(sql)
            digests.append(seen(name))
        assert len(set(digests)) == len(digests), "of a declared role everything counts"

        undeclared = seen()
        place.session.execute(f"ALTER ROLE {name} NOLOGIN")
        assert seen() == undeclared
        place.session.execute(f"GRANT SELECT ON a TO {name}")
        granted = seen()
        place.session.execute(f"ALTER ROLE {name} LOGIN")
        assert len({undeclared, granted, seen()}) == 3, "who has a privilege here counts, declared or not"
    finally:
        place.session.execute("DROP TABLE a")
        place.session.execute(f"DROP ROLE IF EXISTS {name}, {group}, {group}_now, {stranger}")
