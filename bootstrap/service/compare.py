"""The use-case ``compare``: how environments differ, live or from snapshot files."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bootstrap.insight.compare.compare import compare as compare_sides
from bootstrap.insight.compare.compare import sides_of
from bootstrap.insight.compare.model import Comparison
from bootstrap.service.snapshot import snapshot_of
from bootstrap.service.work import Request

NAMED_ROWS = 100
"""So many keys of seed rows of each kind are read of a live environment."""


def compare(sources: Sequence[str], directory: Path, request: Request) -> Comparison:
    """Compare environments with the first of them. All are read at the same time. Changes nothing.

    Args:
        sources: environments, URLs or snapshot files.
        directory: where the declaration is, if there is one.
        request: what holds for all of them.
    """
    with ThreadPoolExecutor(max_workers=len(sources)) as pool:
        asked = [pool.submit(snapshot_of, source, directory, keys=NAMED_ROWS, request=request) for source in sources]
        found = [one.result() for one in asked]
    return compare_sides(sides_of(list(zip(sources, found, strict=True))))
