"""NOT NULL and new types in one release, into tables with rows: what rows get is declared at the column."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.command import write
from tests.cli.databases import Database
from tests.cli.killed import killed
from tests.conftest import fresh_database, shared_server

ROWS = [(number, f"u{number}") for number in range(1, 6)]
NEW = """
tables:
  users:
    columns:
      id: int not null
      name: varchar(20) not null
      slug: {type: varchar(30), nullable: false, backfill: "concat('s-', name)"}
      score: {type: int, nullable: false, default: 0, backfill: id * 10}
    primary_key: [id]
    unique: {users_slug_key: [slug]}
"""


@pytest.fixture(params=["postgresql", "mariadb", "mysql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database of each vendor."""
    server = shared_server(request.param)
    with fresh_database(server) as url:
        yield Database(server.as_master, urlsplit(url).path.removeprefix("/"))


def with_rows(database: Database, more: str = "") -> None:
    values = ", ".join(f"({number}, '{name}')" for number, name in ROWS)
    database.sql(f"CREATE TABLE users (id int PRIMARY KEY, name varchar(20) NOT NULL{more})")
    database.sql(f"INSERT INTO users (id, name) VALUES {values}")


def expected() -> list[tuple[object, ...]]:
    return [(number, name, f"s-{name}", number * 10) for number, name in ROWS]


def users(database: Database) -> list[tuple[object, ...]]:
    return database.sql("SELECT id, name, slug, score FROM users ORDER BY id")


def test_new_columns_that_demand_a_value_are_filled(database: Database, tmp_path: Path) -> None:
    with_rows(database)
    folder = write(tmp_path, database.engine, {"schema/u.yaml": NEW})
    assert "UPDATE" in database.run("plan", "--dir", folder).ended(0).out
    database.run("apply", "--dir", folder).ended(0)
    assert users(database) == expected()
    database.run("verify", "--dir", folder).ended(0)


def test_a_column_that_becomes_not_null_keeps_the_values_that_are_there(database: Database, tmp_path: Path) -> None:
    with_rows(database, ", slug varchar(9), score int")
    database.sql("UPDATE users SET slug = 'kept' WHERE id = 2")
    folder = write(tmp_path, database.engine, {"schema/u.yaml": NEW})
    database.run("apply", "--dir", folder).ended(0)
    assert users(database) == [(*row[:2], "kept" if row[0] == 2 else row[2], row[3]) for row in expected()]
    database.run("verify", "--dir", folder).ended(0)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_run_that_dies_goes_on(database: Database, tmp_path: Path, when: str) -> None:
    with_rows(database)
    folder = write(tmp_path, database.engine, {"schema/u.yaml": NEW})
    killed(database, when, "UPDATE", "apply", "--dir", folder)
    database.run("apply", "--dir", folder).ended(0)
    assert users(database) == expected()


def test_an_expression_that_gives_no_value_fails_and_a_better_one_goes_on(database: Database, tmp_path: Path) -> None:
    with_rows(database)
    bad = NEW.replace("concat('s-', name)", "nullif(concat('s-', name), 's-u3')")
    folder = write(tmp_path, database.engine, {"schema/u.yaml": bad})
    assert "slug" in database.run("apply", "--dir", folder).ended(1).err
    write(folder, database.engine, {"schema/u.yaml": NEW})
    database.run("apply", "--dir", folder).ended(0)
    assert users(database) == expected()


def test_a_backfill_needs_a_column_that_demands_a_value(database: Database, tmp_path: Path) -> None:
    bad = NEW.replace("nullable: false, backfill", "backfill")
    folder = write(tmp_path, database.engine, {"schema/u.yaml": bad})
    message = database.run("apply", "--dir", folder).refused(1)
    assert "schema/u.yaml:6: column slug has backfill, but allows NULL" in message


USING = """
tables:
  users:
    columns:
      id: int not null
      name: {type: int, nullable: false, using: "public.number_of(name) * 2"}
    primary_key: [id]
"""


def test_a_type_change_with_its_own_conversion(tmp_path: Path) -> None:
    server = shared_server("postgresql")
    with fresh_database(server) as url:
        database = Database(server.as_master, urlsplit(url).path.removeprefix("/"))
        with_rows(database)
        database.sql("CREATE FUNCTION number_of(text) RETURNS int LANGUAGE sql AS 'SELECT substr($1, 2)::int'")
        # An unqualified name resolves as in a plain session.
        folder = write(tmp_path, "postgresql", {"schema/u.yaml": USING.replace("public.", "")})
        planned = database.run("plan", "--dir", folder).ended(0).out
        assert "USING (number_of(name) * 2)" in planned
        database.run("apply", "--dir", folder).ended(0)
        assert database.sql("SELECT id, name FROM users ORDER BY id") == [(n, n * 2) for n, _ in ROWS]
        assert "unchanged" in database.run("apply", "--dir", folder).ended(0).out


def test_rows_that_a_forced_policy_hides_are_filled_too(tmp_path: Path) -> None:
    server = shared_server("postgresql")
    with fresh_database(server) as url:
        database = Database(server.as_master, urlsplit(url).path.removeprefix("/"))
        with_rows(database)
        database.sql("CREATE TABLE more (extra int) INHERITS (users)", "INSERT INTO more VALUES (9, 'u9', 1)",
                     "ALTER TABLE users ENABLE ROW LEVEL SECURITY", "ALTER TABLE users FORCE ROW LEVEL SECURITY",
                     "CREATE POLICY part ON users USING (id < 3)")  # fmt: skip
        folder = write(tmp_path, "postgresql", {"schema/u.yaml": NEW})
        database.run("apply", "--dir", folder).ended(0)
        database.sql("ALTER TABLE users NO FORCE ROW LEVEL SECURITY")
        assert users(database) == [*expected(), (9, "u9", "s-u9", 90)]
