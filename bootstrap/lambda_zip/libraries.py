"""Libraries in the Lambda zip: the versions that are installed here, as wheels for the Lambda runtime.

Where the installed version has no wheel for the runtime, the newest earlier one that has is taken: the runtimes up to
Python 3.11 have an old C library, for which not every driver is built any more.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from importlib import metadata, util
from pathlib import Path

from bootstrap.lambda_zip.runtime import Runtime
from bootstrap.packages import install_command, required
from bootstrap.problems import BootstrapError

# What the handler imports and no more: boto3 is in the runtime, click belongs to the command line.
LIBRARIES = ("msgspec", "psycopg2-binary", "pymysql", "pyyaml")
# Stubs and sources of extensions are never imported.
_NEVER_IMPORTED = (".pyi", ".pyx", ".pxd", ".c", ".h")


def download(runtime: Runtime, folder: Path) -> list[Path]:
    """Download the wheels through the index that pip is configured for. Returns their paths, sorted.

    pip does not follow the libraries' own dependencies: the list is complete.

    Raises:
        BootstrapError: a library or pip is not installed here, or no wheel fits the runtime.
    """
    wanted = [_wanted(library) for library in LIBRARIES]
    if util.find_spec("pip") is None:
        raise BootstrapError(f"pip, which downloads the drivers, is not installed here: run {install_command('pip')}")
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
        *runtime.pip_options, "--dest", str(folder), *wanted,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # pip, with our own words
    if done.returncode != 0:
        reasons = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or [done.stderr.strip()]
        raise BootstrapError(
            f"pip found no wheels for {runtime.name} {runtime.architecture}: {reasons[-1]}: check the index that pip"
            " uses, or run this command with a later Python, whose Lambda runtime takes newer wheels"
        )
    return sorted(folder.glob("*.whl"))


def unpack(wheel: Path, folder: Path) -> None:
    """Unpack a wheel into a folder, without what is never imported."""
    with zipfile.ZipFile(wheel) as archive:
        for info in archive.infolist():
            if not info.is_dir() and not info.filename.endswith(_NEVER_IMPORTED):
                archive.extract(info, folder)


def _wanted(library: str) -> str:
    """What pip is to choose from: no version that is newer than the installed one, and none that is too old for us."""
    try:
        installed = metadata.version(library)
    except metadata.PackageNotFoundError as error:
        raise BootstrapError(f"{library} is not installed in {sys.prefix}: run {install_command(library)}") from error
    requirement, _ = required(library)
    separator = "," if requirement and requirement != library else ""
    return f"{requirement or library}{separator}<={installed}"
