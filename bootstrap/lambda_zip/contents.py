"""Files of this package that the Lambda zip contains, and their digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

_PARENT = Path(__file__).resolve().parents[2]
# Parts of the package that a function never runs. A change to them must not run a bootstrap again.
LEFT_OUT = ("bootstrap/cli/", "bootstrap/lambda_zip/", "bootstrap/__main__.py")


def package_files() -> Iterator[tuple[str, Path]]:
    """Return the package's files as (name in the zip, path), sorted by name."""
    paths = (path for path in (_PARENT / "bootstrap").rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    named = sorted((path.relative_to(_PARENT).as_posix(), path) for path in paths)
    return ((name, path) for name, path in named if not name.startswith(LEFT_OUT))


def package_digest() -> str:
    """Return the digest of the sources that decide what a run does, whoever runs them.

    `runner = "local"` of the Terraform module uses it to run again when the bootstrapper changes, without regard to
    compiled libraries.
    """
    digest = hashlib.sha256()
    for name, path in package_files():
        digest.update(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n".encode())
    return digest.hexdigest()
