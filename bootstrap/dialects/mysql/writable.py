"""Whether a session may be worked with: the writer itself, directly."""

from __future__ import annotations

from bootstrap.dialects.base import ServerError
from bootstrap.dialects.mysql.session import MySqlSession
from bootstrap.problems import Pooled, Replica, Unreachable

_READ_ONLY = ("read_only", "innodb_read_only", "super_read_only")


def check_writable(session: MySqlSession) -> None:
    """Raise Unreachable on a reader or replica, and behind a proxy that hands statements to different connections."""
    names = [
        name for name in _READ_ONLY if name != "super_read_only" or "super_read_only" in session.server.capabilities
    ]
    try:
        settings = ", ".join(f"@@GLOBAL.{name}" for name in names)
        *row, logged, number = session.query(f"SELECT {settings}, @@SESSION.sql_log_bin, CONNECTION_ID()")[0]
    except ServerError as error:
        raise Unreachable(f"could not find out whether this is the writer: {error}") from error
    found = [name for name, value in zip(names, row, strict=True) if str(value).upper() not in ("0", "OFF")]
    if found:
        raise Replica(
            f"this server is a reader ({', '.join(found)} is on): connect to the writer (on Aurora the cluster"
            " endpoint, not the reader endpoint)"
        )
    if str(logged).upper() in ("0", "OFF"):
        raise Unreachable(
            "sql_log_bin is off in a new session of this account: no replica and no backup would get what a run"
            " changes: remove it from init_connect"
        )
    _check_number(session, int(number))


def check_direct(session: MySqlSession) -> None:
    """Raise Pooled behind a proxy that hands statements to different connections."""
    _check_number(session, int(session.query("SELECT CONNECTION_ID()")[0][0]))


def _check_number(session: MySqlSession, number: int) -> None:
    if len({number, int(session.backend), session.thread_id}) > 1:
        raise Pooled(
            "a proxy stands in between that shares connections (ProxySQL, RDS Proxy): locks and settings of the session"
            " would not hold. Connect to the database's own endpoint"
        )
