"""Build the source distribution and the wheel, byte for byte the same each time.

python -m tools.distribution [--out dist]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from tools import archives

ROOT = Path(__file__).resolve().parents[1]


class DistributionError(Exception):
    """The distribution cannot be built; the message holds what the build backend said."""


def build(out: Path) -> tuple[Path, Path]:
    """Build both from the sources of this checkout.

    The wheel is built from the unpacked source distribution. So what is missing in one is missing in both, and files
    that an earlier build has left in the checkout reach neither.

    Returns:
        The paths of the source distribution and of the wheel.

    Raises:
        DistributionError: the build failed.
    """
    command = [sys.executable, "-m", "build", "--outdir", str(out), str(ROOT)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(archives.TIME)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  # our words
    if done.returncode != 0:
        raise DistributionError((done.stdout + done.stderr).strip())
    source, wheel = (next(out.glob(pattern)) for pattern in ("db_bootstrap-*.tar.gz", "db_bootstrap-*.whl"))
    archives.repack_tar(source)
    return source, wheel


def main() -> int:
    """Build and name both files; 1 with the backend's message when that fails."""
    parser = argparse.ArgumentParser(description="Build the source distribution and the wheel.")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder for both; default: dist")
    try:
        for path in build(parser.parse_args().out):
            sys.stdout.write(f"{path}\n")
    except DistributionError as error:
        sys.stderr.write(f"distribution: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
