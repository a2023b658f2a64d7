"""Options and the report of the corpora: which cases run, and a table by suite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.conftest import shared_server
from tests.corpora.places import Place, place_for
from tests.corpora.records import Case, all_cases, sample

SERVERS = {"postgresql": "postgresql", "mysql": "mariadb"}
OUTCOMES = ("converged", "refused", "failed", "wrong")


def pytest_addoption(parser: pytest.Parser) -> None:
    """How much of the corpora to run."""
    group = parser.getgroup("corpora")
    group.addoption("--corpora", choices=("sample", "all"), default="sample", help="which cases of the corpora to run")
    group.addoption("--write-golden", action="store_true", help="write the golden imports anew, into an empty folder")
    group.addoption(
        "--corpora-direct", action="store_true", help="skip the declaration: only what the engine does with a catalog"
    )


def chosen(config: pytest.Config) -> tuple[Case, ...]:
    """The cases of this run."""
    return all_cases() if config.getoption("--corpora", "sample") == "all" else sample()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each case."""
    if "case" in metafunc.fixturenames:
        cases = chosen(metafunc.config)
        metafunc.parametrize("case", cases, ids=[case.key for case in cases])


@pytest.fixture(scope="session")
def places() -> Iterator[dict[str, Place]]:
    """The databases of each engine; a server starts when the first case asks for it."""
    made: dict[str, Place] = _Places()
    yield made
    for place in made.values():
        place.close()


class _Places(dict[str, Place]):
    def __missing__(self, engine: str) -> Place:
        self[engine] = place_for(shared_server(SERVERS[engine]))
        return self[engine]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what became of the cases, by suite and engine."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            found = dict(getattr(report, "user_properties", ()))
            if "outcome" in found and getattr(report, "when", "") == "call":
                count = counts.setdefault((found["engine"], found["suite"]), Counter())
                count.update([found["outcome"], f"rows {found['rows']}"])
    if not counts:
        return
    terminalreporter.section(f"corpora ({config.getoption('--corpora', default='sample')})")
    head = ("cases", *OUTCOMES, "with rows", "rows unfit", "converged")
    terminalreporter.line(f"{'engine':12}{'suite':16}" + "".join(f"{name:>11}" for name in head))
    for (engine, suite), count in sorted(counts.items()):
        cases = sum(count[outcome] for outcome in OUTCOMES)
        cells = [str(number) for number in (cases, *(count[outcome] for outcome in OUTCOMES))]
        cells += [str(count["rows kept"]), str(count["rows unfit"]), f"{100 * count['converged'] / cases:.1f} %"]
        terminalreporter.line(f"{engine:12}{suite:16}" + "".join(f"{cell:>11}" for cell in cells))
