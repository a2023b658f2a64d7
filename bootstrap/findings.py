"""Findings of ``doctor``: checks in the order of the way to the database, each with its state and its remedy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Check(StrEnum):
    """What is looked at, in the order of the way. The values are the field ``check`` of the JSON form."""

    DECLARATION = "declaration"
    TARGET = "target"
    AWS_IDENTITY = "aws_identity"
    INSTANCE = "instance"
    DNS = "dns"
    SECURITY_GROUPS = "security_groups"
    ROUTE = "route"
    TCP = "tcp"
    TLS = "tls"
    CREDENTIALS = "credentials"
    LOGIN = "login"
    POOLER = "pooler"
    WRITER = "writer"
    PRIVILEGES = "privileges"
    CLOCK = "clock"
    STORAGE = "storage"
    PARAMETERS = "parameters"


class State(StrEnum):
    """How a check ended. The values are the field ``state`` of the JSON form."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"  # does not apply to this target, or an earlier check failed
    UNKNOWN = "unknown"  # could not be looked at


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        check: what was looked at.
        state: how that ended.
        fact: what was seen; of an unknown or skipped check the reason.
        remedy: what to do about it; "" where there is nothing to do.
        terraform: lines of Terraform that are the remedy, where Terraform owns what has to change.
        because: the earlier check whose failure or silence keeps this one from being looked at.
    """

    check: Check
    state: State
    fact: str
    remedy: str = ""
    terraform: tuple[str, ...] = ()
    because: Check | None = None

    @property
    def data(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "check": self.check.value,
            "state": self.state.value,
            "fact": self.fact,
            "remedy": self.remedy or None,
            "terraform": list(self.terraform),
            "because": self.because and self.because.value,
        }


@dataclass(frozen=True, slots=True)
class Trap:
    """A setting of the server and whether a run would trip over it."""

    setting: str
    value: str
    trips: str = ""  # what goes wrong; "" where nothing does
    wanted: str = ""  # the value that it must have
