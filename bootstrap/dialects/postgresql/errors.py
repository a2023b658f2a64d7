"""SQLSTATEs by name: the one place that knows them."""

from __future__ import annotations

import re

import psycopg2

from bootstrap.dialects.base import ServerError

# https://www.postgresql.org/docs/current/errcodes-appendix.html
LOCK_NOT_AVAILABLE = "55P03"
DEADLOCK_DETECTED = "40P01"
SERIALIZATION_FAILURE = "40001"
OBJECT_IN_USE = "55006"
INSUFFICIENT_PRIVILEGE = "42501"
DISK_FULL = "53100"
QUERY_CANCELED = "57014"
READ_ONLY = "25006"
UNIQUE_VIOLATION = "23505"
UNDEFINED_TABLE = "42P01"

_MISSING = frozenset(
    {
        UNDEFINED_TABLE,
        "42883",  # undefined function
        "42704",  # undefined object
        "42703",  # undefined column
        "3F000",  # invalid schema name
        "42P02",  # undefined parameter
        "42830",  # no unique constraint matching the keys of a foreign key
    }
)
_LOST = frozenset({"57P01", "57P02", "57P05", "08000", "08003", "08006"})  # shut down, crashed, idle session ended
_OUTSIDE = frozenset({"25001", "2D000"})  # refused inside of a transaction, or a COMMIT in a procedure that is
_LOGIN = frozenset({"28000", "28P01"})
_NEAR_LINE = re.compile(r"\Acompilation of PL/pgSQL function .* near line (\d+)")
_TRANSIENT = frozenset({"57P03", "53300", "08001", "08004"})  # starting up, too many connections, not accepting


def translate(error: psycopg2.Error) -> ServerError:
    """The driver's exception as the package's own, with the answers that callers tell apart."""
    code = error.pgcode or ""
    words = _words(error)
    # libpq reports failed connections without a SQLSTATE: only the server's words tell a wrong password.
    refused = code in _LOGIN or (not code and "authentication failed" in words)
    lost = code in _LOST or (not code and isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError))
    return ServerError(
        words,
        code=code,
        lock_timeout=code == LOCK_NOT_AVAILABLE,
        connection_lost=lost and not refused,
        login_refused=refused,
        missing_object=code in _MISSING,
        permission_denied=code == INSUFFICIENT_PRIVILEGE,
        body_line=_body_line(error),
        constraint=getattr(error.diag, "constraint_name", None) or "",
        retryable=code in {DEADLOCK_DETECTED, SERIALIZATION_FAILURE, LOCK_NOT_AVAILABLE} | _TRANSIENT,
        outside_transaction=code in _OUTSIDE,
        cancelled=code == QUERY_CANCELED,
    )


def _words(error: psycopg2.Error) -> str:
    diagnosis = error.diag
    if diagnosis is None or not diagnosis.message_primary:
        return str(error).strip()
    parts = [diagnosis.message_primary]
    parts += [f"{label}: {text}" for label, text in _details(error) if text]
    if error.pgcode == DISK_FULL:
        parts.append("the server is out of disk space: grow its storage or free some of it, then run again")
    return "; ".join(parts)


def _details(error: psycopg2.Error) -> list[tuple[str, str | None]]:
    diagnosis = error.diag
    return [
        ("detail", diagnosis.message_detail),
        ("hint", diagnosis.message_hint),
        ("context", diagnosis.context),
    ]


def _body_line(error: psycopg2.Error) -> int:
    """The line of a routine's body that a validator found wrong: it gives the body and a place, or PL/pgSQL's words."""
    diagnosis = error.diag
    body, place = getattr(diagnosis, "internal_query", None), getattr(diagnosis, "internal_position", None)
    if body and place:
        return int(body[: int(place) - 1].count("\n")) + 1
    near = _NEAR_LINE.search(getattr(diagnosis, "context", None) or "")
    return int(near[1]) if near else 0
