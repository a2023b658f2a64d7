"""What to type where a Python package is missing: the answer comes from the metadata of the installed distribution."""

from __future__ import annotations

import re
import shlex
import sys
from importlib import util

from bootstrap.problems import BootstrapError

_DISTRIBUTION = "db-bootstrap"
# Modules whose distribution has another name, or comes with another one.
_BROUGHT_BY = {"botocore": "boto3", "psycopg2": "psycopg2-binary", "yaml": "pyyaml"}
_REQUIREMENT = re.compile(r"^([\w.-]+)[^;]*")
_EXTRA = re.compile(r"""\bextra\s*==\s*["']([\w.-]+)["']""")


def missing_package(error: ImportError) -> BootstrapError:
    """Say which extra brings a package that is not installed, and the command that installs the package.

    The command names the library and never this distribution: whatever an index has under our name is not ours.
    """
    module = (error.name or "").partition(".")[0]
    requirement, extra = required(_BROUGHT_BY.get(module, module))
    if not requirement:
        return BootstrapError(f"the Python package {module or error} is missing: install {_DISTRIBUTION} again from"
                              " where you have it")  # fmt: skip
    brought = f" (extra: {extra})" if extra else ""
    return BootstrapError(f"the Python package {module} is missing{brought}: run {install_command(requirement)}")


def install_command(requirement: str) -> str:
    """Return the command that installs into this very environment; those that uv makes have no pip."""
    python = shlex.quote(sys.executable)
    installer = f"{python} -m pip install" if util.find_spec("pip") else f"uv pip install --python {python}"
    return f"{installer} {shlex.quote(requirement)}"


def required(name: str) -> tuple[str, str]:
    """Return the requirement of ours on a distribution, and its extra; empty where there is none."""
    for line in _requirements():
        found = _REQUIREMENT.match(line)
        if found and _normal(found[1]) == _normal(name):
            extra = _EXTRA.search(line)
            return found[0].strip(), extra[1] if extra else ""
    return "", ""


def _requirements() -> list[str]:
    from importlib import metadata  # noqa: PLC0415  # takes longer to import than what every command needs

    try:
        return metadata.requires(_DISTRIBUTION) or []
    except metadata.PackageNotFoundError:  # a Lambda function: the zip has no metadata
        return []


def _normal(name: str) -> str:
    """A name as PEP 503 compares it, so that `python_terraform` is found as well."""
    return re.sub(r"[-_.]+", "-", name).lower()
