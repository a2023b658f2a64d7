"""An account with exactly what ``grants`` prints for a command can run it, and one that only reads changes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from demo.servers import PostgresServer, Server
from tests.cli.command import Outcome, db_bootstrap, write
from tests.cli.databases import Database
from tests.conftest import fresh_database, shared_server

PASSWORD = "Of-an-account-1"
VIEW = """
    views:
      grown_ups: SELECT id, name FROM people WHERE age > 17
    """
PEOPLE = """
    tables:
      people:
        columns: {id: int not null, name: varchar(40) not null, age: int%s}
        primary_key: [id]
        indexes: {people_name: [name]}
    """
MORE = {
    "seeds/people.yaml": """
        seeds:
          people: {key: [id], mode: upsert, rows: [{id: 1, name: Ada, age: 36}, {id: 2, name: Grace, age: 85}]}
        """,
    "checks.yaml": "checks: {adults: {query: SELECT id FROM grown_ups WHERE name = '', expect: empty}}\n",
    # The SELECT, so that the step runs in a new database too: it is no baseline.
    "steps/0001_name.sql": "UPDATE people SET name = 'nobody' WHERE name = '';\nSELECT id FROM people;\n",
}


@dataclass(frozen=True)
class Account:
    """A login without any privilege at first."""

    server: Server
    database: str
    name: str

    @property
    def is_postgresql(self) -> bool:
        return isinstance(self.server, PostgresServer)

    @property
    def address(self) -> str:
        return self.name if self.is_postgresql else f"{self.name}@%"

    @property
    def url(self) -> str:
        return self.server.url(self.database, username=self.name, password="x").replace(
            f"{self.name}:x@", f"{self.name}@"
        )

    def run(self, action: str, *arguments: str | Path) -> Outcome:
        variables = {"DB_BOOTSTRAP_PASSWORD": PASSWORD, "APP_PASSWORD": PASSWORD}
        return db_bootstrap(action, "--url", self.url, *arguments, variables=variables)

    def grant(self, command: str, folder: Path) -> str:
        """Run what is printed, and nothing else."""
        said = self.run("grants", "--dir", folder, "--account", self.address, "--for", command).ended(0).out
        for line in said.splitlines():
            if line.strip() and not line.startswith("--"):
                self.server.execute(line.rstrip(";"), self.database)
        return said


@pytest.fixture(params=["postgresql", "mariadb", "mysql"])
def account(request: pytest.FixtureRequest) -> Iterator[Account]:
    server = shared_server(request.param)
    name = f"granted_{uuid.uuid4().hex[:8]}"
    with fresh_database(server) as url:
        database = urlsplit(url).path.removeprefix("/")
        if isinstance(server, PostgresServer):
            server.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
            server.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC", database)
            server.execute(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC", database)
        else:
            server.execute(f"CREATE USER '{name}'@'%' IDENTIFIED BY '{PASSWORD}'")
        yield Account(server, database, name)
        if isinstance(server, PostgresServer):
            server.execute(f"DROP OWNED BY {name} CASCADE", database)
            server.execute(f"REVOKE ALL ON DATABASE {database} FROM {name}")
            server.execute(f"DROP ROLE {name}")
        else:
            server.execute(f"DROP USER '{name}'@'%'")


def declared(folder: Path, account: Account, more: str = "") -> Path:
    engine = "postgresql" if account.is_postgresql else "mysql"
    return write(folder, engine, {"schema/people.yaml": PEOPLE % more, "schema/views.yaml": VIEW, **MORE})


def test_an_account_that_only_reads_verifies_and_plans(account: Account, tmp_path: Path) -> None:
    owner = Database(account.server, account.database)
    first, second = (
        declared(tmp_path / "first", account),
        declared(tmp_path / "second", account, ", email: varchar(40)"),
    )
    owner.run("apply", "--dir", first).ended(0)
    account.grant("verify", first)
    owner.run("apply", "--dir", first).ended(0)  # what it was granted is a part of what a run proves
    account.run("verify", "--dir", first).ended(0)
    account.run("plan", "--dir", first, "--detailed-exitcode").ended(0)
    account.run("history").ended(0)
    refused = account.run("plan", "--dir", second).ended(3)
    assert "--scratch-url" in refused.err
    owner.sql("UPDATE people SET age = 1 WHERE id = 2")
    assert "1 row differs" in account.run("verify", "--dir", first).ended(4).text
    account.run("apply", "--dir", first)
    assert owner.sql("SELECT age FROM people ORDER BY id") == [(36,), (1,)], "it reads only"
    account.grant("plan", second)
    account.run("plan", "--dir", second, "--detailed-exitcode").ended(2)


def test_an_account_of_its_own_applies(account: Account, tmp_path: Path) -> None:
    first, second = (
        declared(tmp_path / "first", account),
        declared(tmp_path / "second", account, ", email: varchar(40)"),
    )
    account.grant("apply", first)
    for folder in (first, second):
        assert "baseline" not in account.run("apply", "--dir", folder).ended(0).out
        account.run("verify", "--dir", folder).ended(0)
    assert "email" in Database(account.server, account.database).columns(
        "public.people" if account.is_postgresql else "people"
    )


def test_an_account_of_its_own_makes_roles(account: Account, tmp_path: Path) -> None:
    folder, role = declared(tmp_path, account), f"app_{account.name[-8:]}"
    app = role if account.is_postgresql else f"{role}@%"
    login = "login: true, " if account.is_postgresql else ""
    roles = f"roles: {{'{app}': {{{login}password_secret: 'env:APP_PASSWORD'}}}}\n"
    notes = f"tables: {{notes: {{columns: {{id: int not null}}, primary_key: [id], grants: {{'{app}': [select]}}}}}}\n"
    write(
        folder,
        "",
        {
            "schema/roles.yaml": roles,
            "schema/notes.yaml": notes,
            "bootstrap.yaml": (folder / "bootstrap.yaml").read_bytes(),
        },
    )
    account.grant("apply", folder)
    try:
        account.run("apply", "--dir", folder).ended(0)
        account.run("verify", "--dir", folder).ended(0)
    finally:
        if account.is_postgresql:
            account.server.execute(f"DROP OWNED BY {role}", account.database)
        account.server.execute(f"DROP ROLE {role}" if account.is_postgresql else f"DROP USER '{role}'@'%'")
