"""The records of the corpora: what they are, which are the sample, and which are known not to converge."""

from __future__ import annotations

import json
import lzma
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
CORPORA = ROOT.parent / "shared" / "corpora"
LIMITS = ROOT / "docs" / "limits.md"
PEER_CASES = "cases/*.jsonl"
EVOLUTION = "cases/evolution.jsonl.xz"
SERVERS = ("postgresql", "mariadb")  # what the README of the corpora says that every case loads on
SAMPLE_EVERY = 6
SAMPLE_LEAST = 6  # per suite and engine


@dataclass(frozen=True)
class Case:
    """One change that somebody made or tests: what is there, and what is wanted."""

    suite: str
    name: str
    engine: str
    current_sql: str
    desired_sql: str
    session: str = ""

    @property
    def key(self) -> str:
        """Unique among all cases."""
        return f"{self.suite}/{self.engine}/{self.name}"


@cache
def all_cases() -> tuple[Case, ...]:
    """Every case that is there; none where the folder is missing."""
    files = [*sorted(CORPORA.glob(PEER_CASES)), *CORPORA.glob(EVOLUTION)]
    return tuple(case for file in files for case in _read(file))


def _read(file: Path) -> Iterator[Case]:
    with lzma.open(file, "rt") if file.suffix == ".xz" else file.open() as lines:
        for line in lines:
            record = json.loads(line)
            yield Case(**{key: record[key] for key in Case.__dataclass_fields__ if record.get(key) is not None})


def sample() -> tuple[Case, ...]:
    """Some of each suite and engine, the same ones each time: small ones, evenly picked."""
    groups: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in all_cases():
        groups[case.suite, case.engine].append(case)
    picked = []
    for group in groups.values():
        group.sort(key=lambda case: (len(case.desired_sql) > 20_000, case.key))
        picked += group[:: max(1, min(SAMPLE_EVERY, len(group) // SAMPLE_LEAST))]
    return tuple(picked)


def real_schemas(engine: str) -> tuple[Path, ...]:
    """The real schemas of an engine."""
    return tuple(sorted((CORPORA / "real" / engine).glob("*.sql")))


@cache
def known_limits() -> dict[str, str]:
    """What docs/limits.md lists: the key of a case → why it does not converge."""
    if not LIMITS.exists():
        return {}
    rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", LIMITS.read_text(), re.MULTILINE)
    return {key.replace("\\|", "|"): reason for key, reason in rows}
