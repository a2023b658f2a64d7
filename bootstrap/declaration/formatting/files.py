"""Which files a declaration has, what each may contain, and its formatted content."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bootstrap.declaration.formatting.text import format_text
from bootstrap.declaration.nodes import decode
from bootstrap.declaration.project import open_project
from bootstrap.declaration.shapes.files import BootstrapFile, CheckFile, OverlayFile, SchemaFile, SeedFile, StepFile
from bootstrap.declaration.store import MAIN, Store, declaration_in

_YAML = (".yaml", ".yml")


def formatted(directory: Path) -> dict[str, tuple[bytes, bytes]]:
    """Return each YAML file of a declaration, of all environments: what it contains, and what it is to contain.

    Raises:
        DeclarationError: the declaration cannot be read.
    """
    store = declaration_in(directory)
    found = {}
    for path, shape in sorted(_shapes(store).items()):
        content = store.read(path)
        found[path] = content, format_text(decode(content, path), shape, path).encode()
    return found


def _shapes(store: Store) -> dict[str, type[Any]]:
    """The kind of each YAML file. What belongs to one environment only is found by opening that environment."""
    base = open_project(store, None)
    shapes: dict[str, type[Any]] = {MAIN: BootstrapFile}
    for project in (base, *(open_project(store, name) for name in base.manifest.environments)):
        shapes |= dict.fromkeys(project.schema, SchemaFile)
        shapes |= dict.fromkeys(project.steps, StepFile)
        shapes |= dict.fromkeys((*project.seeds, *project.overlay_seeds), SeedFile)
        shapes |= dict.fromkeys(project.checks, CheckFile)
        if project.overlay_path is not None:
            shapes[project.overlay_path] = OverlayFile
    return {path: shape for path, shape in shapes.items() if path.endswith(_YAML)}
