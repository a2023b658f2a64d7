"""One run at a time: the session lock, polled. That it excludes others is for the dialect to prove (check_writable)."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from bootstrap.dialects.base import RUN_LOCK, ServerError
from bootstrap.problems import Unreachable

if TYPE_CHECKING:
    from bootstrap.dialects.base import Session

LOCK = RUN_LOCK

STEP_LOCK = "db-bootstrap step"
"""Held by a session in which a step runs: the server may go on with it after the run's own session has ended."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0


@contextmanager
def run_lock(
    session: Session,
    *,
    deadline_seconds: float,
    name: str = LOCK,
    waiting: Callable[[str], None] = lambda _: None,
) -> Iterator[None]:
    """Hold the run's lock.

    It is polled. A blocking call would wait inside of a transaction, which CREATE INDEX CONCURRENTLY of another run
    waits for in turn: a deadlock. Pauses are random, so that many runners do not knock at once.

    Args:
        session: the one that does the work: the lock lives and dies with it.
        deadline_seconds: how long to wait for another run.
        name: of the lock.
        waiting: told once who holds it.

    Raises:
        Unreachable: another run holds the lock until the deadline.
    """
    acquire_run(session, name, deadline_seconds, waiting)
    try:
        yield
    finally:
        with suppress(ServerError):  # a lost connection has given it back already
            session.unlock(name)


def acquire_run(session: Session, name: str, deadline_seconds: float, waiting: Callable[[str], None]) -> None:
    """Take the run's lock, and see to it that no step of an earlier run is still at work on the server."""
    end = time.monotonic() + deadline_seconds
    acquire(session, name, deadline_seconds, waiting)
    acquire(session, STEP_LOCK, max(0.0, end - time.monotonic()), waiting)
    session.unlock(STEP_LOCK)


def acquire(session: Session, name: str, deadline_seconds: float, waiting: Callable[[str], None]) -> None:
    """Take the lock, or raise Unreachable that names its holder."""
    end, pause, told = time.monotonic() + deadline_seconds, _FIRST_PAUSE, False
    while not session.try_lock(name):
        holder = _holder(session, name)
        if time.monotonic() + pause > end:
            raise Unreachable(
                f"another run holds the lock of database {session.database}: {holder}; waited {deadline_seconds:g} s:"
                " try again when it has ended, or end that session if it is a leftover"
            )
        if not told:
            waiting(f"waiting for another run on {session.database}: {holder}")
            told = True
        time.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311  # jitter, no secret
        pause = min(pause * 1.6, _LONGEST_PAUSE)


def assert_owned(session: Session, name: str = LOCK) -> None:
    """Raise Unreachable unless this session is in its database and holds the lock: asked before anything is written."""
    if not session.owns_lock(name):
        raise Unreachable(
            f"the session lost the lock of database {session.database}, or is in another database: nothing more was"
            " started: run again; it goes on from what the database is now"
        )


def _holder(session: Session, name: str) -> str:
    try:
        return session.lock_holder(name) or "its holder cannot be seen with these privileges"
    except ServerError as error:
        return f"its holder cannot be seen: {error}"
