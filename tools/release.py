"""Build everything that a release consists of into a folder; nothing is published from here.

    python -m tools.release [--out dist/release] [--tag v1.2.3]

Wheel, source distribution, Lambda zips with their manifests, the Terraform module, the context that the container image
is built from, the software bill of materials, and SHA256SUMS of them all. `--tag` refuses a tag that is not the
version's. The version is `bootstrap.__version__` and nothing else.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bootstrap import __version__
from bootstrap.lambda_zip.build import build as build_lambda
from bootstrap.lambda_zip.runtime import ARCHITECTURES, Runtime
from bootstrap.problems import BootstrapError
from tools import archives, distribution, sbom
from tools.distribution import ROOT, ReleaseError

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULE = Path("terraform/modules/db_bootstrap")
CONTEXT = (
    "Dockerfile",
    ".dockerignore",
    "container",
    "pyproject.toml",
    "constraints.txt",
    "README.md",
    "LICENSE",
    "bootstrap",
)
SUMS = "SHA256SUMS"
# What tools leave in a checkout.
_LEFT_BEHIND = frozenset({"__pycache__", ".terraform", ".terraform.lock.hcl", "terraform.tfstate.d"})


def main() -> int:
    """Build the release and list it; 1 with one message when that fails."""
    parser = argparse.ArgumentParser(description="Build everything that a release consists of.")
    parser.add_argument("--out", type=Path, default=ROOT / "dist/release", help="folder, emptied first")
    parser.add_argument("--tag", help="the tag that is released: v and the version")
    arguments = parser.parse_args()
    try:
        if arguments.tag not in (None, "", f"v{__version__}"):
            raise ReleaseError(f"tag {arguments.tag}: bootstrap/__init__.py says {__version__}; tag v{__version__}")
        sys.stdout.write(build(arguments.out))
    except (ReleaseError, BootstrapError) as error:
        sys.stderr.write(f"release: {error}\n")
        return 1
    return 0


def build(out: Path) -> str:
    """Build the release into a folder, which is emptied first. Returns its checksums, as SHA256SUMS holds them.

    Raises:
        ReleaseError, BootstrapError: a tool failed, or a library cannot be had.
    """
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    distribution.build(out)
    for architecture in ARCHITECTURES:
        name = f"db-bootstrap-lambda-{__version__}-{Runtime(architecture).name}-{architecture}.zip"
        build_lambda(out / name, architecture)
    module = {path.relative_to(ROOT / MODULE).as_posix(): path for path in _files(MODULE)}
    archives.write_tar(out / f"db-bootstrap-terraform-module-{__version__}.tar.gz", module)
    context = {path.relative_to(ROOT).as_posix(): path for part in CONTEXT for path in _files(Path(part))}
    archives.write_tar(out / f"db-bootstrap-container-{__version__}.tar.gz", context)
    sbom.write(out / f"db-bootstrap-{__version__}.cdx.json", __version__)
    return _write_sums(out)


def _files(part: Path) -> Iterator[Path]:
    """The files of a part of the repository, without what tools leave behind."""
    whole = ROOT / part
    paths = sorted(whole.rglob("*")) if whole.is_dir() else [whole]
    return (path for path in paths if path.is_file() and not _LEFT_BEHIND & set(path.parts))


def _write_sums(out: Path) -> str:
    files = sorted(path for path in out.iterdir())
    sums = "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files)
    (out / SUMS).write_text(sums, encoding="utf-8")
    return sums


if __name__ == "__main__":
    sys.exit(main())
