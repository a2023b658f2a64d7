"""The scratch database: ours alone, gone afterwards, swept after a crash, refused with the exact GRANT."""

from __future__ import annotations

import os
import secrets
import time
from dataclasses import replace

import pytest

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import ForeignKey
from bootstrap.catalog.tables import Table
from bootstrap.dialects.base import ServerError
from bootstrap.dialects.mysql import scratch
from bootstrap.dialects.mysql.dialect import DIALECT
from bootstrap.dialects.mysql.scratch import SCRATCH_PREFIX, scratch_database, sweep
from bootstrap.dialects.mysql.session import MySqlSession, connect
from bootstrap.problems import DeclarationError, Refused
from bootstrap.target.url import parse_url
from demo.servers import MariaDBServer, MySQLServer
from tests.conftest import endpoint_of
from tests.mysql.place import Place


def databases(place: Place) -> set[str]:
    return {row[0] for row in place.session.query("SELECT schema_name FROM information_schema.schemata")}


def left_behind(place: Place) -> set[str]:
    """Scratch databases that do not go in a while: those of other tests on the same server come, and go."""
    left = {name for name in databases(place) if name.startswith(SCRATCH_PREFIX)}
    deadline = time.monotonic() + 60.0
    while left and time.monotonic() < deadline:
        time.sleep(0.2)
        left &= databases(place)
    return left


def _fail_inside(place: Place, made: list[str]) -> None:
    with scratch_database(place.session) as name:
        made.append(name)
        assert name in databases(place)
        raise ValueError("mine")


def declared(*tables: Table) -> Catalog:
    return Catalog(objects={table.ref: table for table in tables})


def test_it_is_gone_afterwards_also_after_a_failure(place: Place) -> None:
    made: list[str] = []
    with pytest.raises(ValueError, match="mine"):
        _fail_inside(place, made)
    assert made[0] not in databases(place)
    assert place.session.query("SELECT DATABASE()") == [(place.session.database,)]


def test_it_has_the_defaults_of_the_live_database(place: Place) -> None:
    place.load(f"ALTER DATABASE `{place.session.database}` CHARACTER SET latin1 COLLATE latin1_german2_ci")
    found = place.normalised(declared(Table(name="t", columns=(Column(name="a", type="varchar(5)"),))))
    [table] = found.of(Table)
    assert (table.collation, table.columns[0].collation) == ("latin1_german2_ci", "latin1_german2_ci")


def test_a_scratch_place_on_another_server_has_them_too(place: Place) -> None:
    place.load(f"ALTER DATABASE `{place.session.database}` CHARACTER SET latin1 COLLATE latin1_german2_ci")
    catalog = declared(Table(name="t", columns=(Column(name="a", type="varchar(5)"),)))
    elsewhere = replace(parse_url(place.url, os.environ).endpoint, database="")
    found = DIALECT.normalise(place.session, catalog, locate=lambda _: "t.yaml:1", scratch=elsewhere)
    assert found.of(Table)[0].collation == "latin1_german2_ci"


def test_what_a_crash_left_is_swept(place: Place) -> None:
    orphan = f"{SCRATCH_PREFIX}{secrets.token_hex(6)}"
    place.load(f"CREATE DATABASE {orphan}")
    sweep(place.session)  # or another run on this server at this moment
    assert orphan not in databases(place)


def test_what_is_in_use_is_not_swept(place: Place, other: Place) -> None:
    with scratch_database(other.session) as used:
        assert used not in sweep(place.session)
        assert used in databases(place)


def test_what_nobody_marked_is_not_swept(place: Place) -> None:
    odd_name = f"{SCRATCH_PREFIX}stranger_{secrets.token_hex(6)}"
    filled = f"{SCRATCH_PREFIX}{secrets.token_hex(6)}"
    place.session.query("SELECT GET_LOCK(%s, 60)", [filled])  # another run must not see it while it is empty
    place.load(f"CREATE DATABASE {odd_name}", f"CREATE DATABASE {filled}", f"CREATE TABLE {filled}.t (id int)")
    place.session.query("SELECT RELEASE_LOCK(%s)", [filled])
    try:
        sweep(place.session)
        assert {odd_name, filled} <= databases(place)
    finally:
        place.load(f"DROP DATABASE {odd_name}", f"DROP DATABASE {filled}")


