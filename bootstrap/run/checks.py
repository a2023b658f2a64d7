"""Declared checks: each query is asked, and its answer judged."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from bootstrap.declaration.model import Expectation
from bootstrap.dialects.base import ServerError
from bootstrap.redact import redact

if TYPE_CHECKING:
    from bootstrap.declaration.model import DeclaredCheck
    from bootstrap.dialects.base import Row, Session

_CHECK_SECONDS = 300


def run_checks(session: Session, checks: Sequence[DeclaredCheck]) -> list[str]:
    """Ask each declared check; returns one sentence for each that does not hold."""
    return [f"check {check.name} ({check.position}): {fault}" for check, fault in failed_checks(session, checks)]


def failed_checks(session: Session, checks: Sequence[DeclaredCheck]) -> list[tuple[DeclaredCheck, str]]:
    """Ask each declared check; returns those that do not hold, with the reason, which may name values of rows.

    A query that the server refuses, or that takes longer than five minutes, does not hold either. Each runs in a
    transaction that only reads: a check looks, it does not change.
    """
    if not checks:
        return []
    session.set_timeouts(lock_ms=None, statement_ms=_CHECK_SECONDS * 1000)
    try:
        answers = [(check, _answer(session, check)) for check in checks]
    finally:
        session.set_timeouts(lock_ms=None, statement_ms=None)
    return [(check, fault) for check, fault in answers if fault]


def _answer(session: Session, check: DeclaredCheck) -> str | None:
    """Why a check does not hold, or None."""
    rows: list[Row] = []
    try:
        with session.declared_sql(), session.transaction(read_only=True):
            rows = session.query(check.query)
        fault = _judge(check, rows)
    except ServerError as error:
        if error.connection_lost:
            raise
        fault = f"its query fails: {error}"
    return fault and redact(f"{check.message}: {fault}" if check.message else fault)


def _judge(check: DeclaredCheck, rows: list[Row]) -> str | None:
    if check.expect is Expectation.EMPTY:
        return None if not rows else f"no row is expected, {_count(rows)} found, the first is {_shown(rows[0])}"
    if check.expect is Expectation.ROWS:
        wanted = "at least one row" if check.value is None else f"{check.value} rows"
        fits = bool(rows) if check.value is None else len(rows) == int(check.value)
        return None if fits else f"{wanted} expected, {_count(rows)} found"
    if len(rows) != 1 or len(rows[0]) != 1:
        columns = len(rows[0]) if rows else 0
        return f"one row with one column is expected, {_count(rows)} with {columns} columns found"
    return _judge_value(check, rows[0][0])


def _judge_value(check: DeclaredCheck, found: Any) -> str | None:  # whatever a driver gives
    match check.expect:
        case Expectation.TRUE:
            return None if _is_true(found) else f"true is expected, {_text(found)} found"
        case Expectation.VALUE:
            return None if _equal(found, check.value) else f"{_text(check.value)} is expected, {_text(found)} found"
        case _:
            number, limit = _number(found), _number(check.value)
            if number is None or limit is None:
                return f"a number is expected, {_text(found)} found"
            least = check.expect is Expectation.AT_LEAST
            fits = number >= limit if least else number <= limit
            return None if fits else f"{'at least' if least else 'at most'} {limit} is expected, {number} found"


def _is_true(found: Any) -> bool:
    number = _number(found)
    return found is True or (number is not None and number != 0) or str(found).lower() in {"t", "true"}


def _equal(found: Any, wanted: str | None) -> bool:
    """Equal as text, or as numbers where both are: 1.50 is 1.5."""
    if found is None or wanted is None:
        return found is None and wanted is None
    if isinstance(found, bool):
        return _text(found) == wanted.lower()
    numbers = _number(found), _number(wanted)
    return _text(found) == wanted or (None not in numbers and numbers[0] == numbers[1])


def _number(value: Any) -> Decimal | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        return Decimal(_text(value))
    except InvalidOperation:
        return None


def _text(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _shown(row: Row) -> str:
    text = ", ".join(_text(value) for value in row)
    return f"({text[:200]})"


def _count(rows: list[Row]) -> str:
    return "1 row" if len(rows) == 1 else f"{len(rows)} rows"
