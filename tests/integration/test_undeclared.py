"""What was never declared and stands in the way of a change is named before anything runs, and not touched."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bootstrap.dialects.registry import dialect_for
from bootstrap.problems import Refused
from bootstrap.service.apply import apply
from bootstrap.service.plan import plan
from bootstrap.service.verify import verify
from bootstrap.service.work import Request
from bootstrap.target.connect import connect, from_url
from bootstrap.target.url import parse_url
from tests.conftest import finding_public

PARENT = "tables: {parent: {columns: {id: int not null, note: text}, primary_key: [id]}}"
RETYPED = "tables: {parent: {columns: {id: bigint not null, note: text, more: int}, primary_key: [id]}}"
TRIGGERS = """
tables:
  parent:
    columns: {id: int not null, note: text}
    primary_key: [id]
    triggers: {mine: {fires: before insert, body: SET NEW.note = 'mine'}}
"""


@pytest.fixture(params=["postgres_database", "mariadb_routines_database", "mysql_routines_database"])
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


def run(url: str, *statements: str) -> list[tuple[Any, ...]]:
    destination = from_url(parse_url(url, {}), {})
    with closing(connect(dialect_for(destination.endpoint.engine), destination)) as session:
        finding_public(session)
        for statement in statements[:-1]:
            session.execute(statement)
        return session.query(statements[-1])


def declare(folder: Path, url: str, schema: str, *allowed: str) -> Request:
    (folder / "schema").mkdir(exist_ok=True)
    (folder / "bootstrap.yaml").write_text(f"version: 1\nengine: {url.partition(':')[0]}\n")
    (folder / "schema" / "all.yaml").write_text(schema)
    return Request(url=url, directory=folder, permissions=allowed)


def columns(url: str, table: str) -> dict[str, str]:
    here = "current_schema()" if url.startswith("postgresql") else "DATABASE()"
    return {
        str(name): str(kind)
        for name, kind in run(
            url,
            "SELECT column_name, data_type FROM information_schema.columns"
            f" WHERE table_schema = {here} AND table_name = '{table}' ORDER BY ordinal_position",
        )
    }


def test_a_foreign_key_of_a_table_that_was_never_declared(url: str, tmp_path: Path) -> None:
    """Neither engine changes, or drops, what it refers to; half of the job would be done when that turns out."""
    apply(declare(tmp_path, url, PARENT))
    run(
        url, "CREATE TABLE theirs (parent int, CONSTRAINT theirs_fk FOREIGN KEY (parent) REFERENCES parent (id))",
        "INSERT INTO parent VALUES (1, 'one')", "INSERT INTO theirs VALUES (1)", "SELECT 1",
    )  # fmt: skip
    before = columns(url, "parent")
    without_key = "tables: {parent: {columns: {id: int not null, note: text, more: int}}}"
    for schema in (without_key, "tables: {}"):
        request = declare(tmp_path, url, schema, "data_loss", "table_rewrite", "long_lock", "breaks_running_code")
        with pytest.raises(
            Refused, match=r"theirs\.theirs_fk: it was never declared, and needs .*parent.*, which goes"
        ):
            apply(request)
        assert any(hazard.subject.name == "theirs_fk" for hazard in plan(request).refused)
        assert columns(url, "parent") == before
    assert run(url, "SELECT parent FROM theirs") == [(1,)]


def test_a_view_over_a_column_that_changes(url: str, tmp_path: Path) -> None:
    apply(declare(tmp_path, url, PARENT))
    run(url, "INSERT INTO parent VALUES (1, 'one')", "CREATE VIEW seen AS SELECT id FROM parent", "SELECT 1")
    request = declare(tmp_path, url, RETYPED, "table_rewrite", "long_lock")
    if url.startswith("postgresql"):  # MySQL's views follow their tables
        with pytest.raises(Refused, match=r"view public\.seen: .*needs column public\.parent\.id, which changes"):
            apply(request)
        assert columns(url, "parent") == {"id": "integer", "note": "text"}
        request = declare(tmp_path, url, f"{RETYPED}\nviews: {{seen: SELECT id FROM parent}}", *request.permissions)
    apply(request)
    assert columns(url, "parent") == {"id": "bigint", "note": "text", "more": columns(url, "parent")["more"]}
    assert run(url, "SELECT id FROM seen") == [(1,)]
    assert verify(request).holds


def test_something_has_the_name_already(url: str, tmp_path: Path) -> None:
    run(url, "CREATE VIEW parent AS SELECT 1 AS id", "SELECT 1")
    with pytest.raises(Refused, match=r"view \S*parent: it was never declared, and has the name of table \S*parent"):
        apply(declare(tmp_path, url, f"{PARENT}\nviews: {{first: SELECT 2 AS id}}"))
    assert run(url, "SELECT id FROM parent") == [(1,)]
    assert columns(url, "first") == {}


def test_what_is_part_of_what_goes_is_no_obstacle(url: str, tmp_path: Path) -> None:
    apply(declare(tmp_path, url, RETYPED))
    run(url, "CREATE INDEX own ON parent (more)", "ALTER TABLE parent ADD COLUMN theirs int", "SELECT 1")
    less = "tables: {parent: {columns: {id: bigint not null, note: text}, primary_key: [id]}}"
    apply(declare(tmp_path, url, less, "data_loss"))
    assert set(columns(url, "parent")) == {"id", "note", "theirs"}
    apply(declare(tmp_path, url, "tables: {}", "data_loss"))
    assert columns(url, "parent") == {}


PARTITIONED = """
tables:
  parent:
    columns: {id: int not null, note: text}
    partition_by: range (id)
    partitions:
      first: FOR VALUES FROM (0) TO (9)
