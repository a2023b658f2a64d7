"""How long a run takes, against the floor: an interpreter, the driver, and one query of the catalog.

Whole processes on a private server, in turn, so that a machine whose speed drifts drifts for both. The ratio is what
counts; seconds are shown to say how large the thing measured is.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.scale import Scale
from benchmarks.workload import declare
from demo.servers import MariaDBServer, PostgresServer

_POSTGRESQL_FLOOR = """
import os, psycopg2
connection = psycopg2.connect(os.environ["FLOOR_URL"])
cursor = connection.cursor()
cursor.execute("SELECT count(*) FROM pg_attribute")
cursor.fetchall()
"""
_MYSQL_FLOOR = """
import os, urllib.parse, pymysql
url = urllib.parse.urlsplit(os.environ["FLOOR_URL"])
query = dict(urllib.parse.parse_qsl(url.query))
connection = pymysql.connect(host=url.hostname, port=url.port, user=url.username, password=url.password,
                             database=url.path[1:], ssl_ca=query["ssl_ca"], ssl_verify_identity=True)
cursor = connection.cursor()
cursor.execute("SELECT count(*) FROM information_schema.columns WHERE table_schema = database()")
cursor.fetchall()
"""


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine with a server that runs, and what the least possible process does there."""

    name: str
    floor: str
    create: Callable[[str], object]
    url: Callable[[str], str]


def timed(command: Sequence[str], environment: dict[str, str]) -> float:
    """Wall seconds of one process that must succeed."""
    start = time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return time.perf_counter() - start


def measure(engine: Engine, tables: int, runs: int) -> None:
    """Print a fresh apply, and unchanged ones beside the floor."""
    database = f"benchmark_{tables}"
    engine.create(database)
    url = engine.url(database)
    environment = {**os.environ, "FLOOR_URL": url}
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place) / "declaration"
        declare(directory, engine.name, tables)
        apply = [sys.executable, "-m", "bootstrap", "apply", "--dir", str(directory), "--url", url]
        fresh = timed(apply, environment)
        pairs = [
            (timed(apply, environment), timed([sys.executable, "-c", engine.floor], environment)) for _ in range(runs)
        ]
    ours = statistics.median(pair[0] for pair in pairs)
    floor = statistics.median(pair[1] for pair in pairs)
    ratio = statistics.median(pair[0] / pair[1] for pair in pairs)
    print(f"{engine.name:<12}{tables:>7}{fresh:>12.2f}{ours:>12.3f}{floor:>12.3f}{ratio:>10.1f}", flush=True)


def main() -> None:
    """Measure both engines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, nargs="+", default=[10, 100])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--scale", type=int, nargs="*", default=[1000, 5000], help="tables of the test of scale")
    arguments = parser.parse_args()
    print(f"{'engine':<12}{'tables':>7}{'fresh s':>12}{'unchanged s':>12}{'floor s':>12}{'ratio':>10}")
    with PostgresServer.start() as postgres, MariaDBServer.start() as mariadb:
        engines = (
            Engine("postgresql", _POSTGRESQL_FLOOR, postgres.create_database, postgres.url),
            Engine("mysql", _MYSQL_FLOOR, mariadb.create_database, mariadb.url),
        )
        for tables in arguments.tables:
            for engine in engines:
                measure(engine, tables, arguments.runs)
        print(f"\n{'engine':<12}{'tables':>7}  {'command':<32}{'s':>9}{'ratio':>8}{'locks':>8}")
        for tables in arguments.scale:
            Scale("postgresql", postgres, tables).measure()
            Scale("mysql", mariadb, tables).measure()


if __name__ == "__main__":
    main()
