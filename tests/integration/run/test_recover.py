"""Passwords that are rotated while a run goes on, and replicas that a failover makes the writer."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import replace

import pytest

from bootstrap.dialects.base import ServerError, Session
from bootstrap.dialects.registry import dialect_for
from bootstrap.problems import Replica
from bootstrap.run.recover import writer
from demo.servers import MariaDBServer
from tests.conftest import endpoint_of
from tests.integration.run.conftest import Place


def test_a_later_connection_asks_for_the_password_again(place: Place) -> None:
    current = endpoint_of(place.url)
    assert current.password
    old = replace(current, password="before-the-rotation")  # it is wrong
    asked = []

    def renew() -> tuple[str, str]:
        asked.append(True)
        return current.username, str(current.password)

    with closing(place.dialect.connect(replace(old, renew=renew), application_name="db-bootstrap")) as session:
        assert session.query("SELECT 1") == [(1,)]
    assert asked == [True]
    with pytest.raises(ServerError):
        place.dialect.connect(replace(old, renew=lambda: None), application_name="db-bootstrap")


def test_a_replica_that_is_promoted_is_waited_for() -> None:
    dialect = dialect_for("mysql")
    told: list[str] = []
    with MariaDBServer.start() as server:
        endpoint = endpoint_of(server.create_database("promoted"))
        server.execute("SET GLOBAL read_only = 1", "promoted")

        def connect() -> Session:
            return dialect.connect(endpoint, application_name="db-bootstrap")

        with pytest.raises(Replica, match="reader"):
            writer(dialect, connect(), connect, seconds=0)
        promotion = threading.Timer(3, server.execute, ["SET GLOBAL read_only = 0", "promoted"])
        promotion.start()
        found = writer(dialect, connect(), connect, seconds=300, waiting=told.append)
        with closing(found):
            assert found.query("SELECT 1") == [(1,)]
        promotion.join()
    assert len(told) == 1
