"""The Python that a function runs in: a virtual environment with what AWS's runtime has, and nothing else."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from demo.servers.cache import cached

# AWS's own runtime client, and the boto3 that every Python runtime of Lambda carries. Anything more would hide what
# the deployed zip lacks.
PACKAGES = ("awslambdaric>=3", "boto3>=1.34")


class RuntimeUnavailableError(RuntimeError):
    """The runtime that a function asks for cannot be had on this machine."""


def runtime_python(runtime: str) -> Path:
    """Return the interpreter for a runtime's name, such as `python3.12`; its environment is made once and kept.

    Raises:
        RuntimeUnavailableError: there is no such Python here, or its packages could not be installed.
    """
    base = _interpreter(runtime)
    # Keyed by the interpreter: the environment is links into it.
    key = hashlib.sha256(f"{base.resolve()} {PACKAGES}".encode()).hexdigest()[:12]
    environment = cached(f"lambda-{runtime}-{key}", lambda folder: _make(base, folder))
    return environment / "bin/python"


def _interpreter(runtime: str) -> Path:
    if runtime == f"python{sys.version_info.major}.{sys.version_info.minor}":
        # The one behind a virtual environment, so that the new environment does not hang on that one.
        return Path(sys.base_prefix) / "bin" / runtime
    found = shutil.which(runtime)
    if found is None:
        raise RuntimeUnavailableError(f"no {runtime} here to run the function with: package it with a Python that is")
    return Path(found)


def _make(base: Path, folder: Path) -> None:
    python = folder / "bin/python"
    _run([str(base), "-m", "venv", "--without-pip", str(folder)])
    # This environment's pip installs into the other, which so holds not even pip.
    _run([sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--only-binary=:all:", *PACKAGES])


def _run(command: list[str]) -> None:
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    if outcome.returncode != 0:
        last = (outcome.stderr or outcome.stdout).strip().splitlines()[-1:]
        raise RuntimeUnavailableError(f"could not make the function's runtime: {' '.join(last)}")
