"""``policy.max_block``: what may block writers for longer is refused by name, from what the server itself says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.command import write
from tests.cli.databases import Database
from tests.conftest import fresh_database, shared_server, with_routines

ROWS = 20_000
TABLE = "tables: {{events: {{columns: {{id: bigint not null, number: {}}}, primary_key: [id]}}}}\n"
FILL = {
    "postgresql": f"INSERT INTO events SELECT n, n FROM generate_series(1, {ROWS}) n",
    "mysql": "INSERT INTO events WITH RECURSIVE d (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM d WHERE n < 199)"
    f" SELECT a.n * 200 + b.n + 1, a.n * 200 + b.n + 1 FROM d a JOIN d b WHERE a.n < {ROWS // 200}",
}
BLOCKED = {"postgresql": "reads_and_writes", "mysql": "writes"}


@pytest.fixture(params=["postgresql", "mariadb", "mysql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    server = shared_server(with_routines(request.param))
    with fresh_database(server) as url:
        yield Database(server.as_master, urlsplit(url).path.removeprefix("/"))


def release(database: Database, place: Path, type_: str, limit: str) -> Path:
    manifest = f"version: 1\nengine: {database.engine}\npolicy: {{{limit}}}\n"
    return write(place, database.engine, {"bootstrap.yaml": manifest, "schema/e.yaml": TABLE.format(type_)})


def test_a_copy_is_refused_by_its_duration_until_it_is_allowed(database: Database, tmp_path: Path) -> None:
    first = release(database, tmp_path / "first", "int", "max_block: 1s")
    database.run("apply", "--dir", first).ended(0)
    database.sql(FILL[database.engine])  # and never analysed
    strict = release(database, tmp_path / "strict", "bigint", "max_block: 20ms")
    refused = database.run("plan", "--dir", strict, "--format", "json").ended(0)
    [hazard] = [found for found in json.loads(refused.out)["hazards"] if found["kind"] == "table_rewrite"]
    assert hazard["blocking"]
    block = hazard["block"]
    assert (block["blocked"], block["work"]) == (BLOCKED[database.engine], "copy")
    assert block["rows"] > ROWS / 4
    assert block["seconds"] > 0.02
    database.run("apply", "--dir", strict).ended(3)
    database.run("apply", "--dir", strict, "--allow", hazard["allow"]).ended(0)
    assert database.sql("SELECT count(*), sum(number) FROM events") == [(ROWS, ROWS * (ROWS + 1) // 2)]


def test_what_takes_less_is_not_asked_for(database: Database, tmp_path: Path) -> None:
    first = release(database, tmp_path / "first", "int", "max_block: 1s")
    database.run("apply", "--dir", first).ended(0)
    database.sql(FILL[database.engine])
    database.run("apply", "--dir", release(database, tmp_path / "second", "bigint", "max_block: 1s")).ended(0)


def test_the_limit_in_rows_is_rejected_with_what_replaces_it(database: Database, tmp_path: Path) -> None:
    old = release(database, tmp_path / "old", "int", "large_table_rows: 1000")
    outcome = database.run("plan", "--dir", old).ended(1)
    assert "bootstrap.yaml:3: large_table_rows" in outcome.err
    assert "max_block" in outcome.err
