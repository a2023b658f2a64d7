"""Whole processes: wall and processor seconds, and medians of their ratios to the first of them."""

from __future__ import annotations

import resource
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Spent:
    """What one process took, in seconds."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Median:
    """The median of many runs of one command, and that of its ratios to the floor of the same round."""

    spent: Spent
    ratio: Spent


def run(command: Sequence[str | Path], environment: Mapping[str, str], *, code: int = 0) -> Spent:
    """Run one process to its end. It must end with this exit code."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(list(map(str, command)), env=dict(environment), check=False, capture_output=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != code:
        raise subprocess.CalledProcessError(done.returncode, str(command), done.stdout, done.stderr)
    return Spent(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def medians(rounds: Sequence[Mapping[str, Spent]], floor: str) -> dict[str, Median]:
    """Return the medians of each command, in the order of the first round."""
    return {name: _median([(found[name], found[floor]) for found in rounds]) for name in rounds[0]}


def _median(pairs: Sequence[tuple[Spent, Spent]]) -> Median:
    return Median(
        spent=Spent(
            statistics.median(spent.wall for spent, _ in pairs), statistics.median(spent.cpu for spent, _ in pairs)
        ),
        ratio=Spent(
            statistics.median(spent.wall / floor.wall for spent, floor in pairs),
            statistics.median(spent.cpu / floor.cpu for spent, floor in pairs),
        ),
    )
