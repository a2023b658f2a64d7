"""The release that runs and the next one: a change that takes away what the old one needs is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import db_bootstrap, write
from tests.cli.databases import Database

OLD = "CREATE TABLE users (id int PRIMARY KEY, name varchar(60) NOT NULL, phone varchar(20), note varchar(9))"
TABLE = "tables: {{users: {{columns: {{id: int, {columns}}}, primary_key: [id]}}}}\n"
BEFORE = "name: varchar(60) not null, phone: varchar(20), note: varchar(9)"
AFTER = "name: varchar(60), phone: varchar(20), tenant: int not null, email: varchar(90)"
NEW = "CREATE TABLE users (id int PRIMARY KEY, name varchar(60), tenant int NOT NULL, email varchar(90), {more})"


def test_from_one_release_to_the_next(database: Database, tmp_path: Path) -> None:
    folder = write(tmp_path, database.engine, {"schema/users.yaml": TABLE.format(columns=BEFORE)})
    (tmp_path / "old.sql").write_text(OLD, encoding="utf-8")
    (tmp_path / "new.sql").write_text(NEW.format(more="phone varchar(20)"), encoding="utf-8")
    database.run("apply", "--dir", folder).ended(0)
    releases = ("--old", tmp_path / "old.sql", "--new", tmp_path / "new.sql", "--dir", folder, "--format", "json")
    write(tmp_path, database.engine, {"schema/users.yaml": TABLE.format(columns=AFTER)})

    def verdicts(code: int) -> set[tuple[str, str, str, str, str]]:
        return {
            (item["release"], item["verdict"], item["finding"], item["aspect"], item["object"].rpartition(".")[2])
            for item in database.run("models", *releases).ended(code).data["findings"]
        }

    pending = {
        ("new", "pending", "missing", "existence", "email"),
        ("new", "pending", "missing", "existence", "tenant"),
        ("new", "pending", "differs", "nullability", "name"),
    }
    assert verdicts(3) == pending | {
        ("old", "refused", "missing", "existence", "note"),
        ("old", "refused", "required", "existence", "tenant"),
        ("old", "refused", "differs", "nullability", "name"),
    }
    said = database.run("models", *releases[:-2]).ended(3).out
    assert "note, which old.sql" not in said
    assert "still needs" in said
    assert "fix: declare `policy: {removed: keep}` and run `db-bootstrap contract` once no old release runs" in said
    write(tmp_path, database.engine, {
        "bootstrap.yaml": f"version: 1\nengine: {database.engine}\npolicy: {{removed: keep}}\n",
        "schema/users.yaml": TABLE.format(columns=AFTER.replace("name: varchar(60)", "name: varchar(60) not null")
                                          .replace("int not null", "int not null default 0")),
    })  # fmt: skip
    text = NEW.format(more="fax int").replace("name varchar(60)", "name varchar(60) NOT NULL")
    (tmp_path / "new.sql").write_text(text, encoding="utf-8")
    assert verdicts(4) == {
        ("new", "pending", "missing", "existence", "email"),
        ("new", "pending", "missing", "existence", "tenant"),
        ("new", "fault", "missing", "existence", "fax"),
    }


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_the_declaration_alone(database: Database, tmp_path: Path) -> None:
    """A development server is enough; a command may print the DDL."""
    folder = write(tmp_path, database.engine, {"schema/users.yaml": TABLE.format(columns=BEFORE)})
    alone = ("models", "--scratch-url", database.url, "--dir", folder, "--command")
    fits = db_bootstrap(*alone, f"echo '{OLD}'", variables=database.variables).ended(0).out
    assert fits == f"the declaration has everything that echo '{OLD}' expects\n"
    text = OLD.replace("varchar(9)", "varchar(7)")
    said = db_bootstrap(*alone, f"echo '{text}'", variables=database.variables).ended(4).out
    assert (
        "the type of column public.users.note in the declaration (schema/users.yaml:1) is character varying(9), but the"
        " command's output expects character varying(7)" in said
    )
    said = db_bootstrap(*alone, "exit 3", variables=database.variables).refused(1)
    assert said.startswith("the command 'exit 3' failed with exit code 3")
    said = db_bootstrap(*alone, "echo 'CREATE TABLE a (b nothing)'", variables=database.variables).refused(1)
    assert said.startswith("the command's output:1: the server refuses the statement: ")
    assert "nothing" in said
