"""A snapshot as JSON and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.codec import CodecError, dumps, loads
from bootstrap.insight.snapshot.model import FORMAT_VERSION, Snapshot
from bootstrap.problems import BootstrapError, Refused
from bootstrap.redact import redact

# Objects and references have a form of their own, the one that the history keeps catalogs in.
_CODED = ("catalog", "managed", "declared")
_PLAIN = tuple(field.name for field in fields(Snapshot) if field.name not in _CODED)
_AGAIN = "take the snapshot again with this db-bootstrap"


def snapshot_data(snapshot: Snapshot) -> dict[str, Any]:
    """The JSON form of a snapshot.

    Raises:
        Refused: a text in the structure contains a secret that db-bootstrap knows.
    """
    _check_secrets(snapshot.catalog)
    plain = {name: getattr(snapshot, name) for name in _PLAIN}
    coded = {name: json.loads(dumps(getattr(snapshot, name))) for name in _CODED}
    return {"format_version": FORMAT_VERSION, **msgspec.to_builtins(plain), **coded}


def write_snapshot(snapshot: Snapshot, path: Path) -> None:
    """Write a snapshot to a file. Raises BootstrapError, or Refused as :func:`snapshot_data` does."""
    text = json.dumps(snapshot_data(snapshot), ensure_ascii=False, separators=(",", ":")) + "\n"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BootstrapError(f"{path}: cannot write the snapshot: {error.strerror}: name a writable file") from error


def read_snapshot(path: Path) -> Snapshot:
    """Read a snapshot that :func:`write_snapshot` wrote.

    Raises:
        BootstrapError: the file is missing, is no snapshot, or another version of db-bootstrap wrote it.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BootstrapError(f"{path}: cannot read the snapshot: {error.strerror}") from None
    except ValueError as error:
        raise BootstrapError(f"{path}: not a snapshot, for it is not JSON: {error}: {_AGAIN}") from None
    if not isinstance(data, dict) or "format_version" not in data:
        raise BootstrapError(f"{path}: not a snapshot: db-bootstrap snapshot ENV --out FILE writes one")
    if data["format_version"] != FORMAT_VERSION:
        raise BootstrapError(
            f"{path}: format version {data['format_version']} is unknown, this db-bootstrap reads version"
            f" {FORMAT_VERSION}: {_AGAIN}"
        )
    try:
        return _decoded(data)
    except (CodecError, msgspec.ValidationError, KeyError, TypeError) as error:
        raise BootstrapError(f"{path}: cannot read the snapshot: {error}: {_AGAIN}") from None


def _decoded(data: Mapping[str, Any]) -> Snapshot:
    types = get_type_hints(Snapshot)
    plain = {name: msgspec.convert(data[name], types[name], str_keys=True) for name in _PLAIN}
    return Snapshot(**plain, **{name: loads(json.dumps(data[name])) for name in _CODED})


def _check_secrets(catalog: Catalog) -> None:
    """A default, a comment or a body may contain a password: such a structure is not written to a file."""
    parts = [*catalog.objects.items(), *((str(grant.on), grant) for grant in catalog.grants)]
    found = sorted({str(name) for name, part in parts if any(map(_is_secret, _texts(json.loads(dumps(part)))))})
    if found:
        raise Refused(
            f"the snapshot would contain a secret, in {', '.join(found)}: remove the secret from the database's"
            " structure, or change it"
        )


def _is_secret(text: str) -> bool:
    return redact(text) != text


def _texts(value: object) -> Iterator[str]:
    """What is written freely. A name by itself is no secret, even where a password is the same word."""
    if isinstance(value, str):
        if any(letter.isspace() or letter in "'\"$" for letter in value):
            yield value
    elif isinstance(value, Mapping):
        for field, item in value.items():
            if field == "comment" and isinstance(item, str):
                yield item
            else:
                yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
