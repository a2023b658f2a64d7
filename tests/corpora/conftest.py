"""Options and the report of the corpora: which cases run, and a table by suite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from tests.conftest import shared_server, with_routines
from tests.corpora.judge import NOT_LOADED
from tests.corpora.places import Place, place_for
from tests.corpora.records import SERVERS, Case, all_cases, real_schemas, sample

OUTCOMES = ("converged", "refused", "failed", "wrong")


def pytest_addoption(parser: pytest.Parser) -> None:
    """How much of the corpora to run."""
    group = parser.getgroup("corpora")
    group.addoption("--corpora", choices=("sample", "all"), default="sample", help="which cases of the corpora to run")
    group.addoption(
        "--corpora-servers",
        default=",".join(SERVERS),
        help="on which servers, such as postgresql,postgresql-18,mariadb,mysql; a case that a newer one does not load"
        " is skipped with that server's error",
    )
    group.addoption("--write-golden", action="store_true", help="write the golden imports anew, into an empty folder")


def chosen(config: pytest.Config) -> tuple[Case, ...]:
    """The cases of this run."""
    return all_cases() if config.getoption("--corpora", "sample") == "all" else sample()


def servers_of(engine: str, config: pytest.Config) -> list[str]:
    """The names of the servers of this run that are of an engine."""
    names = str(config.getoption("--corpora-servers", ",".join(SERVERS))).split(",")
    return [name for name in names if name.startswith("postgresql") == (engine == "postgresql")]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each case, and for each real schema, on each server of its engine."""
    if "case" in metafunc.fixturenames:
        _on_each_server(metafunc, "case", [(case.engine, case.key, case) for case in chosen(metafunc.config)])
    if "schema" in metafunc.fixturenames:
        schemas = [
            (engine, f"{engine}-{path.stem}", (engine, path))
            for engine in ("postgresql", "mysql")
            for path in real_schemas(engine)
        ]
        _on_each_server(metafunc, "schema", schemas)


def _on_each_server(metafunc: pytest.Metafunc, name: str, things: Sequence[tuple[str, str, object]]) -> None:
    pairs = [
        pytest.param(thing, server, id=key if server in SERVERS else f"{key} on {server}")
        for engine, key, thing in things
        for server in servers_of(engine, metafunc.config)
    ]
    metafunc.parametrize((name, "server"), pairs)


@pytest.fixture(scope="session")
def places() -> Iterator[dict[str, Place]]:
    """The databases of each server by its name; a server starts when the first case asks for it."""
    made: dict[str, Place] = _Places()
    yield made
    for place in made.values():
        place.close()


class _Places(dict[str, Place]):
    def __missing__(self, server: str) -> Place:
        self[server] = place_for(shared_server(with_routines(server)))
        return self[server]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what became of the cases, by suite and server."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            found = dict(getattr(report, "user_properties", ()))
            if "outcome" in found and getattr(report, "when", "") == "call":
                count = counts.setdefault((found["server"], found["suite"]), Counter())
                count.update([found["outcome"], f"rows {found['rows']}"])
                count["superuser"] += bool(found.get("superuser"))
    if not counts:
        return
    terminalreporter.section(f"corpora ({config.getoption('--corpora', default='sample')})")
    head = ("cases", *OUTCOMES, "with rows", "rows unfit", "superuser", "not loaded", "converged")
    terminalreporter.line(f"{'server':15}{'suite':16}" + "".join(f"{name:>11}" for name in head))
    for (server, suite), count in sorted(counts.items()):
        cases = sum(count[outcome] for outcome in OUTCOMES)
        cells = [str(number) for number in (cases, *(count[outcome] for outcome in OUTCOMES))]
        cells += [str(count["rows kept"]), str(count["rows unfit"]), str(count["superuser"]), str(count[NOT_LOADED])]
        cells.append(f"{100 * count['converged'] / cases:.1f} %" if cases else "-")
        terminalreporter.line(f"{server:15}{suite:16}" + "".join(f"{cell:>11}" for cell in cells))
