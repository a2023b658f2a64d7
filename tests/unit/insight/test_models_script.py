"""Which SQL of an application is run in a scratch database, and where its code calls create_all()."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap.dialects.foreign_sql import ForeignStatement
from bootstrap.insight.models.create_all import find_create_all
from bootstrap.insight.models.script import created_names, structural
from bootstrap.insight.models.sources import Source, SourceKind, parse_source
from bootstrap.problems import BootstrapError, DeclarationError


def kept(sql: str, engine: str = "mysql") -> list[str]:
    statements, _ = structural([ForeignStatement(sql, "shop.sql", 3)], engine, "shop")
    return [statement.sql for statement in statements]


@pytest.mark.parametrize(
    "sql",
    [
        "DROP DATABASE shop", "CREATE DATABASE other", "CREATE SCHEMA other", "CREATE USER a", "ALTER ROLE a SUPERUSER",
        "ALTER SYSTEM SET x = 1", "USE shop", "INSERT INTO shop.a VALUES (1)", "DELETE FROM a", "SET sql_mode = ''",
        "GRANT ALL ON a TO b", "CALL wipe()", "LOAD DATA INFILE 'x' INTO TABLE a", "TRUNCATE a", "RENAME TABLE a TO b",
        "ALTER TABLE a OWNER TO somebody", "CREATE DEFINER = a@b EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM a",
    ],
)  # fmt: skip
def test_only_structure_is_run(sql: str) -> None:
    assert kept(sql) == []
    if not sql.startswith("CREATE SCHEMA"):  # PostgreSQL's is inside of the scratch database
        assert kept(sql, "postgresql") == []


@pytest.mark.parametrize(
    ("sql", "runs"),
    [
        ("CREATE TABLE shop.a (id int, PRIMARY KEY (id))", "CREATE TABLE a (id int, PRIMARY KEY (id))"),
        (
            "ALTER TABLE `shop`.`a` ADD FOREIGN KEY (b) REFERENCES `shop`.`b` (id)",
            "ALTER TABLE `a` ADD FOREIGN KEY (b) REFERENCES `b` (id)",
        ),
        ("CREATE INDEX i ON shop.a (b)", "CREATE INDEX i ON a (b)"),
        ("CREATE VIEW v AS SELECT x.id FROM a x", "CREATE VIEW v AS SELECT x.id FROM a x"),
        ("DROP TABLE IF EXISTS a", "DROP TABLE IF EXISTS a"),
        ("CREATE TABLE event (owner int)", "CREATE TABLE event (owner int)"),
    ],
)
def test_the_databases_own_name_is_taken_off(sql: str, runs: str) -> None:
    assert kept(sql) == [runs]


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE other.a (id int)", "DROP TABLE a, `other`.b",
        "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES other.b (id)",
        "CREATE INDEX i ON other.a (b)", "CREATE VIEW other.v AS SELECT 1", "DROP INDEX i ON other.a",
        "CREATE TRIGGER t BEFORE INSERT ON other.a FOR EACH ROW SET NEW.x = 1", "DROP VIEW other.v",
    ],
)  # fmt: skip
def test_another_database_is_never_reached(sql: str) -> None:
    with pytest.raises(DeclarationError, match=r"shop\.sql:3: the statement names another database, other: "):
        kept(sql)


def test_what_is_left_out_is_said_unless_every_dump_has_it() -> None:
    statements = [ForeignStatement(sql, "dump.sql", 1) for sql in ("SET x = 1", "VACUUM a", "CREATE TABLE b (c int)")]
    found, left_out = structural(statements, "postgresql", "shop")
    assert [statement.sql for statement in found] == ["CREATE TABLE b (c int)"]
    assert left_out == ["dump.sql:1: left out, as it describes no structure: VACUUM a"]


def test_the_names_of_what_is_created() -> None:
    sql = [
        'CREATE TABLE IF NOT EXISTS app."Order" (id int)',
        "CREATE TYPE mood AS ENUM ('a')",
        "ALTER TABLE x ADD y int",
    ]
    assert created_names([ForeignStatement(text, "", 0) for text in sql], "postgresql") == {"Order", "mood"}


def test_create_all_is_found_however_it_is_called(tmp_path: Path) -> None:
    files = {
        "app/a.py": "Base.metadata.create_all(engine)\n",
        "app/b.py": "async def f(c):\n    await c.run_sync(SQLModel.metadata.create_all)\n",
        "app/c.py": "getattr(metadata, 'create_all')(engine)\n",
        "app/d.py": "# metadata.create_all(engine)\ntext = 'create_all()'\n",
        "app/broken.py": "def (\n",
        "tests/e.py": "metadata.create_all(engine)\n",
        "app/test_f.py": "metadata.create_all(engine)\n",
        "env/pyvenv.cfg": "",
        "env/lib/g.py": "metadata.create_all(engine)\n",
        ".git/h.py": "metadata.create_all(engine)\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = [(Path(use.file).name, use.line) for use in find_create_all(tmp_path)]
    assert found == [("a.py", 1), ("b.py", 2), ("c.py", 1)]


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("app.models:Base", SourceKind.SQLALCHEMY, "app.models:Base"),
        ("app.models:db.Model", SourceKind.SQLALCHEMY, "app.models:db.Model"),
        ("app.models", SourceKind.SQLALCHEMY, "app.models"),
        ("django:shop.settings", SourceKind.DJANGO, "shop.settings"),
        ("command:docker run x:1 ddl", SourceKind.COMMAND, "docker run x:1 ddl"),
        ("out/models.json", SourceKind.FILE, "out/models.json"),
    ],
)
def test_how_a_source_is_written(text: str, kind: SourceKind, name: str) -> None:
    assert parse_source(text) == Source(kind=kind, name=name)


def test_what_is_no_source() -> None:
    with pytest.raises(BootstrapError, match=r'"app/models\.py:Base" names no models: give an import path'):
        parse_source("app/models.py:Base")
