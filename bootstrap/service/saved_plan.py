"""A plan in a file: reviewed first, applied later, and only if nothing has moved in between."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bootstrap.problems import BootstrapError, Refused

if TYPE_CHECKING:
    from bootstrap.declaration.model import Declaration, Step
    from bootstrap.plan.statement import Plan

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPlan:
    """What a plan started from, and what it would do.

    Attributes:
        environment: of the declaration; "" for the base.
        declaration_digest: digest of the declaration that was planned.
        fingerprint: of the structure that the plan starts from.
        plan_digest: digest of the statements.
        steps: names of the steps that were pending.
    """

    environment: str
    declaration_digest: str
    fingerprint: str
    plan_digest: str
    steps: tuple[str, ...] = ()

    @property
    def data(self) -> dict[str, Any]:
        """What the file holds beside the plan as a person reads it."""
        return {
            "format_version": FORMAT_VERSION,
            "environment": self.environment,
            "declaration_digest": self.declaration_digest,
            "fingerprint": self.fingerprint,
            "plan_digest": self.plan_digest,
            "pending_steps": list(self.steps),
        }

    def check(self, now: SavedPlan) -> None:
        """Compare with the plan that the database and the declaration give now.

        Raises:
            Refused: something has moved since the plan was saved; says what.
        """
        moved = [
            what
            for what, then, today in (
                ("it was made for another environment", self.environment, now.environment),
                ("the declaration has changed", self.declaration_digest, now.declaration_digest),
                ("the structure of the database has changed", self.fingerprint, now.fingerprint),
                ("other steps are pending", self.steps, now.steps),
                ("the statements differ", self.plan_digest, now.plan_digest),
            )
            if then != today
        ]
        if moved:
            raise Refused(f"the saved plan is out of date: {'; '.join(moved)}: nothing was changed; plan again")


def saved_plan(declaration: Declaration, plan: Plan, pending: Sequence[Step]) -> SavedPlan:
    """Return what decides whether this plan still holds later."""
    return SavedPlan(
        environment=declaration.environment or "",
        declaration_digest=declaration.digest,
        fingerprint=plan.fingerprint,
        plan_digest=plan.digest,
        steps=tuple(step.name for step in pending),
    )


def save(path: Path, plan: SavedPlan, report: Mapping[str, Any]) -> None:
    """Write a plan, with the report that a person reviews, to a file.

    Raises:
        BootstrapError: the file cannot be written.
    """
    try:
        path.write_text(json.dumps({**report, **plan.data}, indent=2, default=str) + "\n", encoding="utf-8")
    except OSError as error:
        raise BootstrapError(f"{path}: cannot write the plan: {error.strerror}: name a writable file") from None


def load(path: Path) -> SavedPlan:
    """Read a plan that :func:`save` wrote.

    Raises:
        BootstrapError: the file cannot be read, or holds no plan of this format.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BootstrapError(f"{path}: cannot read the plan: {error.strerror}: name the file of plan --out") from None
    except ValueError:
        data = None
    if not isinstance(data, dict) or data.get("format_version") != FORMAT_VERSION:
        raise BootstrapError(f"{path}: no plan of format {FORMAT_VERSION}: write one with db-bootstrap plan --out")
    try:
        return SavedPlan(
            environment=_text(data, "environment"),
            declaration_digest=_text(data, "declaration_digest"),
            fingerprint=_text(data, "fingerprint"),
            plan_digest=_text(data, "plan_digest"),
            steps=tuple(_texts(data["pending_steps"])),
        )
    except (KeyError, TypeError):
        raise BootstrapError(f"{path}: the plan is damaged: write it again with db-bootstrap plan --out") from None


def _text(data: Mapping[str, Any], key: str) -> str:
    if not isinstance(data[key], str):
        raise TypeError(key)
    return str(data[key])


def _texts(value: object) -> Sequence[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError(value)
    return value
