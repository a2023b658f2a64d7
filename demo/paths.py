"""Where the demo keeps what it makes: everything under `.demo/` of the checkout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Paths:
    """The folders of one demo."""

    base: Path = ROOT / ".demo"

    @property
    def aws(self) -> Path:
        """State of the local AWS: its CA, its functions' code, its log."""
        return self.base / "aws"

    @property
    def apps(self) -> Path:
        """The running applications."""
        return self.base / "apps"

    @property
    def work(self) -> Path:
        """The work copy of `terraform/` and `database/`."""
        return self.base / "work"

    @property
    def stack(self) -> Path:
        """The stack in the work copy, with its states."""
        return self.work / "terraform/stack"

    @property
    def logs(self) -> Path:
        """Everything that terraform and the command line said."""
        return self.base / "logs"

    @property
    def env(self) -> Path:
        """The variables that lead `make plan ENV=…` to what stands; the Makefile includes it."""
        return self.base / "env"