"""
MORE = f"""{PARTITIONED}
      second: FOR VALUES FROM (9) TO (20)
    indexes: {{parent_note: [note]}}
"""


def test_a_partitioned_table_with_a_column_and_a_partition_of_somebody_else(
    postgres_database: str, tmp_path: Path
) -> None:
    url = postgres_database
    apply(declare(tmp_path, url, PARTITIONED))
    run(
        url, "ALTER TABLE parent ADD COLUMN theirs int DEFAULT 5", "CREATE TABLE theirs PARTITION OF parent DEFAULT",
        "INSERT INTO parent VALUES (1, 'one'), (50, 'fifty')", "SELECT 1",
    )  # fmt: skip
    request = declare(tmp_path, url, MORE)
    apply(request)
    assert run(url, "SELECT id, theirs FROM parent ORDER BY id") == [(1, 5), (50, 5)]
    assert set(columns(url, "second")) == {"id", "note", "theirs"}
    valid = "SELECT indisvalid, count(*) FROM pg_index JOIN pg_inherits ON inhparent = indexrelid"
    assert run(url, f"{valid} WHERE indexrelid = 'parent_note'::regclass GROUP BY 1") == [(True, 3)]
    assert plan(request).pending == ()
    with pytest.raises(Refused, match=r"table public\.theirs: it was never declared, and needs table public\.parent"):
        apply(declare(tmp_path, url, "tables: {}", "data_loss"))
    assert run(url, "SELECT count(*) FROM theirs") == [(1,)]


def test_a_trigger_of_somebody_else_fires_first(url: str, tmp_path: Path) -> None:
    if url.startswith("postgresql"):
        pytest.skip("there triggers fire in the order of their names")
    apply(declare(tmp_path, url, PARENT))
    run(url, "CREATE TRIGGER theirs BEFORE INSERT ON parent FOR EACH ROW SET NEW.id = NEW.id + 1", "SELECT 1")
    request = declare(tmp_path, url, TRIGGERS)
    apply(request)
    assert run(url, "INSERT INTO parent VALUES (1, '')", "SELECT * FROM parent") == [(2, "mine")]
    assert plan(request).pending == ()
    assert verify(request).holds
