"""Running terraform on the work copy, with what it says on the screen and in a log."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo.errors import DemoError
from demo.paths import ROOT, Paths
from demo.progress import Progress

sys.path.insert(0, str(ROOT))  # tools/ belongs to the repository, not to the distribution

from tools import terraform_mirror

NO_CHANGES, ERROR, CHANGES = 0, 1, 2  # plan -detailed-exitcode
# Of the forty resources of an environment those that take time or do the work.
SHOWN = re.compile(
    r"^[^ :]*(aws_db_instance\.|aws_lambda_(function|invocation)\.|terraform_data\.(run|app))[^ :]*(: | \(local-exec\))"
    r"|^(Apply complete|Plan:)"
)
# A line each half minute is enough to see that RDS is being waited for.
HIDDEN = re.compile(
    r"Refreshing state|Provisioning with|Executing:|suppressed|Still creating\.\.\. \[(?!(\d+m00?|\d*m?30)s )"
)
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
ERROR_LINES = 30
ABORT_SECONDS = 10.0


@dataclass(frozen=True)
class Terraform:
    """terraform in the work copy's stack; the workspace is the environment."""

    paths: Paths
    environment: Mapping[str, str]
    progress: Progress
    running: set[subprocess.Popen[str]] = field(default_factory=set)

    @classmethod
    def on(cls, paths: Paths, variables: Mapping[str, str], progress: Progress) -> Terraform:
        """Return terraform with these variables, and with its providers from a mirror of the machine if it has one."""
        return cls(paths, terraform_mirror.environment(paths.work, variables), progress)

    def prepare(self, environments: tuple[str, ...]) -> None:
        """Initialise the stack and make a workspace for each environment."""
        self._run("init", "", ["init", "-input=false"])
        for environment in environments:
            self._run("init", "", ["workspace", "new", environment])

    def apply(self, environment: str, variables: Mapping[str, str]) -> None:
        """Apply the stack to an environment.

        Raises:
            DemoError: it failed; with terraform's own message.
        """
        arguments = ["apply", "-auto-approve", *self._variable_file(environment)]
        self._run("apply", environment, arguments, {f"TF_VAR_{name}": value for name, value in variables.items()})

    def has_changes(self, environment: str, variables: Mapping[str, str]) -> bool:
        """Say whether a plan would change anything, and apply that plan."""
        plan = self.paths.work / f"{environment}.tfplan"
        arguments = ["plan", "-detailed-exitcode", f"-out={plan}", *self._variable_file(environment)]
        extra = {f"TF_VAR_{name}": value for name, value in variables.items()}
        code = self._run("plan", environment, arguments, extra, good=(NO_CHANGES, CHANGES))
        self._run("apply", environment, ["apply", "-input=false", str(plan)], extra)
        return code == CHANGES

    def outputs(self, environment: str) -> dict[str, Any]:
        """Return the outputs of an environment, by name."""
        command = ["terraform", "output", "-json"]
        outcome = subprocess.run(
            command, cwd=self.paths.stack, env=self._variables(environment), capture_output=True, text=True, check=False
        )
        if outcome.returncode != 0:
            raise DemoError(f"terraform output failed:\n{outcome.stderr}")
        return {name: output["value"] for name, output in json.loads(outcome.stdout).items()}

    def abort(self) -> None:
        """End every terraform that runs: first as it likes it, then at once."""
        for process in list(self.running):
            process.terminate()
        for process in list(self.running):
            try:
                process.wait(ABORT_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()

    def _variable_file(self, environment: str) -> list[str]:
        return ["-input=false", f"-var-file=../environments/{environment}.tfvars"]

    def _variables(self, environment: str) -> dict[str, str]:
        selected = {"TF_WORKSPACE": environment} if environment else {}
        return {**self.environment, **selected}

    def _run(
        self,
        what: str,
        environment: str,
        arguments: list[str],
        extra: Mapping[str, str] | None = None,
        good: tuple[int, ...] = (0,),
    ) -> int:
        """Run a command, show the lines that matter, keep all of them; return its exit code."""
        self.paths.logs.mkdir(parents=True, exist_ok=True)
        log = self.paths.logs / f"terraform-{what}{'-' if environment else ''}{environment}.log"
        said: list[str] = []
        with log.open("a") as output:
            process = subprocess.Popen(
                ["terraform", arguments[0], *(["-no-color"] if arguments[0] != "workspace" else []), *arguments[1:]],
                cwd=self.paths.stack,
                env={**self._variables(environment), **(extra or {})},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            self.running.add(process)
            for line in process.stdout or ():
                output.write(line)
                output.flush()
                said.append(ESCAPES.sub("", line.rstrip()))
                if SHOWN.search(said[-1]) and not HIDDEN.search(said[-1]):
                    self.progress.line(said[-1], environment)
            code = process.wait()
            self.running.discard(process)
        if code not in good:
            raise DemoError(f"terraform {what} {environment} failed:\n{_error(said)}\nAll of it: {_shown(log)}")
        return code


def _error(said: list[str]) -> str:
    first = (number for number, line in enumerate(said) if line.startswith("Error:"))
    start = next(first, max(0, len(said) - ERROR_LINES))
    return "\n".join(said[start : start + ERROR_LINES])


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
