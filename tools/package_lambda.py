"""Build the Lambda zip: the package and its drivers, byte for byte the same each time.

    python tools/package_lambda.py [--out dist/lambda] [--architecture x86_64|arm64]

Writes `db-bootstrap.zip` and beside it the manifest `db-bootstrap.json`, from which Terraform takes the runtime. The
zip is for the Python minor version that builds it, because the drivers and the bytecode are compiled for one. The
versions of the libraries are those installed in this environment: what the tests ran with is what is deployed.
"""

from __future__ import annotations

import argparse
import ast
import base64
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import zipfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parents[1]
NAME = "db-bootstrap"

# What the handler imports and no more: boto3 is in the runtime, click belongs to the command line.
LIBRARIES = ("msgspec", "psycopg2-binary", "pymysql", "pyyaml")
# Parts of the package that only the operator's machine uses. A change to them must not re-run a bootstrap either.
OPERATOR_ONLY = ("bootstrap/cli/", "bootstrap/__main__.py")
ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "arm64": "aarch64", "aarch64": "aarch64"}
# Lambda runtimes up to 3.11 stand on Amazon Linux 2 (glibc 2.26), later ones on Amazon Linux 2023 (glibc 2.34).
GLIBC_OLD, GLIBC_NEW, FIRST_NEW_MINOR = 26, 34, 12
# Stubs and sources of extensions are never imported.
LEFT_OUT = (".pyi", ".pyx", ".pxd", ".c", ".h")
# The earliest time a zip can hold; no file's own time may reach the archive.
EPOCH = (1980, 1, 1, 0, 0, 0)

# Compiles sys.argv[1] in sorted order. A fresh interpreter each time: marshal writes what is shared, and that depends
# on what else an interpreter has done before. Unchecked: the runtime need not stat nor hash a single source.
COMPILE = """
import compileall, py_compile, sys
tree, mode = sys.argv[1], py_compile.PycInvalidationMode.UNCHECKED_HASH
done = compileall.compile_dir(tree, quiet=1, stripdir=tree, prependdir="/var/task", invalidation_mode=mode)
sys.exit(not done)
"""


class PackagingError(Exception):
    """The zip cannot be built; the message says what to do."""


def main() -> int:
    """Build and say what was built; 1 with one line when it cannot be done."""
    arguments = _arguments()
    try:
        zip_path = build(arguments.out, arguments.architecture)
    except PackagingError as error:
        sys.stderr.write(f"package: {error}\n")
        return 1
    manifest = json.loads(zip_path.with_suffix(".json").read_text(encoding="utf-8"))
    size = zip_path.stat().st_size / 1e6
    sys.stdout.write(
        f"{_shown(zip_path)}  {size:.1f} MB  {manifest['runtime']} {manifest['architecture']}  "
        f"sha256 {manifest['sha256'][:12]}\n"
    )
    return 0


def build(out: Path, architecture: str) -> Path:
    """Build the zip and its manifest.

    Args:
        out: the folder that gets both files.
        architecture: of the Lambda function, `x86_64` or `arm64`.

    Returns:
        The path of the zip.

    Raises:
        PackagingError: a library is not installed here, or no wheel of it fits the Lambda runtime.
    """
    versions = {library: _installed_version(library) for library in LIBRARIES}
    with tempfile.TemporaryDirectory(prefix="db-bootstrap-package-") as scratch:
        wheels = Path(scratch, "wheels")
        tree = Path(scratch, "tree")
        _download(versions, ARCHITECTURES[architecture], wheels)
        downloaded = sorted(wheels.glob("*.whl"))
        for wheel in downloaded:
            _unpack(wheel, tree)
        _copy_package(tree)
        _compile(tree)
        out.mkdir(parents=True, exist_ok=True)
        zip_path = out / f"{NAME}.zip"
        _write_zip(tree, zip_path)
        manifest = {
            "runtime": f"python3.{sys.version_info.minor}",
            "architecture": architecture,
            "sha256": _sha256(zip_path).hex(),
            "sha256_base64": base64.b64encode(_sha256(zip_path)).decode(),
            "package_digest": package_digest(),
            "wheels": {wheel.name: _sha256(wheel).hex() for wheel in downloaded},
        }
    text = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
    _replace(zip_path.with_suffix(".json"), text.encode())
    return zip_path


