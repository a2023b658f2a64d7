"""A scratch database: made, proven to be ours, locked while in use, dropped in the end, and swept after a crash."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from bootstrap.dialects.base import ServerError
from bootstrap.dialects.mysql.history import PREFIX, TABLE_OPTIONS
from bootstrap.dialects.mysql.session import MySqlSession
from bootstrap.dialects.mysql.text import account, literal, quote
from bootstrap.problems import Refused, StatementError

SCRATCH_PREFIX = "db_bootstrap_scratch_"
_MARKER = f"{PREFIX}scratch_owner"
_OURS = f"^{SCRATCH_PREFIX}[0-9a-f]{{12}}$"
_NEEDED = ("CREATE", "DROP", "INSERT")  # without DROP, each run would leave one behind
_TAG = "db-bootstrap scratch database: may be dropped when nobody holds its lock"


@contextmanager
def scratch_database(
    session: MySqlSession, live: MySqlSession | None = None, declared: Mapping[str, str] | None = None
) -> Iterator[str]:
    """A new empty database with the declared defaults, or those of the live one, dropped at the end of the block.

    Args:
        session: where to make it.
        live: the session on the live database, where that is on another server.
        declared: the declared ``charset`` and ``collation``.

    Raises Refused, with the GRANT to run, where the account may not make one.
    """
    name = f"{SCRATCH_PREFIX}{secrets.token_hex(6)}"
    missing = [privilege for privilege in _NEEDED if not session.privileges_in(name).may(privilege)]
    if missing:
        raise Refused(permission_to_make_one(session, missing))
    sweep(session)
    if not _try_lock(session, name):
        raise StatementError(f"the lock of the new scratch database {name} is taken: try again")
    try:
        _create(session, name, _defaults(live or session, declared or {}))
        try:
            with session.inside(name):
                _mark(session)
                yield name
        finally:
            with suppress(ServerError):  # the block's own error counts; what is left here is swept by the next run
                session.execute(f"DROP DATABASE IF EXISTS {quote(name)}")
    finally:
        with suppress(ServerError):  # the lock goes with the session at the latest
            _unlock(session, name)


def _defaults(live: MySqlSession, declared: Mapping[str, str]) -> str:
    charset, collation = declared.get("charset"), declared.get("collation")
    if not charset and not collation:
        found = live.query(
            "SELECT default_character_set_name, default_collation_name FROM information_schema.schemata"
            " WHERE schema_name = %s", [live.database])  # fmt: skip
        charset, collation = found[0] if found else (None, None)
    return (f" CHARACTER SET {quote(charset)}" if charset else "") + (
        f" COLLATE {quote(collation)}" if collation else ""
    )


def _create(session: MySqlSession, name: str, defaults: str) -> None:
    try:
        session.execute(f"CREATE DATABASE {quote(name)}{defaults}")
    except ServerError as error:
        if error.permission_denied:
            raise Refused(permission_to_make_one(session, _NEEDED[:1])) from error
        raise StatementError(f"the scratch database {name} could not be made: {error}") from error


def _mark(session: MySqlSession) -> None:
    """Say whose the database is. A primary key: some servers take no table without one."""
    session.execute(
        f"CREATE TABLE {quote(_MARKER)} (tag varchar(100) NOT NULL PRIMARY KEY, client varchar(255), made_at datetime)"
        f" {TABLE_OPTIONS} COMMENT={literal(_TAG)}"
    )
    session.execute(f"INSERT INTO {quote(_MARKER)} VALUES (%s, %s, UTC_TIMESTAMP())", [_TAG, socket.gethostname()])


def permission_to_make_one(session: MySqlSession, missing: Sequence[str]) -> str:
    """What to tell whoever runs as an account that may not create and drop scratch databases."""
    pattern = SCRATCH_PREFIX.replace("_", "\\_")
    return (
        "what is declared is built in a scratch database first, and this account lacks"
        f" {', '.join(missing)} on `{pattern}%`.*. Run:"
        f" GRANT ALL PRIVILEGES ON `{pattern}%`.* TO {account(session.server.account)};"
        " or name a development server of the same version with --scratch-url"
    )


def sweep(session: MySqlSession) -> list[str]:
    """Drop scratch databases that a run left behind when it was killed.

    Only one whose name and marker are ours (or that is empty: it died before the marker) and whose lock, which its
    run holds to the end, is free. It is looked at under that lock: whoever fills it at this moment keeps it.
    """
    swept = []
    for (name,) in session.query(
        "SELECT schema_name FROM information_schema.schemata WHERE schema_name REGEXP %s", [_OURS]
    ):
        if _try_lock(session, str(name)):
            if _is_left_behind(session, str(name)):
                with suppress(ServerError):  # somebody else's to clean up, if this account may not
                    session.execute(f"DROP DATABASE IF EXISTS {quote(str(name))}")
                    swept.append(str(name))
            _unlock(session, str(name))
    return swept


def _is_left_behind(session: MySqlSession, name: str) -> bool:
    tables, markers = session.query(
        "SELECT COUNT(*), COUNT(CASE WHEN table_name = %s AND table_comment = %s THEN 1 END)"
        " FROM information_schema.tables WHERE table_schema = %s", [_MARKER, _TAG, name])[0]  # fmt: skip
    return bool(markers or not tables)


def _try_lock(session: MySqlSession, name: str) -> bool:
    """The lock of a scratch database: under its own name, for it is the same whichever database a session works for."""
    return bool(session.query("SELECT GET_LOCK(%s, 0)", [name])[0][0])


def _unlock(session: MySqlSession, name: str) -> None:
    session.query("SELECT RELEASE_LOCK(%s)", [name])
