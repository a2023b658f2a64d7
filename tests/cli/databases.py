"""One database of a test, asked by itself: its catalog and rows, never our own output."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.servers import PostgresServer, Server
from tests.cli.command import Outcome, Started, db_bootstrap, start

PATIENCE_SECONDS = 300.0
Rows = list[tuple[Any, ...]]

# The short names in which servers say a type → one word for both engines.
COLUMNS = {
    "postgresql": "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
    " WHERE attrelid = to_regclass('{}') AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
    "mysql": "SELECT column_name, column_type FROM information_schema.columns"
    " WHERE table_schema = database() AND table_name = '{}' ORDER BY ordinal_position",
}
TABLES = {
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
    "mysql": "SELECT table_name FROM information_schema.tables WHERE table_schema = database()"
    " AND table_name NOT LIKE 'db\\_bootstrap\\_%' ORDER BY 1",
}
INDEXES = {
    "postgresql": "SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND tablename = '{}' ORDER BY 1",
    "mysql": "SELECT DISTINCT index_name FROM information_schema.statistics"
    " WHERE table_schema = database() AND table_name = '{}' ORDER BY 1",
}


@dataclass(frozen=True)
class Database:
    """An empty database of the session's server, and the command pointed at it."""

    server: Server
    name: str

    @property
    def engine(self) -> str:
        """As a declaration says it."""
        return "postgresql" if isinstance(self.server, PostgresServer) else "mysql"

    @property
    def url(self) -> str:
        """TLS verified; the password is not in it."""
        full = self.server.url(self.name, password="x")
        return full.replace(":x@", "@")

    @property
    def variables(self) -> dict[str, str]:
        """The password."""
        return {"DB_BOOTSTRAP_PASSWORD": self.server.login.password}

    def run(self, action: str, *arguments: str | Path, **variables: str) -> Outcome:
        """Run a command on this database."""
        return db_bootstrap(action, "--url", self.url, *arguments, variables={**self.variables, **variables})

    def start(self, action: str, *arguments: str | Path) -> Started:
        """Start a command on this database."""
        return start(action, "--url", self.url, *arguments, variables=self.variables)

    def sql(self, *statements: str) -> Rows:
        """Run statements by hand; return the rows of the last one."""
        rows: Rows = []
        for statement in statements:
            rows = list(self.server.execute(statement, self.name))
        return rows

    def columns(self, table: str) -> dict[str, str]:
        """Columns and their types, as the server says them."""
        return dict(self.sql(COLUMNS[self.engine].format(table)))

    def tables(self) -> list[str]:
        """The tables that are not our own."""
        return [name for (name,) in self.sql(TABLES[self.engine])]

    def indexes(self, table: str) -> list[str]:
        """Names of a table's indexes."""
        return [name for (name,) in self.sql(INDEXES[self.engine].format(table))]

    def own(self, table: str) -> str:
        """The name of one of our own tables."""
        return ("db_bootstrap." if self.engine == "postgresql" else "db_bootstrap_") + table

    def outcomes(self) -> list[str]:
        """How the recorded runs ended, oldest first; none where nothing was ever run."""
        return [outcome for (outcome,) in self.sql(f"SELECT outcome FROM {self.own('runs')} ORDER BY id")]

    def scratch_places(self) -> list[str]:
        """Scratch databases that are left on the server: those that are there now and do not go in a while.

        Other tests share the server: their scratch databases come, and go.
        """
        left, end = self._scratch_places(), time.monotonic() + PATIENCE_SECONDS
        while left and time.monotonic() < end:
            time.sleep(0.5)
            left &= self._scratch_places()
        return sorted(left)

    def _scratch_places(self) -> set[str]:
        query = {
            "postgresql": "SELECT datname FROM pg_database WHERE datname LIKE 'db\\_bootstrap\\_scratch%'",
            "mysql": "SELECT schema_name FROM information_schema.schemata"
            " WHERE schema_name LIKE 'db\\_bootstrap\\_scratch%'",
        }
        return {name for (name,) in self.sql(query[self.engine])}


def eventually(holds: Callable[[], bool], what: str) -> None:
    """Wait until something is so; fail with `what` where it never is."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end, f"not within {PATIENCE_SECONDS:g} s: {what}"
        time.sleep(0.1)
