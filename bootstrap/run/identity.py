"""What a database is: the environment and the declaration that it was bootstrapped as. Another one is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bootstrap.problems import Refused
from bootstrap.wording import switch

if TYPE_CHECKING:
    from bootstrap.run.history import History

_FACTS = ("environment", "declaration")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """An environment, and the name that bootstrap.yaml gives the declaration; "" where there is none."""

    environment: str = ""
    declaration: str = ""

    def excludes(self, wanted: Identity) -> bool:
        """Whether a database that is this may not become the other. What had no name may be given one."""
        named = wanted.declaration or self.declaration
        pairs = ((self.environment, wanted.environment), (self.declaration, named))
        return any(before and before != now for before, now in pairs)

    def __str__(self) -> str:
        environment = f"environment {self.environment}" if self.environment else "no environment"
        return f"{environment} of declaration {self.declaration}" if self.declaration else environment


def recorded_identity(history: History, *, shown: bool = False) -> Identity:
    """What the database was bootstrapped as, as far as its history knows; ``shown``: to be looked at only."""
    found = _known(history.facts(shown=shown))
    if "environment" not in found:  # recorded before there were facts
        found["environment"] = next((run.environment for run in history.runs(1)), "")
    return Identity(**found)


def identity_in(facts: Mapping[str, str]) -> Identity:
    """What the facts of a history say."""
    return Identity(**_known(facts))


def _known(facts: Mapping[str, str]) -> dict[str, str]:
    return {name: facts[name] for name in _FACTS if name in facts}


def check_identity(history: History, wanted: Identity, *, adopt: bool) -> None:
    """Raise Refused where the database was bootstrapped as something else."""
    if adopt:
        return
    known = recorded_identity(history)
    if known.excludes(wanted):
        raise Refused(
            f"database {history.session.database} was bootstrapped as {known}, and this is {wanted}: check the"
            f" environment and its target; {switch('adopt-environment')} gives the database to this one"
        )


def record_identity(history: History, wanted: Identity) -> None:
    """Record what the database is from now on."""
    known = recorded_identity(history)
    for name in _FACTS:
        value = getattr(wanted, name) or getattr(known, name)
        if value != getattr(known, name) or name == "environment":
            history.set_fact(name, value)
