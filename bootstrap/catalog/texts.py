"""Texts that the server prints otherwise once it has read what it printed itself.

A view over ``UNION … SELECT NULL`` is printed with ``NULL::integer``; a view made of that text is printed with
``NULL::integer AS int4``. A declaration that says what the server prints today means what is there today.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.ref import Ref

# SQL that the server keeps parsed and prints again.
_PRINTED = frozenset(
    {"definition", "expression", "expressions", "sub_expression", "default", "where", "using", "check", "body"}
)


def with_live_texts(desired: Catalog, declared: Catalog, current: Catalog) -> Catalog:
    """The wanted catalog, with the live text in place of each that was declared in those very words.

    Args:
        desired: what the server made of the declaration.
        declared: the declaration as it was written.
        current: the live catalog, as the server prints it.
    """
    objects: dict[Ref, DatabaseObject] = {}
    for ref, item in desired.objects.items():
        source, live = declared.objects.get(ref), current.objects.get(ref)
        if source is not None and live is not None and item != live:
            objects[ref] = _settled(item, source, live)
    return replace(desired, objects={**desired.objects, **objects}) if objects else desired


def _settled(wanted: Any, source: Any, live: Any) -> Any:
    """The wanted value; where both others are of its kind, with their common texts."""
    if wanted == live or type(source) is not type(wanted) or type(live) is not type(wanted):
        return wanted
    if isinstance(wanted, tuple):
        return _settled_members(wanted, source, live)
    if not is_dataclass(wanted):
        return wanted
    found = {}
    for field in fields(wanted):
        mine, theirs, now = (getattr(item, field.name) for item in (wanted, source, live))
        if field.name in _PRINTED and isinstance(now, str) and isinstance(theirs, str):
            found[field.name] = now if _bare(theirs) == _bare(now) else mine
        elif is_dataclass(mine) or isinstance(mine, tuple):
            found[field.name] = _settled(mine, theirs, now)
    return replace(wanted, **found)  # type: ignore[type-var]  # an instance: classes are no values here


def _settled_members(wanted: tuple[Any, ...], source: tuple[Any, ...], live: tuple[Any, ...]) -> tuple[Any, ...]:
    """Members by their names; those that have none by their places, where there are as many."""
    if all(getattr(member, "name", None) for member in (*wanted, *source, *live)):
        theirs, now = ({member.name: member for member in members} for members in (source, live))
        return tuple(
            _settled(member, theirs[member.name], now[member.name])
            if member.name in theirs and member.name in now
            else member
            for member in wanted
        )
    if len(wanted) == len(source) == len(live):
        return tuple(map(_settled, wanted, source, live))
    return wanted


def _bare(text: str) -> str:
    return text.strip().removesuffix(";").rstrip()
