"""A column's backfill in ranges of a key: killed anywhere, the next run goes on there, and each row is filled once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.command import write
from tests.cli.databases import Database
from tests.cli.killed import killed
from tests.conftest import fresh_database, shared_server, with_routines

ROWS = 20_000
BATCH = 1_500
MANIFEST = "version: 1\nengine: {}\npolicy: {{backfill_batch: 1500, max_block: 50ms}}\n"
TABLE = """
    tables:
      events:
        columns: {id: bigint not null, number: bigint not null, hits: int not null%s}
        primary_key: [id]
    """
COLUMN = ", twice: {type: bigint, nullable: false, backfill: number * 2}"
FILL = {
    "postgresql": f"INSERT INTO events SELECT n * 3, n, 0 FROM generate_series(1, {ROWS}) n",
    "mysql": "INSERT INTO events WITH RECURSIVE d (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM d WHERE n < 199)"
    f" SELECT (a.n * 200 + b.n + 1) * 3, a.n * 200 + b.n + 1, 0 FROM d a JOIN d b WHERE a.n < {ROWS // 200}",
}
# Counts how often each row is changed; nobody has declared it.
COUNTED = {
    "postgresql": [
        "CREATE FUNCTION counted() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN NEW.hits := OLD.hits + 1; RETURN NEW; END'",
        "CREATE TRIGGER counted BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION counted()",
    ],
    "mysql": ["CREATE TRIGGER counted BEFORE UPDATE ON events FOR EACH ROW SET NEW.hits = OLD.hits + 1"],
}


@pytest.fixture(params=["postgresql", "mariadb"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database of each engine."""
    server = shared_server(with_routines(request.param))
    with fresh_database(server) as url:
        yield Database(server.as_master, urlsplit(url).path.removeprefix("/"))


def prepared(database: Database, tmp_path: Path) -> Path:
    """A table with many rows, and the release that demands another column of them."""
    manifest = MANIFEST.format(database.engine)
    first = write(tmp_path / "first", database.engine, {"bootstrap.yaml": manifest, "schema/e.yaml": TABLE % ""})
    database.run("apply", "--dir", first).ended(0)
    database.sql(FILL[database.engine], *COUNTED[database.engine])
    return write(tmp_path / "second", database.engine, {"bootstrap.yaml": manifest, "schema/e.yaml": TABLE % COLUMN})


def filled(database: Database) -> int:
    return int(database.sql("SELECT count(*) FROM events WHERE twice IS NOT NULL")[0][0])


def range_of(database: Database, number: int) -> str:
    """What the statement of a range says, and no other one."""
    upper = number * BATCH * 3
    return f"OPERATOR(pg_catalog.<=) '{upper}'" if database.engine == "postgresql" else f"<= {upper}"


def test_killed_anywhere_each_row_is_filled_once(database: Database, tmp_path: Path) -> None:
    second = prepared(database, tmp_path)
    assert "1,500 rows each" in database.run("plan", "--dir", second).ended(0).out
    killed(database, "after", range_of(database, 1), "apply", "--dir", second)
    assert filled(database) == 0
    killed(database, "before", range_of(database, 4), "apply", "--dir", second)
    assert filled(database) == 3 * BATCH
    # Rows that come behind the place, and a value that is there already.
    database.sql("INSERT INTO events (id, number, hits) VALUES (1, 7, 0), (4, 8, 0)")
    database.sql("UPDATE events SET twice = -1 WHERE id = 60000")
    last = "SET NOT NULL" if database.engine == "postgresql" else "MODIFY COLUMN `twice`"
    killed(database, "before", last, "apply", "--dir", second)
    assert filled(database) == ROWS + 2
    database.run("apply", "--dir", second).ended(0)
    assert database.sql("SELECT id, twice, hits FROM events WHERE twice <> number * 2 OR hits <> 1") == [(60000, -1, 1)]
    assert database.sql(f"SELECT count(*) FROM {database.own('facts')} WHERE name LIKE 'place in%'") == [(0,)]
    database.run("history", "--dir", second, "--check").ended(0)
    database.run("verify", "--dir", second).ended(0)
