"""Which versions the tests run on."""

from __future__ import annotations

import pytest

from demo.servers.versions import ALL

# The oldest and the newest stand for those in between, on what is fetched for other tests anyway.
SAMPLE = ("postgresql-14", "postgresql-18", "mysql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each version."""
    if "version" in metafunc.fixturenames:
        metafunc.parametrize("version", ALL if metafunc.config.getoption("--all-versions") else SAMPLE)
