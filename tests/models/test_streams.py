"""The streams incident as its users met it: create_all() never alters a table that exists."""

from __future__ import annotations

from pathlib import Path

from tests.cli.command import write
from tests.cli.databases import Database
from tests.models.conftest import lines_of, write_code

MODELS = """
    import enum
    from sqlalchemy import Column, DateTime, Enum, Integer, String
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()


    class Stream(Base):
        __tablename__ = "streams"
        stream_id = Column(Integer, primary_key=True)
        status = Column(String(20), nullable=False)
        created_at = Column(DateTime, nullable=False)
        live_started_at = Column(DateTime)
        offline_at = Column(DateTime)
        testing_started_at = Column(DateTime)


    def start(engine):
        Base.metadata.create_all(engine)
    """
OLD = "CREATE TABLE streams (stream_id {id} PRIMARY KEY, status varchar(20) NOT NULL, created_at {time} NOT NULL)"
KEYS = {
    "postgresql": ({"id": "serial", "time": "timestamp"}, "serial"),
    "mysql": ({"id": "int AUTO_INCREMENT", "time": "datetime"}, "{type: int, auto_increment: true}"),
}
NEW = ("live_started_at", "offline_at", "testing_started_at")


def declared(database: Database, folder: Path, *columns: str) -> Path:
    """A declaration of the table with these columns beside the old ones."""
    words, key = KEYS[database.engine]
    lines = [f"stream_id: {key}", "status: varchar(20) not null", f"created_at: {words['time']} not null"]
    lines += [f"{name}: {words['time']}" for name in columns]
    indented = "\n".join(f"      {line}" for line in lines)
    text = f"tables:\n  streams:\n    columns:\n{indented}\n    primary_key: [stream_id]\n"
    return write(folder / "declaration", database.engine, {"schema/streams.yaml": text})


def test_columns_that_nobody_applied(database: Database, application: Path) -> None:
    write_code(application, {"app/__init__.py": "", "app/models.py": MODELS})
    declaration = declared(database, application, *NEW)
    database.sql(OLD.format(**KEYS[database.engine][0]))
    run = ("app.models:Base", "--dir", declaration)
    found = database.run("models", *run, "--format", "json").ended(4)
    assert lines_of(found) == [("missing", "existence", f"column {path(database)}{name}") for name in NEW]
    assert [item["declared"]["fit"] for item in found.data["findings"]] == ["fits"] * 3
    assert found.data["create_all"] == [{"file": "app/models.py", "line": 19}]
    said = database.run("models", *run).ended(4)
    assert (
        f"the database lacks column {path(database)}live_started_at, which app.models:Stream expects; it is declared"
        " (schema/streams.yaml:7) [app/models.py:8]" in said.out
    )
    assert said.out.count("fix: run `db-bootstrap apply") == 1
    assert "app/models.py:19: create_all() creates tables that are missing and never alters one" in said.err
    database.run("apply", "--dir", declaration).ended(0)
    assert lines_of(database.run("models", *run, "--format", "json").ended(0)) == []


def test_columns_that_nobody_declared(database: Database, application: Path) -> None:
    write_code(application, {"app/__init__.py": "", "app/models.py": MODELS})
    declaration = declared(database, application, "offline_at")
    database.run("apply", "--dir", declaration).ended(0)
    said = database.run("models", "app.models:Base", "--dir", declaration).ended(4).out
    assert f"lacks column {path(database)}live_started_at, which app.models:Stream expects; it is not declared" in said
    assert "fix: add it to schema/streams.yaml, then run `db-bootstrap apply" in said
    assert "          live_started_at: " in said
    assert "offline_at" not in said


def path(database: Database) -> str:
    """What a column's path begins with."""
    return "public.streams." if database.engine == "postgresql" else "streams."
