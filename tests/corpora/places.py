"""Databases for one case on a real server: made, filled by the server's own client rules, dumped, dropped."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import uuid
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Protocol

import psycopg2
import pymysql
from psycopg2 import sql

from bootstrap.dialects.base import Endpoint
from demo.servers import MySQLServer, PostgresServer, Server
from demo.servers.postgresql_programs import find_pg_dump
from tests.conftest import endpoint_of
from tests.corpora.records import CORPORA

WIPE = Path(__file__).with_name("wipe.sql")
NOTHING = "\n;SELECT"  # a script may be empty, which the driver refuses
OWN_SCHEMA = "db_bootstrap"  # our history: no part of any comparison


class NotLoadedError(Exception):
    """The server refuses a script: what it says of it."""


class Place(Protocol):
    """What the judge needs of an engine."""

    engine: str

    @property
    def server(self) -> Server:
        """The server that the databases are on."""

    def close(self) -> None:
        """Leave nothing behind."""

    def database(self) -> contextlib.AbstractContextManager[str]:
        """A fresh, empty database for the time of a block."""

    def endpoint(self, database: str) -> Endpoint:
        """How the product reaches it."""

    def load(self, database: str, script: str, session: str = "") -> None:
        """Run a script as the engine's own client would. Raises NotLoadedError where the server refuses it."""

    def dump(self, database: str) -> list[str]:
        """The structure as the engine prints it, a statement each, our own tables left out."""

    def connect(self, database: str) -> Any:
        """A driver's session of the superuser."""

    def url(self, database: str) -> str:
        """The URL that a user of the product has: of the server's master, who owns the database."""

    @property
    def administrator(self) -> Place:
        """The same for what the master may not do: databases of the superuser."""


@contextlib.contextmanager
def _refusals(errors: type[Exception]) -> Iterator[None]:
    """Turn the driver's errors into ours."""
    try:
        yield
    except errors as error:
        raise NotLoadedError(str(error).strip()) from error


class PostgresPlace:
    """Databases on a PostgreSQL."""

    engine = "postgresql"

    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        self.idle: list[str] = []  # empty databases, ready for the next case
        self.clean = ""  # how the server describes an empty one
        script = CORPORA / "roles.sql"
        make_roles(server, script.read_text().splitlines() if script.exists() else ())

    @cached_property
    def administrator(self) -> PostgresPlace:
        return PostgresPlace(self.server.administrator)

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        name = self.idle.pop() if self.idle else self._new_database()
        try:
            yield name
        finally:
            if self._wiped(name) == self.clean:
                self.idle.append(name)
            else:
                self.server.drop_database(name)

    def _new_database(self) -> str:
        name = f"corpora_{uuid.uuid4().hex[:12]}"
        self.server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        self.clean = self.clean or self._wiped(name)
        return name

    def _wiped(self, name: str) -> str:
        """Empty a database; what is said of it differs from an empty one's where something was left."""
        try:
            return str(self.server.administrator.execute(WIPE.read_text(), name)[0][0])
        except psycopg2.Error as error:
            return str(error)

    def close(self) -> None:
        """Drop the databases that were kept for the next case."""
        for name in self.idle:
            self.server.drop_database(name)
        self.idle = []
        if "administrator" in self.__dict__:
            self.administrator.close()

    def url(self, database: str) -> str:
        return self.server.socket_url(database)

    def endpoint(self, database: str) -> Endpoint:
        return endpoint_of(self.url(database))

    def connect(self, database: str) -> Any:
        return self.server.administrator.connect(database)

    def load(self, database: str, script: str, session: str = "") -> None:
        with (
            _refusals(psycopg2.Error),
            contextlib.closing(self.server.connect(database)) as connection,
            connection.cursor() as cursor,
        ):
            if session == "triggers-off":
                cursor.execute("SET session_replication_role = replica")
            # The text between two blocks of rows, then the COPY and its rows, in turn.
            for place, part in enumerate(_COPY.split(script)):
                if place % 3 == 1:
                    copy = part
                elif place % 3 == 2:
                    cursor.copy_expert(copy, io.StringIO(part))
                else:
                    self._execute(cursor, part)

    def _execute(self, cursor: Any, script: str) -> None:
        try:
            cursor.execute(script + NOTHING)
        except psycopg2.errors.ActiveSqlTransaction:  # CREATE INDEX CONCURRENTLY: one statement at a time
            for statement in re.split(r";\s*\n", script):
                if statement.strip():
                    cursor.execute(statement)

    def dump(self, database: str) -> list[str]:
        command = [
            _pg_dump(self.server.version),
            "--schema-only",
            "--no-sync",
            f"--exclude-schema={OWN_SCHEMA}",
            "--dbname",
            database,
        ]
        command += ["--host", str(self.server.socket_directory), "--port", str(self.server.port)]
        command += ["--username", self.server.username]
        environment = {**os.environ, "PGPASSWORD": self.server.password}
        outcome = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        assert outcome.returncode == 0, outcome.stderr
        return normal_form(_pg_statements(outcome.stdout))


