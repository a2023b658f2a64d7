"""What a check finds: remarks with the place in the declaration, and the plan of each environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

FORMAT_VERSION = 1


class Rule(StrEnum):
    """What a remark is about: a closed vocabulary of the JSON form, and the rules of SARIF."""

    DECLARATION = "declaration"  # a mistake in the declaration
    HAZARD = "hazard"  # what can go wrong with a change
    STEP_CHANGED = "step_changed"  # a step that was applied is not what it was
    MODELS = "models"  # the declaration lacks what the application's models expect
    OLD_RELEASE = "old_release"  # a change takes away what the release expects that still runs
    INEXPRESSIBLE = "inexpressible"  # there is no plan for a change
    PENDING = "pending"  # an apply would change this
    DRIFT = "drift"  # the environment was changed since its last run
    VERSION = "version"  # the scratch server is not like the environment's
    NOT_COMPARED = "not_compared"  # no snapshot, or no scratch server


MEANINGS: Mapping[Rule, str] = {
    Rule.DECLARATION: "The declaration is wrong.",
    Rule.HAZARD: "The change can go wrong.",
    Rule.STEP_CHANGED: "A step was changed after it had been applied.",
    Rule.MODELS: "The declaration is not what the application's models expect.",
    Rule.OLD_RELEASE: "The change takes away what the running release expects.",
    Rule.INEXPRESSIBLE: "The change cannot be expressed.",
    Rule.PENDING: "An apply changes this.",
    Rule.DRIFT: "The environment was changed since its last run.",
    Rule.VERSION: "The scratch server has another version than the environment.",
    Rule.NOT_COMPARED: "The environment was not compared with the declaration.",
}


class Level(StrEnum):
    """How much a remark matters: a closed vocabulary of the JSON form, SARIF's own words."""

    ERROR = "error"  # an apply would refuse it
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing to know. ``file`` is relative to where the command runs; ``line`` 0 is the file as a whole."""

    rule: Rule
    level: Level
    message: str
    environment: str = ""
    file: str = ""
    line: int = 0

    @property
    def text(self) -> str:
        """The message with its environment."""
        return f"{self.environment}: {self.message}" if self.environment else self.message

    @property
    def place(self) -> str:
        """``file:line: ``; "" where there is none."""
        return f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentCheck:
    """What an apply would do in one environment, as far as its snapshot tells. ``compared``: whether the structure was
    compared.
    """

    environment: str
    compared: bool = False
    statements: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    seeds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """Everything that was found."""

    remarks: tuple[Remark, ...]
    environments: tuple[EnvironmentCheck, ...] = ()

    @property
    def errors(self) -> tuple[Remark, ...]:
        """What has to be decided or fixed before this can be applied."""
        return tuple(remark for remark in self.remarks if remark.level is Level.ERROR)

    @property
    def data(self) -> Mapping[str, Any]:
        """The JSON form."""
        return {
            "format_version": FORMAT_VERSION,
            "ok": not self.errors,
            "remarks": [
                {
                    "rule": remark.rule.value,
                    "level": remark.level.value,
                    "message": remark.message,
                    "environment": remark.environment or None,
                    "file": remark.file or None,
                    "line": remark.line or None,
                }
                for remark in self.remarks
            ],
            "environments": [
                {
                    "environment": item.environment,
                    "compared": item.compared,
                    "statements": list(item.statements),
                    "steps": list(item.steps),
                    "seeds": list(item.seeds),
                }
                for item in self.environments
            ],
        }
