"""A database of MariaDB or MySQL that belongs to an account like RDS's master, and the use-cases pointed at it."""

from __future__ import annotations

import tempfile
import textwrap
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pymysql

from bootstrap.service.apply import apply
from bootstrap.service.apply_report import ApplyReport
from bootstrap.service.import_ import import_database
from bootstrap.service.plan import plan
from bootstrap.service.reports import PlanReport
from bootstrap.service.verify import verify
from bootstrap.service.work import Request
from demo.servers import MariaDBServer, MySQLServer

Rows = list[tuple[Any, ...]]


@dataclass
class Home:
    """One database, and the declaration of the moment."""

    server: MariaDBServer | MySQLServer
    url: str
    files: dict[str, bytes] = field(default_factory=dict)
    accounts: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Of the database."""
        return urlsplit(self.url).path.removeprefix("/")

    @property
    def vendor(self) -> str:
        """As the dialect names it."""
        return "mariadb" if isinstance(self.server, MariaDBServer) else "mysql"

    def declare(self, schema: str, **more: str) -> Home:
        """Make this the declaration; indentation is taken off."""
        texts = {"bootstrap.yaml": "version: 1\nengine: mysql\n", "schema/a.yaml": schema, **more}
        self.files = {name.replace("__", "/").replace("_dot_", "."): textwrap.dedent(text).encode()
                      for name, text in texts.items()}  # fmt: skip
        return self

    def request(self, *allowed: str, **facts: Any) -> Request:
        """What a command would ask."""
        environ = {"DB_BOOTSTRAP_CONNECT_DEADLINE": "300", **facts.pop("environ", {})}
        return Request(files=self.files, url=self.url, permissions=allowed, environ=environ, **facts)

    def plan(self, *allowed: str, **facts: Any) -> PlanReport:
        """What an apply would do."""
        return plan(self.request(*allowed, **facts))

    def apply(self, *allowed: str, **facts: Any) -> ApplyReport:
        """Apply the declaration."""
        return apply(self.request(*allowed, **facts))

    def imported(self) -> Home:
        """Make the declaration what an import writes."""
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "declaration"
            import_database(self.request(), out)
            self.files = {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}
        return self

    def verified(self) -> bool:
        """Whether the database is what is declared."""
        return verify(self.request()).holds

    def sql(self, *statements: str) -> Rows:
        """Run statements as the administrator; the rows of the last."""
        rows: Rows = []
        for statement in statements:
            rows = list(self.server.administrator.execute(statement, self.name))
        return rows

    def account(self) -> str:
        """The name of an account or role of its own, dropped in the end."""
        self.accounts.append(f"t_{uuid.uuid4().hex[:12]}")
        return self.accounts[-1]

    def as_account(self, name: str, password: str, *statements: str) -> Rows:
        """Run statements as somebody who logs in, outside of any database; the rows of the last."""
        rows: Rows = []
        connection = pymysql.connect(unix_socket=str(self.server.socket), user=name, password=password, autocommit=True)
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
                rows = list(cursor.fetchall())
        return rows

    def drop_accounts(self) -> None:
        """Drop what was made under names of :meth:`account`."""
        for name in self.accounts:
            for kind in ("USER", "ROLE"):
                self.sql(f"DROP {kind} IF EXISTS {name}")
