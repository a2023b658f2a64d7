"""Catalogs as JSON and back, so that the history can keep them: equal catalogs give equal texts.

What is more than a scalar says what it is by its first element, or by the key "": nothing has to be guessed from types.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from bootstrap.catalog import catalog, code, columns, constraints, indexes, ref, replication, security, tables, types
from bootstrap.catalog.ref import Kind, Ref

_MODULES = (catalog, code, columns, constraints, indexes, ref, replication, security, tables, types)
_TUPLE, _SET, _MAP, _REF, _ENUM = "tuple", "set", "map", "ref", "enum"


class CodecError(Exception):
    """The text is of another version of the model."""


def dumps(value: object) -> str:
    """Return a catalog, or anything that it is made of, as JSON."""
    return json.dumps(_encoded(value), ensure_ascii=False, separators=(",", ":"))


def loads(text: str) -> Any:  # whatever was written
    """Return what :func:`dumps` was given.

    Raises:
        CodecError: it was written by a version of ours whose model was another one.
    """
    try:
        return _decoded(json.loads(text))
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise CodecError(f"{type(error).__name__}: {error}") from error


def _encoded(value: object) -> object:
    if isinstance(value, Ref):
        return [_REF, value.kind.value, value.schema, value.name, value.table]
    if isinstance(value, StrEnum):
        return [_ENUM, type(value).__name__, value.value]
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, tuple):
        return [_TUPLE, *map(_encoded, value)]
    if isinstance(value, frozenset):
        return [_SET, *sorted(map(_encoded, value), key=json.dumps)]
    if isinstance(value, Mapping):
        return [_MAP, *sorted(([_encoded(key), _encoded(item)] for key, item in value.items()), key=json.dumps)]
    if is_dataclass(value):
        kind: type = type(value)
        given = {name: (getattr(value, name), usual) for name, usual in _defaults(kind).items()}
        said = {name: _encoded(item) for name, (item, usual) in given.items() if item != usual}
        return {"": kind.__name__, **said}
    raise TypeError(f"a catalog holds a {type(value).__name__}: teach bootstrap/catalog/codec.py to write it")


def _decoded(value: Any) -> Any:
    if isinstance(value, dict):
        kind = _classes()[value[""]]
        return kind(**{name: _decoded(item) for name, item in value.items() if name})
    if not isinstance(value, list):
        return value
    tag, *items = value
    match tag:
        case "ref":
            kind, *names = items
            return Ref(Kind(kind), *names)
        case "enum":
            return _classes()[items[0]](items[1])
        case "tuple":
            return tuple(map(_decoded, items))
        case "set":
            return frozenset(map(_decoded, items))
        case "map":
            return {_decoded(key): _decoded(item) for key, item in items}
        case _:
            raise ValueError(tag)


@cache
def _defaults(kind: type) -> Mapping[str, object]:
    """The fields of a class with what they are where nothing was said; what has to be said is never equal to that."""
    found: dict[str, object] = {}
    for field in fields(kind):
        made = field.default if field.default_factory is MISSING else field.default_factory()
        found[field.name] = object() if made is MISSING else made
    return found


@cache
def _classes() -> Mapping[str, Any]:
    """The classes that a catalog is made of, by their names."""
    return {
        item.__name__: item
        for module in _MODULES
        for item in vars(module).values()
        if isinstance(item, type) and (is_dataclass(item) or issubclass(item, StrEnum))
    }
