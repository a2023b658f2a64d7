"""A session for each step: it begins in a known state, and nothing of what the step sets outlives the step."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from bootstrap.dialects.base import ServerError, Session
from bootstrap.run.lock import STEP_LOCK, acquire


@dataclass(frozen=True, slots=True, kw_only=True)
class StepConnection:
    """How a step's session is opened.

    Args:
        connect: opens a session to the database of the run.
        lock_timeout_ms: of every statement.
        lock_seconds: how long to wait for the lock of steps, which a session of a run that died may still hold.
        beat_seconds: how often to speak to the run's own session while a step runs.
    """

    connect: Callable[[], Session]
    lock_timeout_ms: int | None = None
    lock_seconds: float = 300.0
    beat_seconds: float = 60.0


@contextmanager
def step_session(connection: StepConnection, prepare: Sequence[str]) -> Iterator[Session]:
    """A new session that holds a lock of its own: while the server works for it, no other run begins.

    ``prepare`` are statements that bring it into the state that the step needs.
    """
    session = connection.connect()
    try:
        acquire(session, STEP_LOCK, connection.lock_seconds, lambda _: None)
        session.set_timeouts(lock_ms=connection.lock_timeout_ms, statement_ms=None)
        with session.declared_sql():
            for sql in prepare:
                session.execute(sql)
            yield session
    finally:
        session.close()


@contextmanager
def kept_alive(session: Session, *, every_seconds: float) -> Iterator[None]:
    """Keep the server from ending a session that waits while another one works. Nobody else may use it meanwhile."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(every_seconds):
            with suppress(ServerError):  # whoever uses the session next finds out
                session.query("SELECT 1")

    thread = threading.Thread(target=beat, daemon=True, name="db-bootstrap keep-alive")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
