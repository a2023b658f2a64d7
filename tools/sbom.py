"""The software bill of materials: what an installation with all extras for use contains, in CycloneDX's form."""

from __future__ import annotations

import json
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

from tools.distribution import ROOT, run

EXTRAS = ("aws", "terraform", "report")  # those that an installation for use has


def write(path: Path, version: str) -> None:
    """Write the bill of materials of this version.

    The libraries are those of `constraints.txt`, which the tests ran with, installed into an environment of their own.
    The project itself is the root component. It is not installed, because its entry would name this machine's path.

    Raises:
        ReleaseError: the libraries cannot be installed or read.
    """
    with tempfile.TemporaryDirectory(prefix="db-bootstrap-sbom-") as folder:
        venv.create(folder, symlinks=True)
        python = str(Path(folder, "bin/python"))
        pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
        run([*pip, "--no-compile", "--constraint", str(ROOT / "constraints.txt"), *_requirements()])
        command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible"]
        bill = json.loads(run([*command, "--pyproject", str(ROOT / "pyproject.toml"), python]))
    bill["metadata"]["component"]["version"] = version
    path.write_text(json.dumps(bill, indent=2) + "\n", encoding="utf-8")


def _requirements() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    return [*project["dependencies"], *(line for extra in EXTRAS for line in extras[extra])]
