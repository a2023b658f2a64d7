"""What a release is made of: built once in a test session, by the first worker that asks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bootstrap.lambda_zip.runtime import this_architecture
from demo.servers.cache import file_lock
from tests.conftest import SESSION
from tools import release

ROOT = Path(__file__).resolve().parents[2]


def once(name: str, make: Callable[[Path], object]) -> Path:
    """Return the session's folder of that name, filled by whoever asks first."""
    base = Path(os.environ[SESSION].split(":", 1)[1]) / "release"
    folder, done = base / name, base / f"{name}.done"
    with file_lock(base / f"{name}.lock"):
        if not done.exists():
            folder.mkdir(parents=True)
            make(folder)
            done.touch()
    return folder


def run(command: Sequence[object], **more: object) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; one that fails fails the test with what it said."""
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, **more)  # type: ignore[call-overload]  # keywords of subprocess.run
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done  # type: ignore[no-any-return]  # as above


@pytest.fixture(scope="session")
def released() -> Path:
    """The folder that `make release` fills."""
    return once("released", release.build)


@pytest.fixture(scope="session")
def wheel(released: Path) -> Path:
    """The wheel of the release."""
    return next(released.glob("*.whl"))


@pytest.fixture(scope="session")
def built(released: Path) -> Path:
    """The Lambda zip of the release for this machine's architecture."""
    return next(released.glob(f"*-{this_architecture()}.zip"))


@pytest.fixture(scope="session")
def wheelhouse(wheel: Path) -> Path:
    """A folder with the wheel and all that it requires, from which installers of any kind can install it offline."""

    def fill(folder: Path) -> None:
        versions = ["--constraint", ROOT / "constraints.txt"]
        pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", folder, *versions]
        run([*pip, f"{wheel}[aws,terraform,container]", "pip", "setuptools"])

    return once("wheelhouse", fill)


@pytest.fixture(scope="session")
def installed(wheel: Path, wheelhouse: Path) -> Path:
    """The folder of programs of an environment that holds the wheel, without its extras, and pip."""

    def fill(folder: Path) -> None:
        base = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
        run([base, "-m", "venv", "--without-pip", folder])
        pip = [sys.executable, "-m", "pip", "--python", folder / "bin/python"]
        run([*pip, "install", "--quiet", "--no-index", "--find-links", wheelhouse, wheel, "pip"])

    return once("installed", fill) / "bin"
