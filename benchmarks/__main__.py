"""How long a run takes, against the floor: an interpreter, the driver, and one query of the catalog.

Whole processes on a private server, in turn, so that a machine whose speed drifts drifts for both. The ratio is what
counts; seconds are shown to say how large the thing measured is.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import start
from benchmarks.insight import Insight
from benchmarks.peers import Peer, installed, prepared
from benchmarks.processes import medians, run
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

    def fresh(self, database: str) -> str:
        """The address of a new database."""
        self.create(database)
        return self.url(database)


def measure(engine: Engine, tables: int, runs: int, programs: dict[str, Path]) -> None:
    """Print a fresh apply, then unchanged ones beside the floor, and the peers' on databases of their own."""
    database = f"benchmark_{tables}"
    engine.create(database)
    url = engine.url(database)
    environment = {**os.environ, "FLOOR_URL": url}
    floor = Peer("floor", (sys.executable, "-c", engine.floor), environment)
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place) / "declaration"
        declare(directory, engine.name, tables)
        options = ("--dir", directory, "--url", url)
        ours = [
            Peer(f"db-bootstrap {action}", (sys.executable, "-m", "bootstrap", action, *options), environment)
            for action in ("apply", "verify", "plan")
        ]
        peers = prepared(programs, engine.name, tables, engine.fresh, Path(place))
        firsts = {peer.name: run(peer.command, peer.environment).wall for peer in (*ours, *peers)}
        rounds = [{peer.name: run(peer.command, peer.environment) for peer in (floor, *ours, *peers)}
                  for _ in range(runs)]  # fmt: skip
    for name, found in medians(rounds, "floor").items():
        first = f"{firsts[name]:.2f}" if name in firsts and "verify" not in name and "plan" not in name else ""
        wall, cpu = (
            f"{found.spent.wall:>12.3f}{found.ratio.wall:>8.1f}",
            f"{found.spent.cpu:>8.3f}{found.ratio.cpu:>8.1f}",
        )
        print(f"{engine.name:<12}{tables:>7}  {name:<22}{first:>10}{wall}{cpu}", flush=True)


def main() -> None:
    """Measure both engines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, nargs="+", default=[10, 100])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--scale", type=int, nargs="*", default=[1000, 5000], help="tables of the test of scale")
    parser.add_argument("--insight", type=int, nargs="*", default=[1000], help="tables that are looked at")
    parser.add_argument("--peers", action="store_true", help="beside alembic, yoyo and dbmate, which it installs")
    arguments = parser.parse_args()
    start.measure(4 * arguments.runs)
    with (
        PostgresServer.start() as postgres,
        MariaDBServer.start() as mariadb,
        tempfile.TemporaryDirectory() as place,
    ):
        programs = installed(Path(place)) if arguments.peers else {}
        head = f"{'first s':>10}{'unchanged s':>12}{'ratio':>8}{'CPU s':>8}{'ratio':>8}"
        print(f"\n{'engine':<12}{'tables':>7}  {'command':<22}{head}")
        engines = (
            Engine("postgresql", _POSTGRESQL_FLOOR, postgres.create_database, postgres.url),
            Engine("mysql", _MYSQL_FLOOR, mariadb.create_database, mariadb.url),
        )
        for tables in arguments.tables:
            for engine in engines:
                measure(engine, tables, arguments.runs, programs)
        print(f"\n{'engine':<12}{'tables':>7}  {'command':<32}{'cpu s':>9}{'ratio':>8}")
        for tables in arguments.insight:
            for engine in engines:
                Insight(engine.name, tables, engine.floor, engine.fresh).measure()
        print(f"\n{'engine':<12}{'tables':>7}  {'command':<32}{'s':>9}{'ratio':>8}{'locks':>8}")
        for tables in arguments.scale:
            Scale("postgresql", postgres, tables).measure()
            Scale("mysql", mariadb, tables).measure()


if __name__ == "__main__":
    main()
