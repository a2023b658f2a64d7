"""Everything that terraform itself can say about this repository: format, validity, tests.

    python tools/check_terraform.py

Works on a copy, so that no provider links, lock files or states appear beside the sources.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # as a script, only the folder of tools would be on the path

from tools import terraform_mirror  # noqa: E402 - see above

if TYPE_CHECKING:
    from collections.abc import Mapping

MODULE = Path("terraform/modules/db_bootstrap")
STACK = Path("terraform/stack")
# The declarations are read while planning; the copy needs them in the same place.
COPIED = ("terraform", "database")
IGNORED = shutil.ignore_patterns(".terraform", ".terraform.lock.hcl", "*.tfstate*", "*.tfplan", "terraform.tfstate.d")
# A provider process takes 330 MB and one core.
AT_ONCE = 2


class CheckError(Exception):
    """A check failed; the message is what terraform said."""


def main() -> int:
    """Run all checks; 1 with terraform's own words at the first kind that fails."""
    if shutil.which("terraform") is None:
        sys.stderr.write("check_terraform: terraform is not installed, so nothing was checked\n")
        return 1
    try:
        with tempfile.TemporaryDirectory(prefix="db-bootstrap-check-") as scratch:
            _check(Path(scratch))
    except CheckError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def configurations() -> list[Path]:
    """Every directory that holds a configuration of its own, relative to the repository."""
    examples = sorted(path.relative_to(ROOT) for path in (ROOT / MODULE / "examples").iterdir() if path.is_dir())
    return [MODULE, *examples, STACK]


def _check(scratch: Path) -> None:
    environment = terraform_mirror.environment(scratch)
    _terraform(ROOT, environment, "fmt", "-check", "-diff", "-recursive", "terraform")
    _say("terraform fmt: clean")
    for name in COPIED:
        shutil.copytree(ROOT / name, scratch / name, ignore=IGNORED)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for directory in pool.map(lambda directory: _validate(scratch, directory, environment), configurations()):
            _say(f"terraform validate: {directory}: valid")
        tested = [directory for directory in configurations() if any((ROOT / directory / "tests").glob("*.tftest.hcl"))]
        for directory, summary in pool.map(lambda directory: _test(scratch, directory, environment), tested):
            _say(f"terraform test: {directory}: {summary}")


def _validate(scratch: Path, directory: Path, environment: Mapping[str, str]) -> Path:
    _terraform(scratch / directory, environment, "init", "-backend=false", "-input=false")
    _terraform(scratch / directory, environment, "validate")
    return directory


def _test(scratch: Path, directory: Path, environment: Mapping[str, str]) -> tuple[Path, str]:
    # The test reads a state of its own; credentials or a region of the machine must not decide what it finds.
    clean = {name: value for name, value in environment.items() if not name.startswith(("AWS_", "TF_VAR_"))}
    output = _terraform(scratch / directory, clean, "test")
    return directory, output.strip().splitlines()[-1]


def _terraform(directory: Path, environment: Mapping[str, str], *arguments: str) -> str:
    command = ["terraform", *arguments, *(() if arguments[0] == "fmt" else ("-no-color",))]
    done = subprocess.run(  # noqa: S603 - terraform, with our own words
        command, cwd=directory, env=dict(environment), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        where = os.path.relpath(directory, ROOT) if directory.is_relative_to(ROOT) else directory.name
        message = f"terraform {' '.join(arguments)} in {where} failed:\n{done.stdout}{done.stderr}"
        raise CheckError(message.rstrip())
    return done.stdout


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
