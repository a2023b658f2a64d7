"""New columns whose value differs from row to row, so that the server writes every row to add one."""

from __future__ import annotations

import re

from bootstrap.catalog.columns import Column, GeneratedKind

# Functions whose value does not differ from row to row: adding a column with such a default rewrites nothing.
_STABLE = re.compile(
    r"now\(\)|current_(?:timestamp|date|time|user)|localtime(?:stamp)?|transaction_timestamp\(\)"
    r"|statement_timestamp\(\)|'(?:[^']|'')*'|\b(?:varchar|character varying|numeric|bit|char|character|time\w*)\(",
    re.IGNORECASE,
)


def fills_every_row(column: Column) -> bool:
    """Whether the server writes a value of its own into each row that exists."""
    stored = column.generated is not None and column.generated.kind is GeneratedKind.STORED
    return stored or bool(column.identity) or column.serial or _is_volatile(column.default)


def _is_volatile(default: str | None) -> bool:
    return default is not None and "(" in _STABLE.sub("", default)
