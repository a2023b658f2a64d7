"""What a database is: the environment and the declaration that it was bootstrapped as. Another one is refused."""

from __future__ import annotations

from dataclasses import dataclass

from bootstrap.problems import Refused
from bootstrap.run.history import History
from bootstrap.wording import switch

_FACTS = ("environment", "declaration")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """An environment, and the name that bootstrap.yaml gives the declaration; "" where there is none."""

    environment: str = ""
    declaration: str = ""

    def __str__(self) -> str:
        environment = f"environment {self.environment}" if self.environment else "no environment"
        return f"{environment} of declaration {self.declaration}" if self.declaration else environment


def recorded_identity(history: History, *, shown: bool = False) -> Identity:
    """What the database was bootstrapped as, as far as its history knows; ``shown``: to be looked at only."""
    found = {name: value for name, value in history.facts(shown=shown).items() if name in _FACTS}
    if "environment" not in found:  # recorded before there were facts
        found["environment"] = next((run.environment for run in history.runs(1)), "")
    return Identity(**found)


def check_identity(history: History, wanted: Identity, *, adopt: bool) -> None:
    """Raise Refused where the database was bootstrapped as something else. What had no name may be given one."""
    if adopt:
        return
    known = recorded_identity(history)
    pairs = ((known.environment, wanted.environment), (known.declaration, wanted.declaration or known.declaration))
    if any(before and before != now for before, now in pairs):
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
