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
from bootstrap.problems import TargetError, missing_package
from bootstrap.target.config import convert_target

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def read_target(source: TerraformTarget, base: Path, workspace: str | None) -> Target:
    """The target that a Terraform configuration has put out for an environment.

    Args:
        source: which configuration, output and key.
        base: the declaration's directory, which the configuration's is relative to.
        workspace: the environment's name, which is its workspace's. The workspace that the user has selected stays
            selected. None: whichever is selected.

    Raises:
        TargetError: there is no terraform, directory, workspace, output or key; or nothing was applied yet.
    """
    directory = (base / source.directory).resolve()
    if not directory.is_dir():
        raise TargetError(f"target.terraform.directory: there is no directory {directory}: correct it in the overlay")
    if shutil.which("terraform") is None:
        raise TargetError(
            "terraform is not on the PATH: install it, or name the target in DB_BOOTSTRAP_TARGET or with --url"
        )
    origin = f"Terraform output {source.output}"
    if workspace:
        origin += f" of workspace {workspace}"
        _check_workspace(directory, workspace)
    outputs = _outputs(directory, workspace)
    if not outputs:
        raise TargetError(f"{origin}: {directory} has no outputs yet: run terraform apply there first")
    if source.output not in outputs:
        raise TargetError(
            f"{origin}: there is no such output, only {_names(outputs)}: apply the configuration that has it"
        )
    targets = outputs[source.output].get("value")
    if not isinstance(targets, dict) or source.key not in targets:
        known = _names(targets) if isinstance(targets, dict) else "no map"
        raise TargetError(f"{origin} has no key {source.key!r}, only {known}: correct target.terraform.key")
    return convert_target(targets[source.key], f"{origin}[{source.key!r}]")


def _check_workspace(directory: Path, workspace: str) -> None:
    """``terraform output`` with TF_WORKSPACE creates a workspace that does not exist, so it is looked for first."""
    listing = _run(directory, "workspace list", None)
    known = [line.strip(" *") for line in listing.splitlines() if line.startswith(("  ", "* ")) and line.strip(" *")]
    if workspace not in known:
        raise TargetError(
            f"Terraform in {directory} has no workspace {workspace}, only {', '.join(known)}:"
            f" run terraform workspace new {workspace} and terraform apply there first"
        )


def _outputs(directory: Path, workspace: str | None) -> dict[str, dict[str, Any]]:
    answer = _run(directory, "output", workspace, "json")
    try:
        return msgspec.json.decode(answer, type=dict[str, dict[str, Any]])
    except msgspec.DecodeError as error:
        raise TargetError(f"terraform output in {directory} answers no JSON: {error}: try it by hand") from error


def _run(directory: Path, command: str, workspace: str | None, *flags: str) -> str:
    """What a terraform command prints; raises TargetError with its own words when it fails."""
    try:
        from python_terraform import IsFlagged, Terraform  # noqa: PLC0415  # only where Terraform is asked
    except ImportError as error:
        raise missing_package(error) from error
    logger = logging.getLogger("python_terraform")
    logger.setLevel(logging.CRITICAL)  # it logs what is said below, once more
    terraform = Terraform(working_dir=str(directory))
    with _selected(workspace):
        code, out, err = terraform.cmd(command, **dict.fromkeys(flags, IsFlagged))
    if code != 0:
        raise TargetError(f"terraform {command} in {directory} failed: {_first_error(err)}")
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
