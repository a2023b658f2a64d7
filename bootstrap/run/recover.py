"""After a lost connection: come back, make sure that nothing of the old session goes on, and hold the lock again.

What the database looks like then is for the caller to find out by introspection; nobody guesses from the journal.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from bootstrap.dialects.base import ServerError
from bootstrap.problems import Replica
from bootstrap.run.lock import LOCK, acquire_run

if TYPE_CHECKING:
    from bootstrap.dialects.base import Dialect, Session

PROMOTION_SECONDS = 30.0  # how long a replica is waited for that may be promoted
_PROMOTION_PAUSE = 1.0


def writer(
    dialect: Dialect,
    session: Session,
    connect: Callable[[], Session],
    *,
    seconds: float = PROMOTION_SECONDS,
    waiting: Callable[[str], None] = lambda _: None,
) -> Session:
    """The session, or a new one to the server that a failover makes the writer: that is waited for.

    Args:
        dialect: of the session.
        session: it is closed where it leads to a replica, or to nothing that can be written to.
        connect: opens another session, which may lead to another server.
        seconds: how long to wait for a replica to be promoted.
        waiting: told what is waited for.

    Raises:
        Unreachable: this is still a replica, or no direct connection to a server that can be written to.
    """
    end, told = time.monotonic() + seconds, False
    while True:
        try:
            dialect.check_writable(session)
        except Replica as error:
            session.close()
            if time.monotonic() + _PROMOTION_PAUSE > end:
                raise
            if not told:
                waiting(f"{error}: waiting {seconds:g} s for a failover that may make it the writer")
                told = True
            time.sleep(_PROMOTION_PAUSE)
            session = connect()
        except BaseException:
            session.close()
            raise
        else:
            return session


def reconnect(
    dialect: Dialect,
    connect: Callable[[], Session],
    *,
    lost: Session,
    backend: str,
    deadline_seconds: float,
    waiting: Callable[[str], None] = lambda _: None,
) -> Session:
    """Open a new session in place of one that was lost, and take the run's lock with it.

    The server may not know yet that the old connection is gone: its backend still holds the lock, and may still carry
    out the statement that it waits with. So it is ended first.

    Args:
        dialect: of the sessions.
        connect: opens a session; it waits for a server that restarts.
        lost: the session that broke.
        backend: its number on the server.
        deadline_seconds: how long to wait for the lock.
        waiting: told what is waited for.

    Raises:
        Unreachable: the server does not come back, or another run has taken the lock.
    """
    lost.close()
    session = writer(dialect, connect(), connect, waiting=waiting)  # after a failover this may be another server
    try:
        with suppress(ServerError):  # not seen, or not allowed: then its own time-outs end it
            dialect.end_backend(session, backend)
        acquire_run(session, LOCK, deadline_seconds, waiting)
    except BaseException:
        session.close()
        raise
    return session
