"""What models use and do not create themselves: schemas, extensions, types."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import write
from tests.cli.databases import Database
from tests.models.conftest import lines_of, write_code

MODELS = """
    from sqlalchemy import Column, Integer, MetaData, String, Table
    from sqlalchemy.dialects.postgresql import CITEXT, ENUM

    metadata = MetaData(schema="app")
    users = Table(
        "users", metadata,
        Column("id", Integer, primary_key=True),
        Column("email", CITEXT, nullable=False),
        Column("mood", ENUM("fine", "bad", name="mood", schema="app", create_type=False)),
    )
    """
DECLARED = {
    "schema/all.yaml": """
        schemas: {app: }
        extensions: {citext: }
        enums: {app.mood: [fine, bad, unknown]}
        tables:
          app.users:
            columns: {id: serial, email: citext not null, mood: app.mood}
            primary_key: [id]
    """
}


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_schemas_extensions_and_types_that_are_there(database: Database, application: Path) -> None:
    write_code(application, {"models.py": MODELS})
    declaration = write(application / "declaration", "postgresql", DECLARED)
    run = ("models", "models", "--dir", declaration, "--format", "json")
    assert [line[2] for line in lines_of(database.run(*run).ended(4))] == ["table app.users"]
    database.run("apply", "--dir", declaration).ended(0)
    assert lines_of(database.run(*run).ended(0)) == []
    database.sql("ALTER TABLE app.users ALTER email TYPE text")
    assert lines_of(database.run(*run).ended(4)) == [("differs", "type", "column app.users.email")]
