"""Some cases of the corpora once more, by a user as RDS gives it to its customers: nothing needs a superuser."""

from __future__ import annotations

import os

import pytest

from demo.servers import MariaDBServer, MySQLServer, PostgresServer
from tests.corpora.judge import CONVERGED, judge
from tests.corpora.master import master_of
from tests.corpora.places import NotLoadedError
from tests.corpora.records import CORPORA, Case, known_limits, sample

SERVERS: dict[str, type[PostgresServer | MySQLServer]] = {
    "postgresql": PostgresServer, "mariadb": MariaDBServer, "mysql": MySQLServer,
}  # fmt: skip
EVERY = 12  # of the sample
MOST_NOT_LOADED = 0.2  # of the cases: those that need a superuser themselves

pytestmark = pytest.mark.skipif(not CORPORA.is_dir() and not os.environ.get("CI"), reason=f"no corpora in {CORPORA}")


def cases_for(engine: str) -> list[Case]:
    """Those that are known to converge."""
    return [case for case in sample() if case.engine == engine and case.key not in known_limits()][::EVERY]


@pytest.mark.parametrize("name", list(SERVERS))
def test_the_master_of_an_instance_can_do_it_all(name: str) -> None:
    """A server of its own: roles and accounts are the whole server's."""
    cases = cases_for("postgresql" if name == "postgresql" else "mysql")
    not_loaded, failed = [], []
    with SERVERS[name].start() as server:
        place = master_of(server)
        for case in cases:
            try:
                verdict = judge(case, place)
            except NotLoadedError as error:
                not_loaded.append(f"{case.key}: {error}")
                continue
            if verdict.outcome != CONVERGED:
                failed.append(f"{case.key}\n{verdict}")
        place.close()
    assert failed == [], "\n".join(failed)
    assert len(not_loaded) <= MOST_NOT_LOADED * len(cases), not_loaded
