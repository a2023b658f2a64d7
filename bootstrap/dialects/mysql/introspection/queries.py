"""The queries of the catalog, a file each in ``sql``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bootstrap.dialects.mysql.text import literal


def query(name: str, database: str, replaced: Iterable[tuple[str, str]] = ()) -> str:
    """One of the queries, for one database; ``replaced``: texts for its placeholders, in turn."""
    text = (Path(__file__).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    for placeholder, value in replaced:
        text = text.replace(placeholder, value)
    return text.replace(":database", literal(database))
