"""Declarations in memory, for tests."""

from __future__ import annotations

import pytest

from bootstrap.declaration.load import load_files
from bootstrap.declaration.model import Declaration
from bootstrap.problems import DeclarationError

TABLE = "tables:\n  t:\n    columns:\n      id: int\n      name: text\n    primary_key: [id]\n"


def files(engine: str = "postgresql", /, **contents: str | bytes) -> dict[str, bytes]:
    """Files by a name that can be a keyword: ``schema__a_yaml`` is schema/a.yaml; without a bootstrap, a usual one."""
    found = {"bootstrap.yaml": f"version: 1\nengine: {engine}\n".encode()}
    for name, content in contents.items():
        stem, _, suffix = name.replace("__", "/").rpartition("_")
        found[f"{stem}.{suffix}"] = content.encode() if isinstance(content, str) else content
    return found


def read(engine: str = "postgresql", environment: str | None = None, /, **contents: str | bytes) -> Declaration:
    """Load such files."""
    return load_files(files(engine, **contents), environment)


def problems(engine: str = "postgresql", environment: str | None = None, /, **contents: str | bytes) -> list[str]:
    """What is wrong with such files."""
    with pytest.raises(DeclarationError) as caught:
        read(engine, environment, **contents)
    return [str(problem) for problem in caught.value.problems]
