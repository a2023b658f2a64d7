"""Seed rows."""

from __future__ import annotations

from bootstrap.dialects.base import SeedCounts, SeedTable
from bootstrap.dialects.mysql.session import MySqlSession


def apply_seed(session: MySqlSession, seed: SeedTable, *, dry_run: bool) -> SeedCounts:
    raise NotImplementedError
