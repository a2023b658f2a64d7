"""Several former names: databases that skipped releases are renamed from whichever name they have, with their rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import db_bootstrap, write
from tests.cli.databases import Database

NOW = """
    tables:
      people:
        renamed_from: [persons, users]
        columns:
          id: int not null
          full_name: {type: varchar(40), renamed_from: [name, title]}
        primary_key: [id]
        indexes: {people_name: {columns: [full_name], renamed_from: [users_name, persons_name]}}
    """
KEPT = [(1, "Ada"), (2, "Grace")]


@pytest.mark.parametrize(
    ("table", "column"), [("users", "title"), ("persons", "name"), ("persons", "full_name"), ("people", "name")]
)
def test_the_name_that_is_there(database: Database, tmp_path: Path, table: str, column: str) -> None:
    database.sql(
        f"CREATE TABLE {table} (id int NOT NULL, {column} varchar(40), PRIMARY KEY (id))",
        f"CREATE INDEX {table}_name ON {table} ({column})",
        f"INSERT INTO {table} VALUES (1, 'Ada'), (2, 'Grace')",
    )
    folder = write(tmp_path, database.engine, {"schema/people.yaml": NOW})
    database.run("apply", "--dir", folder).ended(0)
    assert database.sql("SELECT id, full_name FROM people ORDER BY id") == KEPT
    assert database.tables() == ["people"]
    assert "people_name" in database.indexes("people")
    database.run("plan", "--dir", folder, "--detailed-exitcode").ended(0)


def test_two_of_them_are_refused(database: Database, tmp_path: Path) -> None:
    database.sql("CREATE TABLE users (id int)", "CREATE TABLE persons (id int)")
    folder = write(tmp_path, database.engine, {"schema/people.yaml": NOW})
    assert "more than one of its former names: persons, users: merge" in database.run("apply", "--dir", folder).refused(
        3
    )
    assert database.tables() == ["persons", "users"]


def test_one_that_is_still_declared_is_refused(database: Database, tmp_path: Path) -> None:
    more = "      users: {columns: {id: int}}\n"
    folder = write(tmp_path, database.engine, {"schema/people.yaml": NOW.rstrip(" ") + more})
    assert "renamed_from users, which is declared too" in db_bootstrap("lint", "--dir", folder).refused(1)


EARLIER = """
    tables:
      users:
        columns: {id: int not null, title: varchar(40), age: int}
        primary_key: [id]
        indexes: {by_age: [age], by_title: [title]}
        checks: {grown_up: age > 17}
    """
LATER = """
    tables:
      people:
        renamed_from: users
        columns: {id: int not null, name: {type: varchar(40), renamed_from: title}}
        primary_key: [id]
    """


@pytest.mark.parametrize("removed", ["drop", "keep"])
def test_what_a_renamed_table_loses_was_declared_by_the_name_before(
    database: Database, tmp_path: Path, removed: str
) -> None:
    folder = write(tmp_path, database.engine, {"schema/people.yaml": EARLIER})
    database.run("apply", "--dir", folder).ended(0)
    database.sql("INSERT INTO users VALUES (1, 'Ada', 36)", "CREATE INDEX undeclared ON users (id)")
    policy = f"version: 1\nengine: {database.engine}\npolicy: {{removed: {removed}}}\n"
    write(tmp_path, database.engine, {"schema/people.yaml": LATER, "bootstrap.yaml": policy})
    database.run("apply", "--dir", folder, "--allow", "data_loss").ended(0)
    kept = removed == "keep"
    assert list(database.columns("people")) == ["id", "name", *["age"] * kept]
    assert not {"by_age", "by_title"} & set(database.indexes("people"))
    assert "undeclared" in database.indexes("people")
    assert database.sql("SELECT * FROM people") == [(1, "Ada", 36) if kept else (1, "Ada")]
    database.run("plan", "--dir", folder, "--detailed-exitcode").ended(0)
