"""What of an object is worth writing: everything that differs from what would hold anyway."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import MISSING, fields
from typing import Any

from bootstrap.declaration.scalars import ScalarKind, kind_of
from bootstrap.declaration.writer.emit import Flow, Number, Plain

# Pairs whose values are texts, whatever they look like.
_TEXTS = frozenset({"column_comments", "renamed_labels"})


def given(item: Any, *names: str) -> dict[str, Plain]:
    """The named fields of a dataclass that are not at their default, as plain values."""
    usual = {field.name: _default(field) for field in fields(item)}
    return {
        name: plain(getattr(item, name), verbatim=name in _TEXTS)
        for name in names
        if getattr(item, name) != usual[name]
    }


def _default(field: Any) -> Any:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else MISSING


def plain(value: Any, *, verbatim: bool = False) -> Plain:
    """A field's value: pairs become a mapping (``verbatim``: of nothing but texts), other tuples a list."""
    if isinstance(value, tuple):
        if value and all(isinstance(item, tuple) and len(item) == 2 for item in value):  # noqa: PLR2004  # pairs
            return Flow({name: item if verbatim else text(item) for name, item in value})
        return list(value)
    return value  # type: ignore[no-any-return]  # text, number or boolean


def text(value: str) -> str:
    """SQL text where a number may stand unquoted."""
    return Number(value) if kind_of(value) in {ScalarKind.INTEGER, ScalarKind.BOOLEAN} and _canonical(value) else value


def _canonical(value: str) -> bool:
    return value in {"true", "false"} or not value.startswith("+")


def one_or_list(values: Iterable[str]) -> Plain:
    """A single text, or the list."""
    found = list(values)
    return found[0] if len(found) == 1 else list(found)
