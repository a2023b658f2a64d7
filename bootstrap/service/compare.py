"""The use-case ``compare``: how environments differ, live or from snapshot files."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bootstrap.insight.compare.compare import compare as compare_sides
from bootstrap.insight.compare.compare import sides_of
from bootstrap.insight.compare.model import Comparison, Side
from bootstrap.insight.compare.promote import Promotion
from bootstrap.insight.compare.promote import promote as promote_sides
from bootstrap.plan.gate import check_permissions
from bootstrap.service.snapshot import snapshot_of
from bootstrap.service.work import Request

NAMED_ROWS = 100
"""So many keys of seed rows of each kind are read of a live environment."""


def compare(sources: Sequence[str], directory: Path, request: Request) -> Comparison:
    """Compare environments with the first of them. Changes nothing.

    Args:
        sources: environments, URLs or snapshot files.
        directory: where the declaration is, if there is one.
        request: what holds for all of them.
    """
    return compare_sides(_sides(sources, directory, request, keys=NAMED_ROWS))


def promote(source: str, target: str, directory: Path, request: Request) -> Promotion:
    """Say whether what is in one environment may go to another. Changes nothing. Arguments as :func:`compare`."""
    check_permissions(request.permissions)
    one, other = _sides([source, target], directory, request, keys=0)
    return promote_sides(one, other, permissions=request.permissions)


def _sides(sources: Sequence[str], directory: Path, request: Request, *, keys: int) -> list[Side]:
    """All environments, read at the same time."""
    with ThreadPoolExecutor(max_workers=len(sources)) as pool:
        asked = [pool.submit(snapshot_of, source, directory, keys=keys, request=request) for source in sources]
        return sides_of(list(zip(sources, (one.result() for one in asked), strict=True)))
