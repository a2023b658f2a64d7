"""The real command in a process of its own, and declarations written for it in a few lines."""

from __future__ import annotations

import json
import os
import subprocess
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.roads import command_line
from tests import forked

# Nothing of the machine's own account, target or password may reach the command.
FOREIGN = ("AWS_", "DB_BOOTSTRAP_", "PG", "MYSQL_", "TF_")
# A server that is busy with other tests may take its time to let the command in; nobody asks for credentials of EC2.
PATIENT = {"DB_BOOTSTRAP_CONNECT_DEADLINE": "300", "AWS_EC2_METADATA_DISABLED": "true"}
SECONDS = 600.0  # a command that takes longer hangs: a machine may be slow, and busy with other tests


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Output and errors."""
        return self.out + self.err

    @property
    def data(self) -> Any:
        """The report of `--format json`."""
        return json.loads(self.out)

    def ended(self, code: int) -> Outcome:
        """Expect an exit code; what the command said is shown where it is another one."""
        assert self.code == code, f"exit {self.code}, not {code}\n{self.out}\n{self.err}"
        assert "Traceback" not in self.text, self.text
        return self

    def refused(self, code: int) -> str:
        """Expect a failure that says one message, on standard error, and nothing else; return the message."""
        self.ended(code)
        assert self.out == "", self.out
        assert self.err.count("db-bootstrap: ") == 1, self.err
        assert "unexpected" not in self.err, self.err
        return self.err.split("db-bootstrap: ", 1)[1].strip()


@dataclass(frozen=True)
class Started:
    """A command that is running."""

    process: subprocess.Popen[str]

    def finish(self) -> Outcome:
        """Wait for its end."""
        out, err = self.process.communicate(timeout=SECONDS)
        return Outcome(self.process.returncode, out, err)


def db_bootstrap(*arguments: str | Path, variables: Mapping[str, str] | None = None) -> Outcome:
    """Run the command to its end, in a process that has the package imported already."""
    return Outcome(*forked.run([*map(str, arguments)], _environment(variables), SECONDS))


def start(*arguments: str | Path, variables: Mapping[str, str] | None = None) -> Started:
    """Start the program as a user does, and leave it running."""
    process = subprocess.Popen(
        [*command_line(), *map(str, arguments)],
        env=_environment(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    return Started(process)


def _environment(variables: Mapping[str, str] | None) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return {**inherited, **PATIENT, **(variables or {})}


def write(folder: Path, engine: str, files: Mapping[str, str | bytes]) -> Path:
    """Write a declaration: these files, and bootstrap.yaml unless it is one of them; return its folder."""
    for name, content in {"bootstrap.yaml": f"version: 1\nengine: {engine}\n", **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, bytes) else textwrap.dedent(content).lstrip("\n").encode()
        path.write_bytes(data)
    return folder
