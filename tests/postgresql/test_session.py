"""The session: safe settings, its lock, what is refused."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.dialects.base import ServerError
from bootstrap.dialects.postgresql.dialect import DIALECT
from bootstrap.dialects.postgresql.session import PostgresSession, connect
from bootstrap.problems import Refused, Unreachable
from tests.cli.databases import eventually
from tests.conftest import finding_public
from tests.postgresql.conftest import Places, nowhere

AS_SUPERUSER = "sets roles and other settings that only a superuser may"


def _another(session: PostgresSession) -> PostgresSession:
    other = connect(session.endpoint, application_name="db-bootstrap tests")
    finding_public(other)
    return other


def test_a_lost_client_leaves_nothing_behind(places: Places) -> None:
    session = places.make().session
    names = ("client_connection_check_interval", "idle_in_transaction_session_timeout", "idle_session_timeout")
    assert [session.query("SELECT current_setting(%s)", [name])[0][0] for name in names] == ["1s", "20s", "15min"]
    assert session.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == [(True,)]


def test_only_one_session_has_the_lock_and_the_other_learns_who(places: Places) -> None:
    one = places.make().session
    with closing(_another(one)) as other:
        assert one.try_lock("x")
        assert one.try_lock("x")  # held already
        assert not other.try_lock("x")
        assert (one.owns_lock("x"), other.owns_lock("x")) == (True, False)
        assert "db-bootstrap tests" in (other.lock_holder("x") or "")
        assert "no run of db-bootstrap" not in (other.lock_holder("x") or "")
        one.unlock("x")
        assert other.try_lock("x")
        assert one.lock_holder("y") is None


def test_somebody_who_only_holds_the_lock_is_named_with_the_way_to_end_that(places: Places) -> None:
    one = places.make().session
    with closing(connect(one.endpoint, application_name="psql")) as stranger:
        assert stranger.try_lock("x")
        [(process,)] = stranger.query("SELECT pg_backend_pid()")
        holder = one.lock_holder("x") or ""
        assert f"no run of db-bootstrap: SELECT pg_terminate_backend({process}) ends it" in holder
        one.execute(holder.partition(": ")[2].removesuffix(" ends it"))
        eventually(lambda: one.try_lock("x"), "the lock is free")


def test_time_outs_are_told_apart_from_other_errors(places: Places) -> None:
    one = places.make("CREATE TABLE t (a int)").session
    with closing(_another(one)) as other, other.transaction():
        other.execute("LOCK TABLE t")
        one.set_timeouts(lock_ms=50, statement_ms=None)
        with pytest.raises(ServerError) as caught:
            one.execute("ALTER TABLE t ADD b int")
        assert caught.value.lock_timeout
        blockers = DIALECT.blockers(one, places_table())
        assert len(blockers) == 1
        assert "AccessExclusiveLock" in blockers[0]
    one.set_timeouts(lock_ms=None, statement_ms=None)
    assert one.query("SELECT current_setting('lock_timeout')") == [("0",)]


def places_table() -> Ref:

    return Ref(Kind.TABLE, "public", "t")


def test_a_wrong_password_is_known_as_such(places: Places) -> None:
    endpoint = replace(places.make().session.endpoint, password="wrong")
    with pytest.raises(ServerError) as caught:
        connect(endpoint, application_name="db-bootstrap tests")
    assert caught.value.login_refused
    assert not caught.value.connection_lost


def test_an_ended_backend_is_a_lost_connection(places: Places) -> None:
    one = places.make().session
    with closing(_another(one)) as other:
        pid = other.query("SELECT pg_backend_pid()")[0][0]
        assert DIALECT.end_backend(one, str(pid))
        with pytest.raises(ServerError) as caught:
            other.query("SELECT 1")
        assert caught.value.connection_lost


def test_a_read_only_session_is_refused(places: Places) -> None:
    session = places.make().session
    DIALECT.check_writable(session)
    session.execute("SET default_transaction_read_only = on")
    with pytest.raises(Unreachable, match="read-only"):
        DIALECT.check_writable(session)


def test_a_role_without_createdb_is_told_what_to_run(places: Places) -> None:
    place = places.make("CREATE TABLE t (a int)")
    read = place.catalog()
    role = f"poor_{place.session.database[-8:]}"
    place.session.execute(f"CREATE ROLE {role}; SET ROLE {role}")
    try:
        with pytest.raises(Refused, match=f"ALTER ROLE {role} CREATEDB"):
            DIALECT.normalise(place.session, read, locate=nowhere)
    finally:
        place.session.execute(f"RESET ROLE; DROP ROLE {role}")
