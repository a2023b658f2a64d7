"""SQL that an application wrote, which a dialect runs in a scratch database to see what it makes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from bootstrap.catalog.ref import Ref
from bootstrap.dialects.base import ServerError
from bootstrap.problems import DeclarationError, Problem

_SHOWN = 120


class ForeignStatement(NamedTuple):
    """One statement, and where it is written: a file with a line, or what printed it."""

    sql: str
    file: str
    line: int = 0


def nowhere(ref: Ref, body_line: int = 0) -> str:  # noqa: ARG001  # as callers of Locate call it
    """Locate objects that no declaration has."""
    return ""


@contextmanager
def run_foreign(statement: ForeignStatement) -> Iterator[None]:
    """Name the statement that the server refuses.

    Raises:
        DeclarationError: ``lacking`` has the statement where it names something that does not exist.
    """
    try:
        yield
    except ServerError as error:
        if error.connection_lost:
            raise
        head = " ".join(statement.sql.split())
        shown = head if len(head) <= _SHOWN else f"{head[:_SHOWN]}…"
        what = f"the server refuses the statement: {error}: {shown}"
        problem = Problem(statement.file, statement.line, what, "correct the models or the SQL")
        raise DeclarationError([problem], lacking=[statement.sql] if error.missing_object else []) from error
