"""Scratch databases: made for one normalisation, marked as ours, dropped at the end, and swept when a run died."""

from __future__ import annotations

import json
import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from bootstrap.dialects.base import Endpoint, ServerError
from bootstrap.dialects.postgresql.capabilities import database_locale
from bootstrap.dialects.postgresql.errors import OBJECT_IN_USE, READ_ONLY
from bootstrap.dialects.postgresql.names import literal, quote
from bootstrap.dialects.postgresql.session import PostgresSession, connect
from bootstrap.problems import Refused, StatementError

PREFIX = "db_bootstrap_scratch_"
_MARK = "db-bootstrap scratch database "
_ATTEMPTS = 5
_ONLY_READS = (
    "this session may only read (a standby, or default_transaction_read_only), so the scratch database in which the"
    " declaration is read through the server cannot be made here: name a development server of the same version with"
    " --scratch-url"
)

_LIKE_THE_TARGET = """
SELECT 'ENCODING ' || quote_literal(pg_encoding_to_char(encoding))
    || ' LC_COLLATE ' || quote_literal(datcollate) || ' LC_CTYPE ' || quote_literal(datctype) || {locale}
FROM pg_database d WHERE datname = current_database()
"""
# Ours by its name and its owner, and with nobody in it.
_CANDIDATES = f"""
SELECT d.datname FROM pg_database d
WHERE d.datname ~ '^{PREFIX}[0-9a-f]{{12}}$' AND pg_get_userbyid(d.datdba) = current_user
  AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid)
"""


@contextmanager
def scratch_database(session: PostgresSession, elsewhere: Endpoint | None) -> Iterator[PostgresSession]:
    """A session to an empty database with the target's encoding and collation, gone at the end of the block.

    Args:
        session: to the target.
        elsewhere: another server to make it on, where one was named.

    Raises:
        Refused: the role may not create databases; says what to run.
        StatementError: the server refused for another reason.
    """
    like_the_target = _LIKE_THE_TARGET.replace("{locale}", database_locale(session.server.capabilities))
    [(settings,)] = session.query(like_the_target)
    maker = connect(replace(elsewhere, database=elsewhere.database or "postgres"),
                    application_name="db-bootstrap scratch") if elsewhere else session  # fmt: skip
    try:
        _sweep(maker)
        name = PREFIX + secrets.token_hex(6)
        # Taken before the database is there and kept as long as we live: without it, the database is an orphan.
        maker.try_lock(name)
        try:
            _create(maker, name, str(settings))
            inside = connect(replace(maker.endpoint, database=name), application_name="db-bootstrap scratch")
            try:
                inside.like_target(session)
                yield inside
            finally:
                inside.close()
        finally:
            _drop(maker, name)
            with suppress(ServerError):  # a lost connection has given it back already
                maker.unlock(name)
    finally:
        if maker is not session:
            maker.close()


def _create(maker: PostgresSession, name: str, settings: str) -> None:
    try:
        _when_free(maker, f"CREATE DATABASE {quote(name)} TEMPLATE template0 {settings}")
    except ServerError as error:
        if error.permission_denied:
            raise _refusal(maker) from error
        if error.code == READ_ONLY:
            raise Refused(_ONLY_READS) from error
        raise StatementError(f"no scratch database could be made: {error}") from error
    mark = {"host": socket.gethostname(), "process": os.getpid(), "created": _server_time(maker)}
    maker.execute(f"COMMENT ON DATABASE {quote(name)} IS {literal(_MARK + json.dumps(mark)).strip()}")


def _when_free(maker: PostgresSession, sql: str) -> None:
    """Run it, again where somebody copies template0 at this moment, or an ended session takes its time to go."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            maker.execute(sql)
        except ServerError as error:
            if error.code != OBJECT_IN_USE or attempt == _ATTEMPTS:
                raise
            time.sleep(0.2 * attempt)
        else:
            return


def _server_time(maker: PostgresSession) -> str:
    return str(maker.query("SELECT clock_timestamp()::text")[0][0])


def _refusal(maker: PostgresSession) -> Refused:
    role = str(maker.query("SELECT current_user")[0][0])
    return Refused(
        f"role {role} may not create the scratch database in which the declaration is read through the server: run"
        f" ALTER ROLE {quote(role)} CREATEDB; or name a development server with --scratch-url"
    )


def _sweep(maker: PostgresSession) -> None:
    """Drop what runs that died left behind: ours, with nobody in it, and whose maker's lock is gone."""
    for (name,) in maker.query(_CANDIDATES):
        if not maker.lock_is_held(str(name)):
            _drop(maker, str(name))


def _drop(maker: PostgresSession, name: str) -> None:
    # A database that cannot be dropped now is swept by a later run: it must not hide the outcome of this one.
    with suppress(ServerError):
        _when_free(maker, f"DROP DATABASE IF EXISTS {quote(name)} WITH (FORCE)")
