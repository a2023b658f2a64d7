"""Attempts at one piece of work under the lock, until it is done or nothing more can be hoped for."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from typing import TypeVar

from bootstrap.dialects.base import ServerError, Session
from bootstrap.problems import Unreachable
from bootstrap.run.executor import ConnectionLost, PlanOutdated
from bootstrap.run.limits import Limits
from bootstrap.run.lock import run_lock
from bootstrap.run.recover import reconnect
from bootstrap.run.watch import Watch
from bootstrap.service.work import Work

LOCK_DEADLINE_SECONDS = 300.0
_ATTEMPTS = 4  # of one apply: after lost connections, and after waits that left something behind
_Report = TypeVar("_Report")


def until_done(work: Work, once: Callable[[Work, Limits, Watch, int], _Report]) -> _Report:
    """Try under the lock until it is done. What a lost connection did, only the live catalog knows: so plan again from
    there.
    """
    limits = Limits.until(work.deadline, work.started)
    watch = Watch(work.dialect, work.connect, work.request.tell)
    with closing(watch):
        for attempt in range(1, _ATTEMPTS + 1):
            limits.check_time("the lock of the run")
            backend = work.session.backend
            seconds = limits.bounded(LOCK_DEADLINE_SECONDS)
            try:
                with run_lock(work.session, deadline_seconds=seconds, waiting=work.request.tell):
                    return once(work, limits, watch, attempt)
            except (ConnectionLost, PlanOutdated, ServerError) as error:
                _check_deadline(work, limits, error)
                passing = not isinstance(error, ServerError) or error.connection_lost
                if attempt == _ATTEMPTS or not passing:
                    raise
                work.request.tell(f"{error}\nplanning again from what the database is now")
                if not isinstance(error, PlanOutdated):
                    work = work.with_session(_reconnected(work, backend, limits))
    raise AssertionError("the loop returns or raises")


def _check_deadline(work: Work, limits: Limits, error: BaseException) -> None:
    """Say so where a statement was cancelled, or the connection was cut, because the time is over."""
    if isinstance(error, ServerError):
        limits.check_cancelled(error, "a statement of our own")
    lost = isinstance(error, ConnectionLost) or (isinstance(error, ServerError) and error.connection_lost)
    cut = work.destination.endpoint.deadline
    if lost and cut is not None and time.monotonic() > cut - 1.0:
        raise Unreachable(
            f"{work.destination.name} did not answer until the deadline of this run: check the way to it; what is done"
            " stays done, and the next run goes on from there"
        ) from error


def _reconnected(work: Work, backend: str, limits: Limits) -> Session:
    """A session that holds the lock in place of one that was lost, whose backend has been ended."""
    return reconnect(
        work.dialect,
        work.connect,
        lost=work.session,
        backend=backend,
        deadline_seconds=limits.bounded(LOCK_DEADLINE_SECONDS),
        waiting=work.request.tell,
    )
