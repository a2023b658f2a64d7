"""Build the Lambda zip and its manifest.

The zip is for the Python minor version that builds it, because drivers and bytecode are compiled for one. The versions
of the libraries are those installed beside this package.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from bootstrap import __version__
from bootstrap.lambda_zip.contents import package_digest, package_files
from bootstrap.lambda_zip.libraries import download, unpack
from bootstrap.lambda_zip.runtime import Runtime
from bootstrap.problems import BootstrapError

# The earliest time a zip can hold; no file's own time may reach the archive.
EPOCH = (1980, 1, 1, 0, 0, 0)

# Compiles sys.argv[1] in sorted order. A fresh interpreter each time: marshal writes what is shared, and that depends
# on what else an interpreter has done before. Unchecked: the runtime need not stat nor hash a single source.
_COMPILE = """
import compileall, py_compile, sys
tree, mode = sys.argv[1], py_compile.PycInvalidationMode.UNCHECKED_HASH
done = compileall.compile_dir(tree, quiet=1, stripdir=tree, prependdir="/var/task", invalidation_mode=mode)
sys.exit(not done)
"""


def build(zip_path: Path, architecture: str) -> dict[str, Any]:
    """Write the zip, and its manifest beside it with the suffix `.json`.

    Args:
        zip_path: the zip; its folder is created.
        architecture: of the Lambda function, `x86_64` or `arm64`.

    Returns:
        The manifest. The Terraform module takes runtime and architecture from it, and checks the digest.

    Raises:
        BootstrapError: a library is not installed here, or no wheel of it fits the Lambda runtime.
    """
    runtime = Runtime(architecture)
    with tempfile.TemporaryDirectory(prefix="db-bootstrap-package-") as scratch:
        tree = Path(scratch, "tree")
        wheels = download(runtime, Path(scratch, "wheels"))
        for wheel in wheels:
            unpack(wheel, tree)
        _copy_package(tree)
        _compile(tree)
        zip_path.parent.mkdir(parents=True, exist_ok=True)
        _write_zip(tree, zip_path)
        digest = hashlib.sha256(zip_path.read_bytes())
        manifest = {
            "version": __version__,
            "runtime": runtime.name,
            "architecture": architecture,
            "sha256": digest.hexdigest(),
            "sha256_base64": base64.b64encode(digest.digest()).decode(),
            "package_digest": package_digest(),
            "wheels": {wheel.name: hashlib.sha256(wheel.read_bytes()).hexdigest() for wheel in wheels},
        }
    _replace(zip_path.with_suffix(".json"), (json.dumps(manifest, indent=2, sort_keys=True) + "\n").encode())
    return manifest


def _copy_package(tree: Path) -> None:
    for name, path in package_files():
        target = tree / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())


def _compile(tree: Path) -> None:
    for path in sorted((tree / "bootstrap").rglob("*.py")):
        try:
            ast.parse(path.read_bytes())  # a syntax error is reported here, in one line, and not by every import later
        except SyntaxError as error:
            raise BootstrapError(f"{path.relative_to(tree)}:{error.lineno}: {error.msg}: correct this file") from error
    command = [sys.executable, "-I", "-S", "-c", _COMPILE, str(tree)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own interpreter
    if done.returncode != 0:
        raise BootstrapError(f"cannot compile the bytecode of a library: {(done.stdout + done.stderr).strip()}")


def _write_zip(tree: Path, zip_path: Path) -> None:
    """Write the tree with sorted names, one time and plain modes, then move the zip into place whole."""
    partial = zip_path.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, path in sorted((path.relative_to(tree).as_posix(), path) for path in tree.rglob("*")):
            if not path.is_file():
                continue
            info = zipfile.ZipInfo(name, EPOCH)
            info.create_system = 3  # Unix, wherever it is built: the modes below are read only then
            info.external_attr = (0o100755 if ".so" in path.suffixes else 0o100644) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, path.read_bytes())
    partial.replace(zip_path)


def _replace(path: Path, content: bytes) -> None:
    """Write a file and move it into place, so that a reader never sees half of it."""
    partial = path.with_suffix(".partial")
    partial.write_bytes(content)
    partial.replace(path)
