"""What the bodies of MySQL were written in: said once for the database, instead of at every body."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.code import Event, Routine, Trigger, View
from bootstrap.catalog.ref import Ref

KEYS = ("sql_mode", "charset", "collation")


def _has(item: DatabaseObject, key: str) -> bool:
    return isinstance(item, Event | Routine | Trigger) or (isinstance(item, View) and key != "sql_mode")


def fill(objects: dict[Ref, DatabaseObject], usual: Mapping[str, str]) -> None:
    """Give what is usual to every body that does not say otherwise."""
    for ref, item in objects.items():
        missing: dict[str, Any] = {
            key: value for key, value in usual.items() if _has(item, key) and getattr(item, key) is None
        }
        if missing:
            objects[ref] = replace(item, **missing)


def usual_of(catalog: Catalog) -> dict[str, str]:
    """What most bodies were written in; nothing for a key that some body lacks, or where there is only one body."""
    usual = {}
    for key in KEYS:
        values = Counter(getattr(item, key) for item in catalog.objects.values() if _has(item, key))
        if None not in values and values.total() > 1:
            usual[key] = min(values, key=lambda value: (-values[value], value))
    return usual


def without(catalog: Catalog, usual: Mapping[str, str]) -> Catalog:
    """The catalog without what is usual."""
    objects = {}
    for ref, item in catalog.objects.items():
        same: dict[str, Any] = {
            key: None for key, value in usual.items() if _has(item, key) and getattr(item, key) == value
        }
        objects[ref] = replace(item, **same) if same else item
    return replace(catalog, objects=objects)
