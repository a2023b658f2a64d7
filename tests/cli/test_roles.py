"""The application's own role on the first day: made with a password that only its secret knows, and its privileges."""

from __future__ import annotations

import base64
import contextlib
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bootstrap.dialects.base import ServerError
from bootstrap.dialects.registry import dialect_for
from demo.servers import PostgresServer
from demo.servers.process import log_file
from tests.cli.command import Outcome, write
from tests.cli.databases import Database
from tests.conftest import endpoint_of, finding_public

PASSWORD = "pass'word-" + uuid.uuid4().hex  # a quote must not end the literal that it stands in
TABLE = """
    tables:
      notes:
        columns:
          id: int not null
          text: varchar(40)
        primary_key: [id]
        grants:
          "{0}": [select, insert]
    """
ROLE = """
    roles:
      "{0}":
        {1}password_secret: env:APP_PASSWORD
    """


@dataclass(frozen=True)
class App:
    """An application: its role's name, as a declaration says it, and its database's declaration."""

    database: Database
    role: str
    declaration: Path

    @property
    def login(self) -> str:
        """Its user name."""
        return self.role.partition("@")[0]

    def apply(self, **variables: str) -> Outcome:
        """Bring the database to the declaration."""
        return self.database.run("apply", "--dir", self.declaration, **variables)

    def query(self, sql: str, password: str = PASSWORD) -> list[tuple[object, ...]]:
        """Ask as the application does, over TLS."""
        url = self.database.server.url(self.database.name, username=self.login, password=password)
        endpoint = endpoint_of(url)
        session = finding_public(dialect_for(self.database.engine).connect(endpoint, application_name="app"))
        with contextlib.closing(session):
            return session.query(sql)

    def left_by_servers_log(self) -> bytes:
        """What the server wrote down so far."""
        server = self.database.server
        assert isinstance(server, PostgresServer)
        return log_file(server.process.directory).read_bytes()


@pytest.fixture
def app(database: Database, tmp_path: Path) -> Iterator[App]:
    """A role that does not exist yet, with privileges on a table that does not exist yet."""
    postgresql = database.engine == "postgresql"
    role = f"app_{uuid.uuid4().hex[:8]}" + ("" if postgresql else "@%")
    files = {
        "schema/notes.yaml": TABLE.format(role),
        "schema/roles.yaml": ROLE.format(role, "login: true\n        " if postgresql else ""),
    }
    yield App(database, role, write(tmp_path / "app", database.engine, files))
    name, _, host = role.partition("@")
    administrator = database.server.administrator  # what a role owns or holds can be dropped by its members only
    if postgresql:
        with contextlib.suppress(Exception):
            administrator.execute(f"DROP OWNED BY {name}", database.name)
        administrator.execute(f"DROP ROLE IF EXISTS {name}")
    else:
        administrator.execute(f"DROP USER IF EXISTS '{name}'@'{host}'")


def test_the_application_logs_in_and_may_do_what_is_declared(app: App) -> None:
    app.apply(APP_PASSWORD=PASSWORD).ended(0)
    app.database.sql("INSERT INTO notes VALUES (1, 'for all')")
    assert app.query("SELECT text FROM notes") == [("for all",)]
    with pytest.raises(ServerError):
        app.query(f"SELECT * FROM {app.database.own('runs')}")
    with pytest.raises(ServerError):
        app.query("SELECT 1", password="another")
    app.database.run("verify", "--dir", app.declaration).ended(0)


def test_an_existing_role_keeps_its_password_and_needs_no_secret(app: App) -> None:
    app.apply(APP_PASSWORD=PASSWORD).ended(0)
    app.apply(APP_PASSWORD="rotated elsewhere").ended(0)
    app.apply().ended(0)
    assert app.query("SELECT 1") == [(1,)]


def test_a_missing_secret_is_named_before_anything_is_made(app: App) -> None:
    assert "APP_PASSWORD" in app.apply().refused(1)
    assert app.database.tables() == []


def test_the_password_is_written_down_nowhere(app: App) -> None:
    postgresql = app.database.engine == "postgresql"
    if postgresql:
        # Only a superuser may have all statements logged.
        app.database.server.administrator.execute(f"ALTER DATABASE {app.database.name} SET log_statement = 'all'")
    outcome = app.apply(APP_PASSWORD=PASSWORD).ended(0)
    history = app.database.run("history", "--format", "json").ended(0)
    recorded = app.database.sql(f"SELECT * FROM {app.database.own('statements')}")
    places = [outcome.text.encode(), history.text.encode(), repr(recorded).encode()]
    if postgresql:  # MySQL hides what follows IDENTIFIED BY in its logs itself
        places.append(app.left_by_servers_log())
        assert f"CREATE ROLE {app.role}".encode() in places[-1], "the log of the server holds what was sent to it"
    for form in (
        PASSWORD,
        PASSWORD.replace("'", "''"),
        json.dumps(PASSWORD),
        base64.b64encode(PASSWORD.encode()).decode(),
    ):
        assert [place for place in places if form.encode() in place] == []


def test_a_password_is_fetched_by_an_apply_alone(database: Database, tmp_path: Path) -> None:
    """Whoever plans or verifies need not be able to read the passwords of roles."""
    role = f"planned_{database.name[-8:]}"
    name = f"'{role}@%'" if database.engine == "mysql" else role
    login = "" if database.engine == "mysql" else "login: true, "
    schema = f"roles: {{{name}: {{{login}password_secret: 'env:NOT_THERE'}}}}\n"
    folder = write(tmp_path, database.engine, {"schema/roles.yaml": schema})
    assert role in database.run("plan", "--dir", folder).ended(0).out
    assert role in database.run("verify", "--dir", folder).ended(4).out
    assert "set NOT_THERE" in database.run("apply", "--dir", folder).refused(1)
    assert role in database.run("verify", "--dir", folder).ended(4).out, "nothing was done"