def make_roles(server: PostgresServer, statements: Iterable[str]) -> None:
    """Make roles that the master of a server may give; some are members of what only a superuser has."""
    for statement in statements:
        with contextlib.suppress(psycopg2.errors.DuplicateObject, psycopg2.errors.UniqueViolation):
            server.administrator.execute(statement)
            role = statement.removeprefix("CREATE ROLE ").rstrip(";").partition(" IN ROLE ")[0]
            if server.master is not None:
                server.administrator.execute(f"GRANT {role} TO {server.master.username} WITH ADMIN OPTION")


@cache
def _pg_dump(major: str) -> str:
    return str(find_pg_dump(major))


_COPY = re.compile(r"^(COPY [^\n]* FROM stdin;)\n(.*?)^\\\.$", re.IGNORECASE | re.MULTILINE | re.DOTALL)
_PG_NEXT = re.compile(r"(?<=;)\n+(?=ALTER |COMMENT |CREATE |GRANT |REVOKE )")
_PG_HEAD = re.compile(r"^--\n-- Name: .*\n--\n", re.MULTILINE)


def _pg_statements(dump: str) -> Iterator[str]:
    """The dump's entries by their comment headings, so that no body is ever cut."""
    entries = _PG_HEAD.split(dump)[1:]
    for entry in entries:
        text = re.sub(
            r"^(SET [a-z_]+ = .*|\\(un)?restrict .*|-- (PostgreSQL|Dumped).*|--)$", "", entry, flags=re.MULTILINE
        )
        yield from _PG_NEXT.split(text.strip()) if "$" not in text else [text.strip()]


class MySqlPlace:
    """Databases on a MySQL or MariaDB."""

    engine = "mysql"

    def __init__(self, server: MySQLServer) -> None:
        self.server = server

    def close(self) -> None:
        """Nothing is kept."""

    @property
    def administrator(self) -> MySqlPlace:
        return MySqlPlace(self.server.administrator)

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        name = f"corpora_{uuid.uuid4().hex[:12]}"
        self.server.create_database(name)
        try:
            yield name
        finally:
            self.server.drop_database(name)

    def url(self, database: str) -> str:
        return self.server.socket_url(database)

    def endpoint(self, database: str) -> Endpoint:
        return endpoint_of(self.url(database))

    def connect(self, database: str) -> Any:
        return self.server.administrator.connect(database)

    def load(self, database: str, script: str, session: str = "") -> None:
        with (
            _refusals(pymysql.Error),
            contextlib.closing(self.server.connect(database)) as connection,
            connection.cursor() as cursor,
        ):
            if session in ("fk_checks-off", "triggers-off"):
                cursor.execute("SET foreign_key_checks = 0")
            if session == "sql_mode-empty":
                cursor.execute("SET sql_mode = ''")
            for statement in mysql_statements(script):
                cursor.execute(statement)
                while cursor.nextset():
                    pass

    def dump(self, database: str) -> list[str]:
        """What mariadb-dump -d --routines --triggers --events asks the server for."""
        with contextlib.closing(self.connect(database)) as connection, connection.cursor() as cursor:
            found = list(_mysql_dump(cursor, database))
            if self.server.flavour == "mysql":
                found = [*map(_without_collations, found), *_collations(cursor, database)]
        return normal_form(found)


def _mysql_dump(cursor: pymysql.cursors.Cursor, database: str) -> Iterator[str]:
    cursor.execute("SELECT default_character_set_name, default_collation_name FROM information_schema.schemata"
                   " WHERE schema_name = %s", (database,))  # fmt: skip
    yield f"DATABASE {cursor.fetchone()}"
    cursor.execute("SHOW FULL TABLES WHERE tables_in_" + database + r" NOT LIKE 'db\_bootstrap\_%'")
    for name, kind in cursor.fetchall():
        thing = {"VIEW": "VIEW", "SEQUENCE": "SEQUENCE"}.get(kind, "TABLE")
        cursor.execute(f"SHOW CREATE {thing} `{name.replace('`', '``')}`")
        row = cursor.fetchone()
        assert row is not None
        text = "\n".join(str(part) for part in row[1:])
        yield re.sub(r" AUTO_INCREMENT=\d+", "", text).replace(f"`{database}`.", "")
    cursor.execute("SELECT routine_type, routine_name FROM information_schema.routines WHERE routine_schema = %s",
                   (database,))  # fmt: skip
    things = [*cursor.fetchall()]
    cursor.execute("SELECT 'TRIGGER', trigger_name FROM information_schema.triggers WHERE trigger_schema = %s",
                   (database,))  # fmt: skip
    things += cursor.fetchall()
    cursor.execute("SELECT 'EVENT', event_name FROM information_schema.events WHERE event_schema = %s", (database,))
    things += cursor.fetchall()
    for kind, name in things:
        cursor.execute(f"SHOW CREATE {kind} `{name.replace('`', '``')}`")
        row = cursor.fetchone()
        assert row is not None
        parts = row[:-1] if kind == "TRIGGER" else row  # the last is when it was created
        yield f"{kind} " + "\n".join(str(part) for part in parts).replace(f"`{database}`.", "")
    for query in _MYSQL_GRANTS:
        cursor.execute(query, (database,))
        yield from (f"GRANT {row}" for row in cursor.fetchall())


