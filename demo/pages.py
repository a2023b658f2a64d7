"""The page of each database's environments, side by side: what `db-bootstrap report` writes."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from demo import databases, roads
from demo.errors import DemoError
from demo.paths import ROOT, Paths


def write(paths: Paths, targets: Mapping[str, Mapping[str, Any]]) -> list[Path]:
    """Write a page for each database, from snapshots of its environments; return where they are.

    Args:
        paths: the folders of the demo.
        targets: each environment with its databases' targets, by name.
    """
    paths.logs.mkdir(parents=True, exist_ok=True)
    pages = []
    for name in databases.NAMES:
        files: list[str] = []
        for environment, known in targets.items():
            file = paths.logs / f"{environment}-{name}.json"
            _run(
                paths, name, ["snapshot", environment, "--out", str(file)], DB_BOOTSTRAP_TARGET=json.dumps(known[name])
            )
            files += ["--snapshot", str(file)]
        page = paths.base / f"{name}.html"
        _run(paths, name, ["report", *files, "--out", str(page)])
        pages.append(page)
    return pages


def _run(paths: Paths, name: str, arguments: Sequence[str], **variables: str) -> None:
    outcome = subprocess.run(
        [*roads.command_line(), *arguments, "--dir", str(paths.work / "database" / name)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    if outcome.returncode != 0:
        raise DemoError(f"db-bootstrap {' '.join(arguments)} of {name} failed:\n{outcome.stdout}{outcome.stderr}")