def test_what_is_filled_while_a_run_sweeps_is_kept(place: Place, other: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    filled = f"{SCRATCH_PREFIX}{secrets.token_hex(6)}"
    take = scratch._try_lock

    def fill_first(session: MySqlSession, name: str) -> bool:
        """What somebody else may do at this moment: the sweep has seen the database, and has not looked into it."""
        if name == filled:
            place.load(f"CREATE TABLE {filled}.t (id int)")
            place.session.query("SELECT RELEASE_LOCK(%s)", [filled])
        return take(session, name)

    monkeypatch.setattr(scratch, "_try_lock", fill_first)
    place.session.query("SELECT GET_LOCK(%s, 60)", [filled])
    place.load(f"CREATE DATABASE {filled}")
    try:
        assert filled not in sweep(other.session)
        assert filled in databases(place)
    finally:
        place.load(f"DROP DATABASE {filled}")


def test_without_the_right_it_says_what_to_grant(place: Place, server: MariaDBServer | MySQLServer) -> None:
    name = f"mid_{place.session.database[-8:]}"
    administrator = server.administrator  # RDS's master has less than ALL, and so cannot grant it
    administrator.execute(f"CREATE USER '{name}'@'%' IDENTIFIED BY 'Mid-pass-1'")
    try:
        administrator.execute(f"GRANT ALL ON `{place.session.database}`.* TO '{name}'@'%'")
        endpoint = replace(parse_url(place.url, os.environ).endpoint, username=name, password="Mid-pass-1")
        session = connect(endpoint, application_name="tests")
        catalog = declared(Table(name="t", columns=(Column(name="a", type="int"),)))
        with pytest.raises(Refused) as caught:
            DIALECT.normalise(session, catalog, locate=lambda _: "t.yaml:1")
        grant = str(caught.value).partition("Run: ")[2].partition(";")[0]
        server.execute(grant)
        session.close()
        session = connect(endpoint, application_name="tests")
        assert DIALECT.normalise(session, catalog, locate=lambda _: "t.yaml:1").of(Table)
        session.close()
    finally:
        server.execute(f"DROP USER '{name}'@'%'")


@pytest.mark.parametrize("lacking", ["DROP", "INSERT"])
def test_without_all_it_needs_nothing_is_made(place: Place, server: MariaDBServer | MySQLServer, lacking: str) -> None:
    """An account that creates what it may not drop would leave a database behind each time."""
    name = f"half_{place.session.database[-8:]}"
    rights = ", ".join({"SELECT", "INSERT", "CREATE", "DROP"} - {lacking})
    administrator = server.administrator  # RDS's master has less than ALL, and so cannot grant it
    administrator.execute(f"CREATE USER '{name}'@'%' IDENTIFIED BY 'Mid-pass-1'")
    try:
        administrator.execute(f"GRANT {rights} ON `db\\_bootstrap\\_scratch\\_%`.* TO '{name}'@'%'")
        administrator.execute(f"GRANT ALL ON `{place.session.database}`.* TO '{name}'@'%'")
        endpoint = replace(endpoint_of(place.url), username=name, password="Mid-pass-1")
        session = connect(endpoint, application_name="tests")
        with pytest.raises(Refused, match=f"this account lacks {lacking} on"), scratch_database(session):
            pytest.fail("a scratch database was made")
        session.close()
        assert not left_behind(place)
    finally:
        server.execute(f"DROP USER '{name}'@'%'")


def test_a_failed_drop_does_not_keep_the_session_there(place: Place, other: Place) -> None:
    with scratch_database(place.session) as name:
        place.load("CREATE TABLE t (id int)")
        place.session.set_timeouts(lock_ms=1000, statement_ms=None)
        other.load(f"LOCK TABLES {name}.t READ")
    assert place.session.query("SELECT DATABASE()") == [(place.session.database,)]
    assert name in databases(other)
    other.load("UNLOCK TABLES", f"DROP DATABASE {name}")


def test_a_session_that_cannot_return_is_closed(place: Place, other: Place) -> None:
    with pytest.raises(ServerError, match="could not return") as caught, place.session.inside("mysql"):
        other.load(f"DROP DATABASE {place.session.database}")
    assert caught.value.connection_lost
    with pytest.raises(ServerError):
        place.load("CREATE TABLE astray (id int)")


def test_every_object_that_cannot_be_made_is_named_with_its_place(place: Place) -> None:
    bad_type = Table(name="a", columns=(Column(name="x", type="no_such_type"),))
    bad_key = Table(
        name="b",
        columns=(Column(name="x", type="int"),),
        foreign_keys=(ForeignKey(name="k", columns=("nope",), ref_schema="", ref_table="a", ref_columns=("x",)),),
    )
    with pytest.raises(DeclarationError) as caught:
        DIALECT.normalise(
            place.session, declared(bad_type, bad_key), locate=lambda ref: f"{ref.table or ref.name}.yaml:7"
        )
    assert {problem.file for problem in caught.value.problems} == {"a.yaml"} or {
        problem.file for problem in caught.value.problems
    } == {"a.yaml", "b.yaml"}
    assert all(problem.line == 7 for problem in caught.value.problems)
    assert left_behind(place) == set()
