"""A part of a database is declared; the rest is somebody else's, and the part may refer to it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bootstrap.dialects.registry import dialect_for
from bootstrap.problems import DeclarationError
from bootstrap.service.apply import apply
from bootstrap.service.plan import plan
from bootstrap.service.verify import verify
from bootstrap.service.work import Request
from bootstrap.target.connect import connect, from_url
from bootstrap.target.url import parse_url
from tests.conftest import finding_public

REST = {
    "postgresql": (
        "CREATE SCHEMA theirs",
        "CREATE TYPE theirs.mood AS ENUM ('good', 'bad')",
        "CREATE TABLE theirs.parent (id int PRIMARY KEY, mood theirs.mood NOT NULL)",
        "CREATE FUNCTION theirs.twice(n int) RETURNS int LANGUAGE sql AS 'SELECT n * 2'",
        "INSERT INTO theirs.parent VALUES (1, 'good')",
    ),
    "mysql": (
        "CREATE TABLE parent (id int PRIMARY KEY, mood enum('good', 'bad') NOT NULL)",
        "CREATE FUNCTION twice(n int) RETURNS int DETERMINISTIC RETURN n * 2",
        "INSERT INTO parent VALUES (1, 'good')",
    ),
}
PART = """\
tables:
  child:
    columns:
      id: int not null
      parent_id: int not null
    primary_key: [id]
    foreign_keys:
      child_parent_fk: {{columns: [parent_id], references: {schema}parent(id)}}
views:
  moods: SELECT p.mood, {schema}twice(c.id) AS twice FROM child c JOIN {schema}parent p ON p.id = c.parent_id
"""
COLUMN = "      id: int not null\n"


@pytest.fixture(params=["postgres_database", "mariadb_routines_database", "mysql_routines_database"])
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def declaration(url: str, tmp_path: Path) -> Path:
    engine = "postgresql" if url.startswith("postgresql") else "mysql"
    schema = PART.format(schema="theirs." if engine == "postgresql" else "")
    if engine == "postgresql":  # a type of the rest
        schema = schema.replace(COLUMN, COLUMN + "      mood: theirs.mood\n", 1)
    (tmp_path / "schema").mkdir()
    (tmp_path / "bootstrap.yaml").write_text(f"version: 1\nengine: {engine}\n")
    (tmp_path / "schema" / "part.yaml").write_text(schema)
    return tmp_path


def run(url: str, *statements: str) -> list[tuple[Any, ...]]:
    destination = from_url(parse_url(url, {}), {})
    with closing(connect(dialect_for(destination.endpoint.engine), destination)) as session:
        finding_public(session)
        for statement in statements[:-1]:
            session.execute(statement)
        return session.query(statements[-1])


def test_a_part_refers_to_tables_types_and_functions_of_the_rest(url: str, declaration: Path) -> None:
    engine = "postgresql" if url.startswith("postgresql") else "mysql"
    schema = "theirs." if engine == "postgresql" else ""
    run(url, *REST[engine], "SELECT 1")
    request = Request(url=url, directory=declaration)
    apply(request)
    answer = run(url, "INSERT INTO child (id, parent_id) VALUES (4, 1)", "SELECT mood, twice FROM moods")
    assert answer == [("good", 8)]
    assert run(url, f"SELECT id, mood FROM {schema}parent") == [(1, "good")]
    assert plan(request).pending == ()
    assert verify(request).holds


def test_what_is_nowhere_is_refused_in_the_servers_words(url: str, declaration: Path) -> None:
    with pytest.raises(DeclarationError, match=r"part\.yaml:.*: the server refuses it: .*exist"):
        apply(Request(url=url, directory=declaration))
