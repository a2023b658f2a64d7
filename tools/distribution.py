"""The source distribution and the wheel, byte for byte the same each time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tools import archives

ROOT = Path(__file__).resolve().parents[1]


class ReleaseError(Exception):
    """Something of the release cannot be built; the message holds what the tool said."""


def build(out: Path) -> tuple[Path, Path]:
    """Build both from the sources of this checkout.

    The wheel is built from the unpacked source distribution. So what is missing in one is missing in both, and files
    that an earlier build has left in the checkout reach neither.

    Returns:
        The paths of the source distribution and of the wheel.

    Raises:
        ReleaseError: the build failed.
    """
    run([sys.executable, "-m", "build", "--outdir", str(out), str(ROOT)], SOURCE_DATE_EPOCH=str(archives.TIME))
    source, wheel = (next(out.glob(pattern)) for pattern in ("db_bootstrap-*.tar.gz", "db_bootstrap-*.whl"))
    archives.repack_tar(source)
    return source, wheel


def run(command: list[str], **variables: str) -> str:
    """Run a tool and return what it printed.

    Raises:
        ReleaseError: it failed.
    """
    environment = {**os.environ, **variables}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  # our words
    if done.returncode != 0:
        raise ReleaseError(f"{' '.join(command[:4])} … failed:\n{(done.stdout + done.stderr).strip()}")
    return done.stdout
