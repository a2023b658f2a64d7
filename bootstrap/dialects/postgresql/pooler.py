"""Whether a connection is one server process, or a pooler that gives each transaction another one.

Looked for before anything is set: what we set would stay in the pool's connections, for others.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any

import psycopg2
import psycopg2.extensions

from bootstrap.dialects.cutoff import CutOff
from bootstrap.problems import Pooled

_REFUSAL = (
    "this connection goes through a pooler that gives each transaction another server process: locks and settings do"
    " not hold there: connect to the database itself (or to the pooler's session mode)"
)
_NO_SECOND = (
    "this connection goes through a pooler, and a second one through it gets no answer: connect to the database itself,"
    " or let the pooler keep more than one connection"
)
_PATIENCE_SECONDS = 10.0
_PROBE_LOCK = 7_236_418_251  # of nothing else; for a moment, and only behind a pooler
_Connection = psycopg2.extensions.connection


def refuse_transaction_pooler(connection: _Connection, another: Callable[[], _Connection]) -> None:
    """Raise Pooled where a second client is given the server process that this one believes to be its own.

    A pooler answers for the server, so it makes up the number of the process. In session mode that does no harm.

    Args:
        connection: just opened.
        another: opens a second one to the same place.
    """
    if _process(connection) == connection.info.backend_pid:
        return
    try:
        with closing(another()) as other:
            shared = _answers_in_time(connection, other)
    except psycopg2.Error as error:
        raise Pooled(_NO_SECOND) from error
    if shared:
        raise Pooled(_REFUSAL)


def _answers_in_time(connection: _Connection, other: _Connection) -> bool:
    """A pool that has no connection left keeps its clients waiting without a word: they are cut then."""
    end = time.monotonic() + _PATIENCE_SECONDS
    guards = [CutOff(one.fileno(), end) for one in (connection, other)]
    try:
        return _share_a_process(connection, other)
    finally:
        for guard in guards:
            guard.close()


def _share_a_process(connection: _Connection, other: _Connection) -> bool:
    mine = _process(connection)
    _ask(other, "START TRANSACTION")
    theirs, moved = _process(other), _process(connection)
    _ask(other, "ROLLBACK")
    if theirs == mine or moved != mine:
        return True
    if not _ask(connection, f"SELECT pg_catalog.pg_try_advisory_lock({_PROBE_LOCK})"):
        return False  # somebody else probes at this moment
    try:
        return bool(_ask(other, f"SELECT pg_catalog.pg_try_advisory_lock({_PROBE_LOCK})"))
    finally:
        with suppress(psycopg2.Error):
            _ask(connection, f"SELECT pg_catalog.pg_advisory_unlock({_PROBE_LOCK})")


def _process(connection: _Connection) -> int:
    return int(_ask(connection, "SELECT pg_catalog.pg_backend_pid()"))


def _ask(connection: _Connection, sql: str) -> Any:
    """One statement that needs no search path: the first answer."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0] if cursor.description else None  # type: ignore[index]  # each gives one row
