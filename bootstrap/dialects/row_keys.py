"""The keys of rows as a plan names them."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 60  # characters of one value


def named(columns: Iterable[str], values: Iterable[object]) -> str:
    """One row: ``id = 1, name = Ada``."""
    return ", ".join(f"{column} = {_shown(value)}" for column, value in zip(columns, values, strict=True))


def _shown(value: object) -> str:
    if value is None:
        return "NULL"
    text = value.hex() if isinstance(value, bytes) else " ".join(str(value).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
