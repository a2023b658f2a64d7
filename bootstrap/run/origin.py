"""Who runs this, where, and from which revision: what the history notes down about a run."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_FOR_GIT = ("PATH", "HOME", "XDG_CONFIG_HOME", "SYSTEMROOT")
GIT_REVISION_VARIABLE = "DB_BOOTSTRAP_GIT_REVISION"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a run comes from. ``principal`` is who is behind it as far as the surroundings tell: a CI system's actor or
    the Lambda function; ``source`` is where its log can be found.
    """

    os_user: str
    host: str
    principal: str = ""
    source: str = ""
    git_revision: str = ""


def find_origin(environ: Mapping[str, str], directory: Path | None = None) -> Origin:
    """Read it from the environment, and the revision from git where nothing names it.

    Args:
        environ: of this process.
        directory: the declaration's, whose working copy is asked; None asks nobody.
    """
    principal, source, revision = _surroundings(environ)
    revision = environ.get(GIT_REVISION_VARIABLE) or revision or (_git_revision(directory) if directory else "")
    return Origin(
        os_user=_user(environ), host=socket.gethostname(), principal=principal, source=source, git_revision=revision
    )


def _surroundings(environ: Mapping[str, str]) -> tuple[str, str, str]:
    """Principal, source and revision as CI systems and AWS Lambda put them into the environment."""
    get = environ.get
    if get("GITHUB_ACTIONS") == "true":
        source = (
            f"{get('GITHUB_SERVER_URL', '')}/{get('GITHUB_REPOSITORY', '')}/actions/runs/{get('GITHUB_RUN_ID', '')}"
        )
        return get("GITHUB_ACTOR", ""), source, get("GITHUB_SHA", "")
    if get("GITLAB_CI"):
        return get("GITLAB_USER_LOGIN", ""), get("CI_JOB_URL", ""), get("CI_COMMIT_SHA", "")
    if get("AWS_LAMBDA_FUNCTION_NAME"):
        return f"lambda {get('AWS_LAMBDA_FUNCTION_NAME')}", get("AWS_LAMBDA_LOG_STREAM_NAME", ""), ""
    if get("BUILD_URL"):  # Jenkins
        return get("BUILD_USER_ID", ""), get("BUILD_URL", ""), get("GIT_COMMIT", "")
    return "", "", ""


def _user(environ: Mapping[str, str]) -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        return environ.get("USER", "")


def _git_revision(directory: Path) -> str:
    """The commit of the declaration's working copy, marked where it has changes; "" outside of one."""
    git = shutil.which("git")
    if git is None:
        return ""
    # Neither our secrets nor a program that the repository's configuration names are git's business.
    quiet = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]
    command = [git, *quiet, "-C", str(directory), "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"]
    environment = {name: os.environ[name] for name in _FOR_GIT if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603  # git itself
            command, env=environment, capture_output=True, text=True, errors="replace", check=False, timeout=5
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
