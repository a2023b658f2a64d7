"""How long it takes to see what is there: snapshot, compare, report and health of many tables, against the floor.

Processor time of whole processes, each beside a run of the floor: nearly all of it is our own work, and it does not
depend on what else the machine does. What the commands say is asserted; the seconds are not.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.workload import add_column, declare

_DIFFERENT = 2  # exit code of compare


@dataclass(frozen=True, slots=True)
class Insight:
    """One engine, how many tables it is to hold, and the least possible process as the floor."""

    engine: str
    tables: int
    floor: str
    fresh: Callable[[str], str]

    def measure(self) -> None:
        """Print a row for each command."""
        with tempfile.TemporaryDirectory() as place:
            for what, seconds, floor in self._commands(Path(place)):
                print(
                    f"{self.engine:<12}{self.tables:>7}  {what:<32}{seconds:>9.2f}{seconds / floor:>8.1f}", flush=True
                )

    def _commands(self, place: Path) -> Iterator[tuple[str, float, float]]:
        name = f"insight_{self.tables}"
        here, there = self.fresh(f"{name}_a"), self.fresh(f"{name}_b")
        declared, other = place / "declared", place / "other"
        declare(declared, self.engine, self.tables, views=self.tables // 10)
        declare(other, self.engine, self.tables, views=self.tables // 10)
        add_column(other, "late", 10)
        files = (place / "here.json", place / "there.json")
        for url, directory in ((here, declared), (there, other)):
            self._run("apply", "--url", url, "--dir", directory)

        def timed(what: str, *arguments: str | Path, code: int = 0) -> tuple[str, float, float]:
            floor = self._floor(here)
            return what, self._run(*arguments, code=code), floor

        page = place / "report.html"
        saved = ("--snapshot", files[0], "--snapshot", files[1])
        yield timed("snapshot", "snapshot", "--url", here, "--dir", declared, "--out", files[0])
        self._run("snapshot", "--url", there, "--dir", other, "--out", files[1])
        yield timed("compare, two files", "compare", *files, code=_DIFFERENT)
        yield timed("compare, live and a file", "compare", here, files[1], "--dir", declared, code=_DIFFERENT)
        yield timed("report, two files", "report", *saved, "--out", page, "--dir", place)
        yield timed("report, live", "report", here, "--out", page, "--dir", declared)
        yield timed("health", "health", "--url", here, "--dir", declared)

    def _run(self, *arguments: str | Path, code: int = 0) -> float:
        start = _processor()
        command = [sys.executable, "-m", "bootstrap", *map(str, arguments)]
        outcome = subprocess.run(command, capture_output=True, text=True, check=False)
        seconds = _processor() - start
        assert outcome.returncode == code, f"{arguments[0]}: {outcome.returncode}\n{outcome.stderr[-2000:]}"  # noqa: S101  # what this measures must hold
        return seconds

    def _floor(self, url: str) -> float:
        start = _processor()
        subprocess.run([sys.executable, "-c", self.floor], env={**os.environ, "FLOOR_URL": url}, check=True)
        return _processor() - start


def _processor() -> float:
    """Processor seconds of all processes of ours that have ended."""
    times = os.times()
    return times.children_user + times.children_system
