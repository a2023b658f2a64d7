"""Targets from Terraform's outputs, read with python-terraform.

What of it is used, and why no more: ``output()`` and other generated methods install a handler on the root logger,
``output("name")`` raises KeyError, and failures are logged as warnings. ``cmd()`` does none of that but the last.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from bootstrap.declaration.model import Target, TerraformTarget
from bootstrap.packages import missing_package
from bootstrap.problems import TargetError
from bootstrap.target.config import convert_target

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def read_target(source: TerraformTarget, base: Path, environment: str | None) -> Target:
    """The target that a Terraform configuration has put out for an environment.

    Args:
        source: which configuration, output, key and workspace.
        base: the declaration's directory, which the configuration's is relative to.
        environment: its name is the workspace's, where the source names none. The workspace that the user has
            selected stays selected.

    Raises:
        TargetError: there is no terraform, directory, workspace, output or key; or nothing was applied yet.
    """
    directory = (base / source.directory).resolve()
    if not directory.is_dir():
        raise TargetError(f"target.terraform.directory: there is no directory {directory}: correct it in the overlay")
    program = _program(directory)
    workspace = environment if source.workspace is None else source.workspace
    origin = f"Terraform output {source.output}"
    if workspace:
        origin += f" of workspace {workspace}"
        _check_workspace(program, directory, workspace)
    outputs = _outputs(program, directory, workspace)
    if not outputs:
        raise TargetError(f"{origin}: {directory} has no outputs yet: run {program} apply there first")
    if source.output not in outputs:
        raise TargetError(
            f"{origin}: there is no such output, only {_names(outputs)}: apply the configuration that has it"
        )
    targets = outputs[source.output].get("value")
    if not isinstance(targets, dict) or source.key not in targets:
        known = _names(targets) if isinstance(targets, dict) else "no map"
        raise TargetError(f"{origin} has no key {source.key!r}, only {known}: correct target.terraform.key")
    return convert_target(targets[source.key], f"{origin}[{source.key!r}]")


def _program(directory: Path) -> str:
    """``terraform`` or ``tofu``: the one that locked the providers there, else the one that is installed."""
    lock = directory / ".terraform.lock.hcl"
    by_tofu = lock.is_file() and "registry.opentofu.org/" in lock.read_text(errors="replace")
    programs = ("tofu", "terraform") if by_tofu else ("terraform", "tofu")
    for program in programs:
        if shutil.which(program) is not None:
            return program
    raise TargetError(
        "neither terraform nor tofu is on the PATH: install one, or name the target in DB_BOOTSTRAP_TARGET or with"
        " --url"
    )


def _check_workspace(program: str, directory: Path, workspace: str) -> None:
    """``terraform output`` with TF_WORKSPACE creates a workspace that does not exist, so it is looked for first."""
    listing = _run(program, directory, "workspace list", None)
    known = [line.strip(" *") for line in listing.splitlines() if line.startswith(("  ", "* ")) and line.strip(" *")]
    if workspace not in known:
        raise TargetError(
            f"Terraform in {directory} has no workspace {workspace}, only {', '.join(known)}: name this environment's"
            " as target.terraform.workspace in the overlay, or workspace: false where the configuration has one state"
            " only"
        )


def _outputs(program: str, directory: Path, workspace: str | None) -> dict[str, dict[str, Any]]:
    answer = _run(program, directory, "output", workspace, "json")
    try:
        return msgspec.json.decode(answer, type=dict[str, dict[str, Any]])
    except msgspec.DecodeError as error:
        raise TargetError(f"{program} output in {directory} answers no JSON: {error}: try it by hand") from error


def _run(program: str, directory: Path, command: str, workspace: str | None, *flags: str) -> str:
    """What a command prints; raises TargetError with its own words when it fails."""
    try:
        from python_terraform import IsFlagged, Terraform  # noqa: PLC0415  # only where Terraform is asked
    except ImportError as error:
        raise missing_package(error) from error
    logger = logging.getLogger("python_terraform")
    logger.setLevel(logging.CRITICAL)  # it logs what is said below, once more
    terraform = Terraform(working_dir=str(directory), terraform_bin_path=program)
    with _selected(workspace):
        code, out, err = terraform.cmd(command, **dict.fromkeys(flags, IsFlagged))
    if code != 0:
        raise TargetError(f"{program} {command} in {directory} failed: {_first_error(err)}")
    return str(out)


@contextmanager
def _selected(workspace: str | None) -> Iterator[None]:
    """Select a workspace for one command by TF_WORKSPACE: ``workspace select`` would change it for the user as well.

    python-terraform hands this process's environment on and takes no other.
    """
    before = os.environ.get("TF_WORKSPACE")
    if workspace:
        os.environ["TF_WORKSPACE"] = workspace
    try:
        yield
    finally:
        if before is not None:
            os.environ["TF_WORKSPACE"] = before
        elif workspace:
            del os.environ["TF_WORKSPACE"]


def _first_error(err: str) -> str:
    """Terraform's first error without its frame: its title, and the sentence below."""
    lines = [line.strip(" ╷│╵\t") for line in _COLOUR.sub("", err).splitlines()]
    text = [line for line in lines if line]
    start = next((number for number, line in enumerate(text) if line.startswith("Error:")), 0)
    return " ".join(text[start : start + 3]).removeprefix("Error: ") or "it said nothing"


def _names(values: dict[str, Any]) -> str:
    return ", ".join(sorted(values)) or "none"