def package_digest() -> str:
    """Digest of the sources that decide what a run does, whoever runs them.

    `runner = "local"` uses it to run again when the bootstrapper changes, without regard to compiled libraries.
    """
    digest = hashlib.sha256()
    for name, path in _package_files():
        digest.update(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n".encode())
    return digest.hexdigest()


def this_architecture() -> str:
    """The architecture of this machine, as Lambda calls it; x86_64 where it has neither."""
    return "arm64" if ARCHITECTURES.get(platform.machine().lower()) == "aarch64" else "x86_64"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Build the Lambda zip, reproducibly.")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "dist" / "lambda", help="folder for the zip and its manifest"
    )
    parser.add_argument("--architecture", choices=("x86_64", "arm64"), default=this_architecture())
    return parser.parse_args()


def _installed_version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError as error:
        message = f"{library} is not installed in {sys.prefix}: run `make .venv` and use its Python"
        raise PackagingError(message) from error


def _download(versions: dict[str, str], machine: str, wheels: Path) -> None:
    """Fetch the wheels for the Lambda runtime through pip's own configured index.

    Dependencies of the libraries are not followed: the list is complete, and a new one has to be decided on.
    """
    tag = f"cp3{sys.version_info.minor}"
    platforms = [argument for name in _platforms(machine) for argument in ("--platform", name)]
    # fmt: off
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
        "--only-binary=:all:", "--implementation", "cp", "--python-version", f"3.{sys.version_info.minor}",
        "--abi", tag, "--abi", "abi3", "--abi", "none", *platforms, "--dest", str(wheels),
        *(f"{library}=={version}" for library, version in versions.items()),
    ]
    # fmt: on
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - pip, with our own words
    if done.returncode != 0:
        reasons = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or [done.stderr.strip()]
        message = f"pip found no wheels for {tag} {machine}: {reasons[-1]}"
        raise PackagingError(message)


def _platforms(machine: str) -> list[str]:
    """Every platform tag that runs on the runtime's glibc; pip takes the best of the wheels that carry one."""
    newest = GLIBC_NEW if sys.version_info.minor >= FIRST_NEW_MINOR else GLIBC_OLD
    return [f"manylinux_2_{minor}_{machine}" for minor in range(newest, 16, -1)] + [f"manylinux2014_{machine}"]


def _unpack(wheel: Path, tree: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for info in archive.infolist():
            if not info.is_dir() and not info.filename.endswith(LEFT_OUT):
                archive.extract(info, tree)


def _package_files() -> Iterator[tuple[str, Path]]:
    """The package's files as (name in the zip, path), sorted by name."""
    paths = (path for path in (ROOT / "bootstrap").rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    named = sorted((path.relative_to(ROOT).as_posix(), path) for path in paths)
    return ((name, path) for name, path in named if not name.startswith(OPERATOR_ONLY))


def _copy_package(tree: Path) -> None:
    for name, path in _package_files():
        target = tree / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())


def _compile(tree: Path) -> None:
    for path in sorted((tree / "bootstrap").rglob("*.py")):
        try:
            ast.parse(path.read_bytes())  # a syntax error is said here, in one line, and not by every import later
        except SyntaxError as error:
            message = f"{path.relative_to(tree)}:{error.lineno}: {error.msg}"
            raise PackagingError(message) from error
    command = [sys.executable, "-I", "-S", "-c", COMPILE, str(tree)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own interpreter
    if done.returncode != 0:
        message = f"bytecode could not be compiled: {(done.stdout + done.stderr).strip()}"
        raise PackagingError(message)


def _write_zip(tree: Path, zip_path: Path) -> None:
    """Write the tree with sorted names, one time and plain modes, then move it into place whole."""
    partial = zip_path.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, path in _sorted_files(tree.rglob("*"), tree):
            info = zipfile.ZipInfo(name, EPOCH)
            info.create_system = 3  # Unix, wherever it is built: the modes below are read only then
            info.external_attr = (0o100755 if ".so" in path.suffixes else 0o100644) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, path.read_bytes())
    partial.replace(zip_path)


def _sorted_files(paths: Iterable[Path], base: Path) -> list[tuple[str, Path]]:
    return sorted((path.relative_to(base).as_posix(), path) for path in paths if path.is_file())


def _replace(path: Path, content: bytes) -> None:
    """Write and move into place, so that a reader never sees half of it."""
    partial = path.with_suffix(".partial")
    partial.write_bytes(content)
    partial.replace(path)


def _sha256(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


def _shown(path: Path) -> str:
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


if __name__ == "__main__":
    sys.exit(main())
