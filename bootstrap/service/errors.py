"""A server's refusal outside of any statement of a plan, as a problem with its remedy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bootstrap.dialects.base import ServerError
from bootstrap.problems import StatementError, Unreachable


@contextmanager
def readable_server_errors() -> Iterator[None]:
    """A server's refusal outside of any statement of a plan, as a problem of ours."""
    try:
        yield
    except ServerError as error:
        if error.connection_lost:
            raise Unreachable(f"the connection was lost: {error}: check the way to the server, try again") from error
        raise StatementError(f"the server refused: {error}") from error
