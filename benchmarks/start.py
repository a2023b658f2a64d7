"""How long the program takes to start, against an interpreter that does nothing."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from benchmarks.processes import medians, run
from benchmarks.workload import declare

_FLOOR = "an empty interpreter"


def measure(runs: int) -> None:
    """Print a row for each way to start."""
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place) / "declaration"
        declare(directory, "postgresql", 10)
        ours = [sys.executable, "-m", "bootstrap"]
        commands = {
            _FLOOR: ([sys.executable, "-c", "pass"], 0),
            "--version": ([*ours, "--version"], 0),
            "--help": ([*ours, "--help"], 0),
            "an unknown option": ([*ours, "apply", "--no-such"], 1),
            "lint of 10 tables": ([*ours, "lint", "--dir", str(directory)], 0),
        }
        rounds = [
            {name: run(command, os.environ, code=code) for name, (command, code) in commands.items()}
            for _ in range(runs)
        ]
    print(f"{'start':<24}{'CPU ms':>8}{'ratio':>8}")
    for name, found in medians(rounds, _FLOOR).items():
        print(f"{name:<24}{found.spent.cpu * 1000:>8.0f}{found.ratio.cpu:>8.1f}")
