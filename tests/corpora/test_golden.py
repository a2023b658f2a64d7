"""The imports of known schemas, as files that were read by eye: what a person would have written.

`pytest tests/corpora/test_golden.py --write-golden` writes them anew; read the diff before it is committed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bootstrap.service.import_ import import_database
from bootstrap.service.work import Request
from demo.servers import MariaDBServer, MySQLServer, PostgresServer
from tests.corpora.places import place_for
from tests.corpora.records import CORPORA

GOLDEN = Path(__file__).with_name("golden")
KNOWN = Path(__file__).with_name("known")  # what the corpora do not have
SCHEMAS = [("postgresql", "pagila"), ("postgresql", "sakila"), ("mysql", "sakila"), ("mysql", "employees")]
# Of their own: the schemas name the superuser that a server has by itself as the owner of everything.
SERVERS: dict[str, type[PostgresServer | MySQLServer]] = {"postgresql": PostgresServer, "mysql": MariaDBServer}

pytestmark = pytest.mark.skipif(not CORPORA.is_dir() and not os.environ.get("CI"), reason=f"no corpora in {CORPORA}")


@pytest.mark.parametrize(("engine", "name"), SCHEMAS, ids=[f"{engine}-{name}" for engine, name in SCHEMAS])
def test_the_import_is_what_was_read_by_eye(
    engine: str, name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    golden = GOLDEN / f"{engine}-{name}"
    out = golden if request.config.getoption("--write-golden") else tmp_path / "import"
    with SERVERS[engine].start() as server, place_for(server).database() as source:
        place = place_for(server)
        own = KNOWN / f"{name}.sql"
        script = own if own.exists() else CORPORA / "real" / engine / f"{name}.sql"
        place.load(source, script.read_text(), "")
        import_database(Request(url=server.url(source)), out)
    assert contents(out) == contents(golden)


def contents(directory: Path) -> dict[str, str]:
    """Every file below a directory but for the database's name, which each run makes up."""
    files = {str(path.relative_to(directory)): path.read_text() for path in directory.rglob("*") if path.is_file()}
    lines = files["bootstrap.yaml"].splitlines()
    files["bootstrap.yaml"] = "\n".join(line for line in lines if not line.startswith("name:"))
    return files
