"""Calls of ``create_all()`` in an application's code: it creates tables and never alters one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_NAME = "create_all"
# Of others, or of tests, which may create what they like.
_SKIPPED = {"site-packages", "node_modules", "venv", "tests", "test", "__pycache__"}


@dataclass(frozen=True, slots=True, order=True)
class CreateAll:
    """One place that calls it, or hands it on: ``connection.run_sync(Base.metadata.create_all)``."""

    file: str
    line: int

    def __str__(self) -> str:
        return (
            f"{self.file}:{self.line}: {_NAME}() creates tables that are missing and never alters one that exists:"
            " remove it, and let db-bootstrap apply create the schema"
        )


def find_create_all(source: Path) -> list[CreateAll]:
    """Return every use in the Python files under a directory, or in one file. What cannot be parsed is skipped."""
    files = [source] if source.is_file() else sorted(_files(source))
    found = []
    for path in files:
        try:
            tree = ast.parse(path.read_bytes(), str(path))
        except (SyntaxError, ValueError, OSError):  # a template, or Python of another version
            continue
        found += [CreateAll(str(path), node.lineno) for node in ast.walk(tree) if _is_use(node)]  # type: ignore[attr-defined]  # expressions have lines
    return sorted(set(found))


def _is_use(node: ast.AST) -> bool:
    """Whether a node is the method of something, or its name given to getattr()."""
    if isinstance(node, ast.Attribute):
        return node.attr == _NAME
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "getattr":
        return False
    return any(isinstance(part, ast.Constant) and part.value == _NAME for part in node.args)


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name in _SKIPPED or path.is_symlink():
            continue
        if path.is_dir():
            if not (path / "pyvenv.cfg").exists():
                yield from _files(path)
        elif path.suffix == ".py" and not path.name.startswith(("test_", "conftest")):
            yield path
