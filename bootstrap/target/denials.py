"""Denials that may pass: for some seconds after a change of IAM, AWS still answers by the policies of before.

A function that Terraform has just created, or given another secret, is asked at once. A person at the command line is
told at once: there is no change to wait for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from bootstrap.problems import TargetError

SECONDS = 60.0  # IAM says "usually within seconds"; a minute is what its users have seen
PAUSE_SECONDS = 2.0

_T = TypeVar("_T")
_until: ContextVar[float] = ContextVar("denials_pass_until", default=0.0)


class Denied(TargetError):  # noqa: N818  # as Refused: an answer, not an error
    """AWS denies what was asked for."""


@contextmanager
def passing_within(seconds: float) -> Iterator[None]:
    """Ask again after a denial, for so long."""
    token = _until.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _until.reset(token)


def may_pass() -> bool:
    """Return whether there is still time to ask again."""
    return time.monotonic() + PAUSE_SECONDS < _until.get()


def patiently(ask: Callable[[], _T]) -> _T:
    """Return what is asked for, and ask again after a denial as long as that may help.

    Raises:
        Denied: also in the end.
    """
    while True:
        try:
            return ask()
        except Denied:
            if not may_pass():
                raise
        time.sleep(PAUSE_SECONDS)
