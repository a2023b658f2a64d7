"""The layers of the design: imports point down only, and nothing heavy is loaded before a command needs it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "bootstrap"
MODULES = sorted(PACKAGE.rglob("*.py"))

# What each room may import of the others. Whatever is not listed is a room that this test does not know: an error.
BOTTOM = {"problems", "packages", "redact", "hazards", "findings", "sql", "wording", "nearest"}
PURE = {"catalog"}
ALLOWED: dict[str, set[str]] = {
    "": set(),  # bootstrap/__init__.py
    "problems": set(),
    "packages": {"problems"},
    "redact": set(),
    "hazards": set(),
    "findings": set(),
    "wording": set(),
    "nearest": set(),
    "sql": set(),
    "catalog": BOTTOM,
    "declaration": BOTTOM | PURE,
    "plan": BOTTOM | PURE | {"declaration"},
    "dialects": BOTTOM | PURE | {"declaration", "plan"},
    "target": BOTTOM | PURE | {"declaration", "plan", "dialects"},
    "run": BOTTOM | PURE | {"declaration", "plan", "dialects", "target"},
    "lambda_zip": BOTTOM,
    "insight": BOTTOM | PURE | {"declaration", "plan", "dialects", "target", "run"},
}
BELOW = set(ALLOWED) - {""}
ALLOWED["service"] = BELOW
ALLOWED["handler"] = ALLOWED["cli"] = BELOW | {"service"}
ALLOWED["__main__"] = {"cli"}

# Third parties that may be imported in one place only.
CONFINED = {
    "psycopg2": "dialects/postgresql/",
    "pymysql": "dialects/mysql/",
    "boto3": "target/",
    "botocore": "target/",
    "python_terraform": "target/",
}
# No file, no network, no process: nothing outside of the standard library's data types.
IMPURE = {"os", "pathlib", "socket", "subprocess", "io", "tempfile", "urllib", "logging", "time", "random", "msgspec"}
HEAVY = ("boto3", "botocore", "psycopg2", "pymysql", "python_terraform", "yaml", "sqlalchemy", "rich")


@cache
def imports(path: Path) -> tuple[tuple[int, str], ...]:
    """Every imported module of a file with its line, also inside functions and under TYPE_CHECKING."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute"
            assert node.module
            yield node.lineno, node.module
            if node.module == "bootstrap" and not any(alias.name.startswith("__") for alias in node.names):
                yield from ((node.lineno, f"bootstrap.{alias.name}") for alias in node.names)


def room(path: Path) -> str:
    """The first part of a module's place in the package: its room."""
    first = path.relative_to(PACKAGE).parts[0]
    return "" if first == "__init__.py" else first.removesuffix(".py")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_is_something_to_read() -> None:
    assert len(MODULES) > 20


def test_every_module_is_in_a_known_room() -> None:
    unknown = [name(path) for path in MODULES if room(path) not in ALLOWED]
    assert unknown == [], f"say in {Path(__file__).name} what these may import"


def test_imports_point_down_only() -> None:
    assert [
        f"{name(path)}:{line}: {room(path)} must not import {module}"
        for path in MODULES
        for line, module in imports(path)
        if module.startswith("bootstrap.") and module.split(".")[1] not in {room(path), *ALLOWED[room(path)]}
    ] == []


def test_drivers_and_clouds_are_imported_in_their_own_rooms_only() -> None:
    assert [
        f"{name(path)}:{line}: {module} is imported in bootstrap/{place} only"
        for path in MODULES
        for line, module in imports(path)
        if (place := CONFINED.get(module.split(".")[0])) and not str(path.relative_to(PACKAGE)).startswith(place)
    ] == []


@pytest.mark.parametrize(("own", "other"), [("postgresql", "mysql"), ("mysql", "postgresql")])
def test_engines_do_not_know_each_other(own: str, other: str) -> None:
    assert [
        f"{name(path)}:{line}: imports {module}"
        for path in (PACKAGE / "dialects" / own).rglob("*.py")
        for line, module in imports(path)
        if module.startswith(f"bootstrap.dialects.{other}")
    ] == []


def test_the_model_and_the_plan_are_pure() -> None:
    assert [
        f"{name(path)}:{line}: imports {module}"
        for path in MODULES
        if room(path) in ("catalog", "plan")
        for line, module in imports(path)
        if module.split(".")[0] in IMPURE
    ] == []


@pytest.mark.parametrize("entry", ["bootstrap.cli.main", "bootstrap.handler"])
def test_nothing_heavy_is_loaded_before_a_command_needs_it(entry: str) -> None:
    program = f"import sys, {entry}; print(*sorted(set(sys.modules) & set({HEAVY!r})))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert loaded.stdout.split() == []
