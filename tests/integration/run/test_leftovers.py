"""What a killed run leaves of its own means is taken away by the next one; a changed scope is looked at anew."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from bootstrap.dialects.base import Session
from bootstrap.dialects.registry import dialect_for
from bootstrap.run.records import Outcome
from bootstrap.service.apply import apply
from bootstrap.service.verify import verify
from bootstrap.service.work import Request
from tests.cli.command import start, write
from tests.cli.databases import eventually
from tests.conftest import endpoint_of, finding_public
from tests.integration.run.conftest import Place

TABLE = "tables:\n  people:\n    columns:\n      id: int not null\n      name: {}\n    primary_key: [id]\n"
# Stops a statement before it does anything, for as long as its client lives. Event triggers are for superusers.
STOP = """
CREATE FUNCTION stop_here() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN IF strpos(current_query(), '{0}') > 0 THEN PERFORM pg_sleep(600); END IF; END$$;
CREATE EVENT TRIGGER stopper ON ddl_command_start EXECUTE FUNCTION stop_here();
"""
STOPPED = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"


def declared(folder: Path, engine: str, column: str) -> Path:
    return write(folder, engine, {"schema/people.yaml": TABLE.format(column)})


def session_to(url: str) -> Session:
    return finding_public(dialect_for("postgresql").connect(endpoint_of(url), application_name="test"))


def checks(session: Session) -> list[str]:
    return [name for (name,) in session.query("SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid > 0")]


def killed_before(statement: str, folder: Path, url: str, session: Session) -> None:
    """Run the command, and kill it when all that comes before that statement is done, and nothing else."""
    session.execute(STOP.format(statement))
    run = start("apply", "--dir", folder, "--url", url)
    eventually(lambda: bool(session.query(STOPPED)), f"the run has come to {statement}")
    run.process.kill()
    run.finish()
    session.execute("DROP EVENT TRIGGER stopper; DROP FUNCTION stop_here()")


@pytest.mark.parametrize("statement", ["VALIDATE CONSTRAINT", "SET NOT NULL", "DROP CONSTRAINT"])
@pytest.mark.parametrize("wanted", ["varchar(20) not null", "varchar(20)"])
def test_the_check_behind_set_not_null_never_stays(
    postgres_database: str, postgres_administrator: str, tmp_path: Path, statement: str, wanted: str
) -> None:
    """Left alone it would refuse rows that the declaration allows, or be in the way of the next attempt."""
    url = postgres_database
    folder = declared(tmp_path / "before", "postgresql", "varchar(20)")
    apply(Request(directory=folder, url=url))
    with closing(session_to(postgres_administrator)) as session:
        session.execute("INSERT INTO people VALUES (1, 'Ada')")
        killed_before(statement, declared(tmp_path / "killed", "postgresql", "varchar(20) not null"), url, session)
        assert checks(session) == ["db_bootstrap_name_not_null"]
        after = declared(tmp_path / "after", "postgresql", wanted)
        assert apply(Request(directory=after, url=url)).outcome in {Outcome.APPLIED, Outcome.UNCHANGED}
        assert verify(Request(directory=after, url=url)).holds
        assert checks(session) == []
        rows = "SELECT attnotnull FROM pg_attribute WHERE attrelid = 'people'::regclass AND attname = 'name'"
        assert session.query(rows) == [("not null" in wanted,)]
        assert session.query("SELECT id, name FROM people") == [(1, "Ada")]


def test_a_changed_scope_is_not_taken_for_an_unchanged_database(place: Place, tmp_path: Path) -> None:
    """The fingerprint knows no scope: that a scope has changed is seen by the declaration's own digest."""
    engine = place.dialect.name
    folder = declared(tmp_path, engine, "varchar(20)")
    narrow = f"version: 1\nengine: {engine}\nscope: {{tables: [people, 'other*']}}\n"
    (folder / "bootstrap.yaml").write_text(narrow.replace("people, ", ""))
    other = "tables:\n  other:\n    columns: {id: int}\n"
    (folder / "schema" / "other.yaml").write_text(other)
    (folder / "schema" / "people.yaml").rename(folder / "people.later")
    request = Request(directory=folder, url=place.url)
    assert apply(request).outcome is Outcome.APPLIED
    assert apply(request).outcome is Outcome.UNCHANGED
    with closing(place.connect()) as session:
        session.execute("CREATE TABLE people (id int NOT NULL PRIMARY KEY, name varchar(10))")
    assert apply(request).outcome is Outcome.APPLIED, "the fingerprint has changed; the scope hides the new table"
    assert apply(request).outcome is Outcome.UNCHANGED

    (folder / "bootstrap.yaml").write_text(narrow)
    (folder / "people.later").rename(folder / "schema" / "people.yaml")
    wider = apply(request)
    assert wider.outcome is Outcome.APPLIED
    assert len(wider.statements) == 1
    (folder / "bootstrap.yaml").write_text(narrow.replace("people, ", "people, 'more*', "))
    assert apply(request).outcome is Outcome.APPLIED, "nothing but the scope is another: proved anew"
