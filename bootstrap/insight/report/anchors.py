"""Stable anchors: the same object has the same address in every report, so that links in a chat go on working."""

from __future__ import annotations

import re

from bootstrap.catalog.ref import Ref

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")


def anchor(*parts: str) -> str:
    """Return an id of one or more names: ``table-public.orders``. Different names have different ids."""
    return ".".join(_UNSAFE.sub(lambda match: f":{ord(match.group()):x}:", part) for part in parts if part)


def anchor_of(ref: Ref) -> str:
    """Return the id of an object that has a place of its own on the page."""
    return f"{ref.kind.value.replace(' ', '-')}-{anchor(ref.schema, ref.table, ref.name)}"
