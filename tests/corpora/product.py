"""The way that a user of the product goes: apply, read what is refused, allow exactly that, apply."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import replace
from unittest.mock import patch

from bootstrap.plan.statement import Plan
from bootstrap.problems import BootstrapError, Refused
from bootstrap.run.executor import Executor
from bootstrap.run.records import StatementRecord
from bootstrap.service.apply import apply
from bootstrap.service.work import Request

_OPTION = re.compile(r"^ *to allow it: --allow '(.*)'$", re.MULTILINE)


class RefusedTwiceError(Exception):
    """What a refusal said to allow was allowed, and the next run was refused all the same."""


class DiedError(BootstrapError):
    """A run that was ended half-way."""


def asked_for(request: Request) -> tuple[str, ...]:
    """Apply without any permission; returns what a refusal says to allow, or nothing where it was applied.

    Raises:
        Refused: by something that no option allows.
    """
    try:
        apply(request)
    except Refused as refusal:
        named = tuple(_OPTION.findall(str(refusal)))
        if not named:
            raise
        return named
    return ()


def carry_out(request: Request, allowed: set[str]) -> None:
    """Apply, allowing nothing that was not asked for; what had to be allowed is added to a set.

    Raises:
        Refused: by something that no option allows.
        RefusedTwiceError: the first refusal did not name everything.
    """
    named = asked_for(request)
    if not named:
        return
    allowed.update(named)
    try:
        apply(replace(request, permissions=named))
    except Refused as refusal:
        raise RefusedTwiceError(f"allowed {', '.join(named)}, then: {refusal}") from refusal


@contextlib.contextmanager
def dying_after(part: float) -> Iterator[None]:
    """Let runs die when they are through this part of their operations."""
    execute = Executor.execute

    def die(self: Executor, plan: Plan) -> list[StatementRecord]:
        execute(self, replace(plan, operations=plan.operations[: round(part * len(plan.operations))]))
        raise DiedError("ended by the test")

    with patch.object(Executor, "execute", die):
        yield
