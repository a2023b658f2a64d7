"""Who is given something is looked up before anything runs; a privilege that there is none of when it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import db_bootstrap, write
from tests.cli.databases import Database

TABLE = "tables: {t: {columns: {id: int not null}, primary_key: [id], grants: {%s: [%s]}}}\n"


def declare(folder: Path, database: Database, *given: str) -> Path:
    return write(folder, database.engine, {"schema/t.yaml": TABLE % given})


@pytest.mark.parametrize("privilege", ["slect", "execute", "usage"])
def test_a_privilege_that_there_is_none_of(database: Database, tmp_path: Path, privilege: str) -> None:
    folder = declare(tmp_path, database, "somebody", privilege)
    said = db_bootstrap("lint", "--dir", folder).refused(1)
    assert f"{privilege.upper()} is no privilege on a table: " in said
    assert "schema/t.yaml:1" in said


def test_a_role_that_does_not_exist(database: Database, tmp_path: Path) -> None:
    name = f"nobody_{database.name[-8:]}"
    grantee = name if database.engine == "postgresql" else f"{name}@%"
    folder = declare(tmp_path, database, f'"{grantee}"', "select")
    for command in ("plan", "apply"):
        said = database.run(command, "--dir", folder).refused(1)
        assert f"role {grantee} does not exist: create it, declare it in roles, or correct the name" in said
    assert database.tables() == []


def test_a_role_that_a_step_makes_may_be_given_something(database: Database, tmp_path: Path) -> None:
    name = f"made_{database.name[-8:]}"
    grantee = name if database.engine == "postgresql" else f"{name}@%"
    folder = declare(tmp_path, database, f'"{grantee}"', "select")
    made = f"CREATE ROLE {name}" if database.engine == "postgresql" else f"CREATE USER '{name}'@'%' ACCOUNT LOCK"
    write(folder, database.engine, {"steps/0001_role.sql": f"-- phase: before\n{made};\n"})
    try:
        database.run("apply", "--dir", folder).ended(0)
        database.run("verify", "--dir", folder).ended(0)
    finally:
        database.sql("DROP TABLE t", f"DROP {'ROLE' if database.engine == 'postgresql' else 'USER'} IF EXISTS {name}")
