"""History tables of other migration tools: named, and neither imported nor dropped."""

from __future__ import annotations

from pathlib import Path

from tests.cli.command import write
from tests.cli.databases import Database

NAMES = {
    "alembic_version": "Alembic",
    "django_migrations": "Django",
    "flyway_schema_history": "Flyway",
    "DATABASECHANGELOG": "Liquibase",
    "DATABASECHANGELOGLOCK": "Liquibase",
    "schema_migrations": "Rails",
    "_prisma_migrations": "Prisma",
    "SequelizeMeta": "Sequelize",
}
OWN = "tables: {users: {columns: {id: int not null}, primary_key: [id]}}"


def test_they_are_named_and_left_alone(database: Database, tmp_path: Path) -> None:
    mark = "`" if database.engine == "mysql" else '"'
    database.sql("CREATE TABLE users (id int PRIMARY KEY)", "CREATE TABLE mine (id int PRIMARY KEY)")
    for name in NAMES:
        database.sql(f"CREATE TABLE {mark}{name}{mark} (id int PRIMARY KEY, label varchar(20) UNIQUE)")
    folder = write(tmp_path / "own", database.engine, {"schema/s.yaml": OWN})
    said = database.run("plan", "--exact", "--dir", folder).ended(0).out
    for name, tool in NAMES.items():
        [line] = [line for line in said.splitlines() if f"{name} (the history of" in line]
        assert tool in line
    assert "DROP TABLE" in said  # mine
    database.run("apply", "--exact", "--dir", folder, "--allow", "all").ended(0)
    assert set(database.tables()) == {"users", *NAMES}

    report = database.run("import", "--out", tmp_path / "imported", "--format", "json").ended(0).data
    assert len(report["other_tools"]) == len(NAMES)
    written = "".join(path.read_text() for path in (tmp_path / "imported" / "schema").rglob("*.yaml"))
    assert "users" in written
    assert not any(name in written for name in NAMES)
    database.run("plan", "--dir", tmp_path / "imported", "--detailed-exitcode").ended(0)


def test_one_that_was_declared_once_is_not_dropped(database: Database, tmp_path: Path) -> None:
    both = "tables: {users: {columns: {id: int}}, schema_migrations: {columns: {version: int}}}"
    database.run("apply", "--dir", write(tmp_path / "a", database.engine, {"schema/s.yaml": both})).ended(0)
    less = write(tmp_path / "b", database.engine, {"schema/s.yaml": "tables: {users: {columns: {id: int}}}"})
    assert "left alone" in database.run("apply", "--dir", less).ended(0).out
    assert "schema_migrations" in database.tables()
