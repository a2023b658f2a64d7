"""The JSON Schema of the declaration's files, for editors.

It is made from the shapes and ships as ``schema.json``; ``python -m bootstrap.declaration.schema`` writes it after
a change of the shapes. An editor with the YAML language server uses it through the first line of a file::

    # yaml-language-server: $schema=https://…/schema.json
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import msgspec

from bootstrap.declaration.shapes.common import SQL_MARK
from bootstrap.declaration.shapes.files import (
    BootstrapFile,
    CheckFile,
    OverlayFile,
    SchemaFile,
    SeedFile,
    StepFile,
)

FILE = Path(__file__).with_name("schema.json")
_KINDS = (SchemaFile, BootstrapFile, OverlayFile, SeedFile, CheckFile, StepFile)


def json_schema() -> dict[str, Any]:
    """The schema: a file is one of the kinds, each of which can also be named, as ``schema.json#/$defs/SeedFile``."""
    roots, components = msgspec.json.schema_components(_KINDS, ref_template="#/$defs/{name}")
    _finish(components)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A file of a db-bootstrap declaration",
        "anyOf": list(roots),
        "$defs": components,
    }


def _finish(node: Any) -> None:
    """Let numbers and booleans stand where the shapes take them for their text; descriptions without the indentation
    of the docstrings that they come from, which Python keeps before 3.13.
    """
    if isinstance(node, list):
        for item in node:
            _finish(item)
    elif isinstance(node, dict):
        if node.get("$comment") == SQL_MARK:
            node["type"] = ["string", "number", "boolean"]
        if isinstance(node.get("description"), str):
            node["description"] = inspect.cleandoc(node["description"])
        for item in node.values():
            _finish(item)


def text() -> str:
    """The schema as it is kept in the file."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
