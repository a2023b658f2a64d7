"""Logging in with a password that may have been rotated since it was fetched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from bootstrap.dialects.base import ServerError

if TYPE_CHECKING:
    from bootstrap.dialects.base import Endpoint

_T = TypeVar("_T")


def logged_in(endpoint: Endpoint, log_in: Callable[[Endpoint], _T]) -> _T:
    """Log in; once more where the server refuses the password and there is a newer one.

    A run may open a connection long after its first one: to a scratch database, for a step, to cancel a statement.
    """
    try:
        return log_in(endpoint)
    except ServerError as error:
        renewed = endpoint.renew() if error.login_refused and endpoint.renew is not None else None
        if renewed is None:
            raise
    username, password = renewed
    return log_in(replace(endpoint, username=username, password=password))
