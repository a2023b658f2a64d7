"""A few real schemas and cases through the command itself, as a user runs it: import, plan, apply, verify."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.command import Outcome, db_bootstrap
from tests.corpora.places import Place
from tests.corpora.records import CORPORA, Case, known_limits, sample

REAL = [("postgresql", "pagila"), ("postgresql", "chinook"), ("mariadb", "sakila"), ("mysql", "chinook")]
SERVERS = {"postgresql": "postgresql", "mysql": "mariadb"}  # that the cases of an engine run on
LARGEST = 20_000  # characters of a case's script: the whole of the corpora runs in-process, this is about the command

pytestmark = pytest.mark.skipif(not CORPORA.is_dir() and not os.environ.get("CI"), reason=f"no corpora in {CORPORA}")


def one_of_each_suite() -> list[Case]:
    """For each suite and engine the first case that changes something and has no peculiar session."""
    found: dict[tuple[str, str], Case] = {}
    for case in sorted(sample(), key=lambda case: case.key):
        usual = not case.session and case.key not in known_limits() and len(case.desired_sql) < LARGEST
        if usual and case.current_sql.strip() and case.desired_sql.strip():
            found.setdefault((case.suite, case.engine), case)
    return list(found.values())


CASES = one_of_each_suite()


def run(place: Place, database: str, action: str, *arguments: str | Path) -> Outcome:
    """The command on a database; over TLS, the password from the environment."""
    server = place.server
    url = server.url(database, password="x").replace(":x@", "@")
    return db_bootstrap(action, "--url", url, *arguments, variables={"DB_BOOTSTRAP_PASSWORD": server.login.password})


def imported(place: Place, database: str, out: Path) -> Path:
    """Import a database, which changes nothing in it and plans nothing for it."""
    before = place.dump(database)
    run(place, database, "import", "--out", out).ended(0)
    run(place, database, "plan", "--dir", out, "--exact", "--detailed-exitcode").ended(0)
    assert place.dump(database) == before
    return out


def becomes(place: Place, database: str, declared: Path, wanted: list[str]) -> None:
    """Apply a declaration: the database is what the import came from, the command says so, and finds no more to do."""
    run(place, database, "apply", "--dir", declared, "--exact", "--allow", "all").ended(0)
    assert place.dump(database) == wanted
    run(place, database, "verify", "--dir", declared, "--exact").ended(0)
    run(place, database, "plan", "--dir", declared, "--exact", "--detailed-exitcode").ended(0)


@pytest.mark.parametrize(("vendor", "name"), REAL, ids=[f"{vendor}-{name}" for vendor, name in REAL])
def test_a_real_schema_is_taken_over_and_built_elsewhere(
    vendor: str, name: str, places: dict[str, Place], tmp_path: Path
) -> None:
    place = places[vendor]
    with place.database() as source, place.database() as empty:
        place.load(source, (CORPORA / "real" / place.engine / f"{name}.sql").read_text(), "triggers-off")
        declared = imported(place, source, tmp_path / "declared")
        becomes(place, empty, declared, place.dump(source))
        run(place, source, "apply", "--dir", declared).ended(0)
        run(place, source, "verify", "--dir", declared).ended(0)


@pytest.mark.parametrize("change", CASES, ids=[case.key for case in CASES])
def test_a_change_that_somebody_made(change: Case, places: dict[str, Place], tmp_path: Path) -> None:
    place = places[SERVERS[change.engine]]
    with place.database() as wanted, place.database() as current:
        place.load(wanted, change.desired_sql)
        place.load(current, change.current_sql)
        declared = imported(place, wanted, tmp_path / "declared")
        becomes(place, current, declared, place.dump(wanted))
