"""Thousands of tables at the server's default settings: how long each command takes, and how many locks it holds.

This one does assert: that every command ends well, that the second plan is empty, and that no session holds more locks
at once than leave the others theirs.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.locks import GUARANTEED, LockWatch
from benchmarks.workload import add_column, declare, statements
from demo.servers import MariaDBServer, PostgresServer

_BATCH = 100  # tables that the floor makes in one round trip
_FLOORS = {
    "postgresql": """
import os, sys, psycopg2
connection = psycopg2.connect(os.environ["FLOOR_URL"])
connection.autocommit = True
cursor = connection.cursor()
for batch in sys.stdin.read().split("\\0"):
    cursor.execute(batch)
""",
    "mysql": """
import os, sys, urllib.parse, pymysql
from pymysql.constants import CLIENT
url = urllib.parse.urlsplit(os.environ["FLOOR_URL"])
query = dict(urllib.parse.parse_qsl(url.query))
connection = pymysql.connect(host=url.hostname, port=url.port, user=url.username, password=url.password,
                             database=url.path[1:], ssl_ca=query["ssl_ca"], ssl_verify_identity=True,
                             client_flag=CLIENT.MULTI_STATEMENTS)
cursor = connection.cursor()
for batch in sys.stdin.read().split("\\0"):
    cursor.execute(batch)
    while cursor.nextset():
        pass
""",
}


@dataclass(frozen=True, slots=True)
class Scale:
    """One engine with a server of its own, and how many tables it is to hold."""

    engine: str
    server: PostgresServer | MariaDBServer
    tables: int

    def measure(self) -> None:
        """Print a row for each command."""
        floor = self._floor()
        print(f"{self.engine:<12}{self.tables:>7}  {'the same tables as plain SQL':<32}{floor:>9.1f}", flush=True)
        with tempfile.TemporaryDirectory() as place:
            for what, seconds, locks in self._commands(Path(place)):
                ratio = seconds / floor
                print(f"{'':<12}{'':>7}  {what:<32}{seconds:>9.1f}{ratio:>8.2f}{locks:>8}", flush=True)

    def _floor(self) -> float:
        name = f"floor_{self.tables}"
        url = self.server.create_database(name)
        made = statements(self.engine, self.tables)
        script = "\0".join(";\n".join(made[start : start + _BATCH]) for start in range(0, len(made), _BATCH))
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", _FLOORS[self.engine]], env={**os.environ, "FLOOR_URL": url},
                       input=script, text=True, check=True)  # fmt: skip
        seconds = time.perf_counter() - start
        self.server.drop_database(name)
        return seconds

    def _commands(self, place: Path) -> Iterator[tuple[str, float, int]]:
        url = self.server.create_database(f"scale_{self.tables}")
        declared, imported = place / "declared", place / "imported"
        declare(declared, self.engine, self.tables)

        def run(what: str, *arguments: str | Path) -> tuple[str, float, int]:
            command = [sys.executable, "-m", "bootstrap", *map(str, arguments), "--url", url]
            with self._watched() as most:
                start = time.perf_counter()
                outcome = subprocess.run(command, capture_output=True, text=True, check=False)
                seconds = time.perf_counter() - start
            assert outcome.returncode == 0, f"{what}: exit {outcome.returncode}\n{outcome.stderr[-2000:]}"  # noqa: S101  # what this measures must hold
            assert most() < GUARANTEED / 2, f"{what}: {most()} locks at once"  # noqa: S101  # as above
            return what, seconds, most()

        yield run("apply to an empty database", "apply", "--dir", declared)
        yield run("apply, unchanged", "apply", "--dir", declared)
        yield run("import", "import", "--out", imported)
        yield run("plan of the import: empty", "plan", "--dir", imported, "--detailed-exitcode")
        add_column(declared, "one", 1)
        yield run("apply, one column more", "apply", "--dir", declared)
        add_column(declared, "more")
        yield run("apply, a column more in each", "apply", "--dir", declared)
        yield run("verify", "verify", "--dir", declared)
        self.server.drop_database(f"scale_{self.tables}")

    @contextlib.contextmanager
    def _watched(self) -> Iterator[Callable[[], int]]:
        """The most locks of one session; MariaDB has no table of them that could be full."""
        if isinstance(self.server, PostgresServer):
            with LockWatch.over(self.server) as watch:
                yield lambda: watch.most
        else:
            yield lambda: 0
