"""Digest of what a declaration holds beside the structure: rows, steps and checks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

_DIGITS = 40


def contents_digest(
    *,
    rows: Iterable[tuple[str, str]],
    steps: Iterable[tuple[str, str]],
    checks: Iterable[tuple[str, str, str, str | None]],
) -> str:
    """Return the digest of the contents.

    Args:
        rows: path of the table and digest of the rows, of each seed.
        steps: name and checksum of each step, in their order.
        checks: name, query, expectation and expected value of each check.
    """
    return digest_of("contents 1", sorted(rows), list(steps), sorted(checks))


def digest_of_seeds(digests: Iterable[str]) -> str:
    """Return the digest of all seeds of one table."""
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def digest_of(*parts: object) -> str:
    """Return the digest of values that have the same repr where they are equal."""
    return hashlib.sha256("\0".join(map(repr, parts)).encode()).hexdigest()[:_DIGITS]
