"""A pytest plugin that writes down what became of each test: `pytest -p tools.outcomes --outcomes=FILE`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest


@dataclass
class Outcomes:
    """What became of the tests of one pytest session."""

    exit_status: int = -1  # pytest's own; make has one for all errors
    tests: dict[str, str] = field(default_factory=dict)  # node id → passed, skipped, failed
    not_collected: list[str] = field(default_factory=list)

    @property
    def failed(self) -> list[str]:
        """Return the node ids of the tests that failed, in the order in which they ran."""
        return [test for test, outcome in self.tests.items() if outcome == "failed"]

    @classmethod
    def read(cls, path: Path) -> Outcomes:
        """Read what a session wrote down."""
        return cls(**json.loads(path.read_text()))

    def write(self, path: Path) -> None:
        """Write the outcomes to a file."""
        path.write_text(json.dumps(asdict(self)))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names the file."""
    parser.addoption("--outcomes", type=Path, help="file to write the outcome of each test to")


def pytest_configure(config: pytest.Config) -> None:
    """Record outcomes in the process that reports them: with pytest-xdist that is not a worker."""
    path = config.getoption("--outcomes")
    if path is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Recorder(path))


class _Recorder:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._outcomes = Outcomes()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._outcomes.not_collected.append(report.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test reports its set-up, its call and its tear-down: it passed when none of them failed."""
        tests = self._outcomes.tests
        if report.failed:
            tests[report.nodeid] = "failed"
        elif report.skipped or report.when == "call":
            tests.setdefault(report.nodeid, report.outcome)

    # Last of all: another plugin may change the status.
    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self._outcomes.exit_status = int(session.exitstatus)
        self._outcomes.write(self._path)