# A dump has none, but what was granted is a part of what is wanted all the same.
_MYSQL_GRANTS = (
    "SELECT grantee, privilege_type, is_grantable FROM information_schema.schema_privileges WHERE table_schema = %s",
    "SELECT grantee, table_name, privilege_type, is_grantable FROM information_schema.table_privileges"
    r" WHERE table_schema = %s AND table_name NOT LIKE 'db\_bootstrap\_%%'",
    "SELECT grantee, table_name, column_name, privilege_type, is_grantable FROM information_schema.column_privileges"
    " WHERE table_schema = %s",
    "SELECT user, host, routine_type, routine_name, proc_priv FROM mysql.procs_priv WHERE db = %s",
)


def _without_collations(statement: str) -> str:
    """MySQL notes whether a column's collation was said or came from its table, and prints it only in the first case.
    What it is, is compared in :func:`_collations`.
    """
    return re.sub(r"(?m)^(  `.*?)(?: CHARACTER SET \w+(?: COLLATE \w+)?| COLLATE \w+)", r"\1", statement)


def _collations(cursor: pymysql.cursors.Cursor, database: str) -> Iterator[str]:
    columns = "SELECT table_name, column_name, collation_name FROM information_schema.columns"
    own = r"table_name NOT LIKE 'db\_bootstrap\_%%'"
    cursor.execute(f"{columns} WHERE table_schema = %s AND collation_name IS NOT NULL AND {own}", (database,))
    yield from (f"COLLATION {row}" for row in cursor.fetchall())


_MYSQL_TOKEN = re.compile(
    r"""(?P<skip>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`|/\*.*?\*/|(?:--[ \t\n]|\#)[^\n]*)"""
    r"|(?P<delimiter>^[ \t]*DELIMITER[ \t]+(\S+)[ \t]*$)|(?P<end>;|\$\$|//)",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)


def mysql_statements(script: str) -> Iterator[str]:
    """Cut a script as the mysql client does: at its delimiter, which DELIMITER changes."""
    script = script.replace("\\\n", "\n")  # the client drops a backslash at a line's end; in a string it means the same
    delimiter, start = ";", 0
    for token in _MYSQL_TOKEN.finditer(script):
        if token["delimiter"]:
            delimiter = token[3]
            start = token.end()
        elif token["end"] == delimiter:
            statement = script[start : token.start()].strip()
            start = token.end()
            if statement:
                yield statement
    if _MYSQL_TOKEN.sub(
        lambda token: "" if token["skip"] and token["skip"][0] in "-#" else "x", script[start:]
    ).strip():
        yield script[start:].strip()


def normal_form(statements: Iterable[str]) -> list[str]:
    """Statements in an order of their own, and so the columns and keys of each CREATE TABLE."""
    return sorted(_sorted_table(statement) for statement in statements if statement.strip())


def _sorted_table(statement: str) -> str:
    head = re.match(r"\s*CREATE (UNLOGGED |FOREIGN )?TABLE ", statement)
    if not head or "\n" not in statement:
        return statement.strip()
    lines = statement.strip().split("\n")
    end = next((i for i, line in enumerate(lines) if line.startswith(")")), len(lines))
    body = sorted(line.strip().rstrip(",") for line in lines[1:end])
    return "\n".join([lines[0], *body, *lines[end:]])


def place_for(server: Server) -> Place:
    """The place of a server, whose databases are the master's."""
    if isinstance(server, PostgresServer):
        return PostgresPlace(server.as_master)
    return MySqlPlace(server.as_master)


def seed_script(engine: str, name: str) -> Path:
    """The real rows of a real schema."""
    return CORPORA / "seeds" / engine / f"{name}.sql"
