"""The gate: no blocking hazard passes unless it was allowed by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bootstrap.hazards import EVERYTHING, misspelt
from bootstrap.plan.statement import Hazard, Plan
from bootstrap.problems import BootstrapError, Refused
from bootstrap.wording import allowing


def check_permissions(permissions: Iterable[str]) -> None:
    """Raise BootstrapError for a permission that names no hazard."""
    for permission in permissions:
        wrong = misspelt(permission)
        if wrong is not None:
            what, remedy = wrong
            raise BootstrapError(f"allowed is {permission}: {what}: {remedy}")


def refused_hazards(plan: Plan, permissions: Sequence[str]) -> list[Hazard]:
    """The blocking hazards of a plan that no permission covers, each subject and kind once."""
    refused: dict[str, Hazard] = {}
    for hazard in plan.hazards:
        if hazard.blocking and not _covered(hazard, permissions):
            refused.setdefault(hazard.permission, hazard)
    return list(refused.values())


def check_gate(plan: Plan, permissions: Sequence[str], *, kept: str = "nothing was changed") -> None:
    """Raise Refused, naming every hazard in the way and the exact option that allows it; ``kept`` is what is true of
    the database then.
    """
    refused = refused_hazards(plan, permissions)
    if not refused:
        return
    lines = [f"refused: this plan has hazards that are not allowed; {kept}"]
    for hazard in refused:
        lines.append(f"  {hazard.subject}: {hazard.message}")
        if hazard.advice:
            lines.append(f"    safer: {hazard.advice}")
        if not hazard.final:
            lines.append(f"    to allow it: {allowing([hazard.permission])}")
    raise Refused("\n".join(lines))


def _covered(hazard: Hazard, permissions: Sequence[str]) -> bool:
    return any(permission in (EVERYTHING, hazard.kind, hazard.permission) for permission in permissions)
