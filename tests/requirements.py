"""What a test needs of the machine: where it is missing a test is skipped, but in CI it fails."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Skip the test that needs it; in CI a skipped check must not count as green."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}: in CI it must be there", pytrace=False)
    pytest.skip(what)


def require_terraform() -> None:
    """Terraform must be on the PATH."""
    if shutil.which("terraform") is None:
        missing("terraform is not installed")
