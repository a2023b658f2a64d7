"""How many random pairs to try."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """The number of pairs for each engine."""
    parser.addoption(
        "--pairs", type=int, default=0, help="random pairs for each engine instead of the few of a usual run"
    )
