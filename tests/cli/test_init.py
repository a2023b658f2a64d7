"""A new user: an empty folder, a first table on a server, a change, a refused change, and the way back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.cli.command import db_bootstrap
from tests.cli.databases import Database

FIRST = ["id", "email", "created_at"]
DECLARED = {
    "bootstrap.yaml",
    "schema/customers.yaml",
    "environments/dev.yaml",
    "environments/staging.yaml",
    "environments/production.yaml",
    ".gitignore",
    "declaration.schema",
}


def edited(path: Path, old: str, new: str) -> None:
    """Change a file by hand."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("database", ["postgresql", "mariadb", "mysql"], indirect=True)
def test_a_new_user_comes_from_an_empty_folder_to_a_table_and_back(
    database: Database, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    folder = tmp_path / "app"
    engine = request.node.callspec.params["database"]
    report = db_bootstrap("init", folder, "--engine", engine, "--format", "json").ended(0).data
    assert {str(Path(path).relative_to(folder)) for path in report["written"]} == DECLARED
    assert db_bootstrap("lint", "--dir", folder).ended(0).out.endswith("(base, dev, production, staging)\n")

    database.run("apply", "dev", "--dir", folder).ended(0)
    assert list(database.columns("customers")) == FIRST
    assert database.sql("SELECT email FROM customers ORDER BY 1") == [("ada@example.com",), ("grace@example.com",)]
    database.run("plan", "dev", "--dir", folder, "--detailed-exitcode").ended(0)

    table = folder / "schema" / "customers.yaml"
    edited(table, "    primary_key", "      phone: varchar(20)\n    primary_key")
    database.run("apply", "dev", "--dir", folder).ended(0)
    assert list(database.columns("customers")) == [*FIRST, "phone"]
    database.sql("UPDATE customers SET phone = '+1-555-0101' WHERE email = 'ada@example.com'")

    edited(table, "      phone: varchar(20)\n", "")
    assert "--allow 'data_loss:" in database.run("apply", "dev", "--dir", folder).refused(3)
    assert database.sql("SELECT count(*) FROM customers WHERE phone = '+1-555-0101'") == [(1,)]

    edited(table, "    primary_key", "      phone: varchar(20)\n    primary_key")
    refusal = database.run("rollback", "dev", "--dir", folder).refused(3)
    [allowed] = re.findall(r"--allow '(data_loss:[^']+)'", refusal)
    database.run("rollback", "dev", "--dir", folder, "--allow", allowed).ended(0)
    assert list(database.columns("customers")) == FIRST
    assert database.sql("SELECT count(*) FROM customers") == [(2,)]


def test_a_project_of_a_database_that_exists_changes_nothing_in_it(database: Database, tmp_path: Path) -> None:
    database.sql("CREATE TABLE orders (id int PRIMARY KEY, note varchar(40))", "INSERT INTO orders VALUES (7, 'kept')")
    folder = tmp_path / "app"
    db_bootstrap("init", folder, "--from-url", database.url, variables=database.variables).ended(0)
    db_bootstrap("lint", "--dir", folder).ended(0)
    assert not any(database.variables["DB_BOOTSTRAP_PASSWORD"].encode() in text for text in files_in(folder).values())
    target = yaml.safe_load((folder / "environments" / "dev.yaml").read_text())["target"]
    assert target["database"] == database.name
    # The target of dev, not a URL: it leads to the same database.
    environment = {**database.variables, "DB_BOOTSTRAP_CA_FILE": ca_of(database)}
    db_bootstrap("plan", "dev", "--dir", folder, "--detailed-exitcode", variables=environment).ended(0)
    assert database.sql("SELECT note FROM orders WHERE id = 7") == [("kept",)]


def ca_of(database: Database) -> str:
    """The file of the certificate authority that the URL names."""
    found = re.search(r"(?:sslrootcert|ssl-ca|ssl_ca)=([^&]+)", database.url)
    return found[1].replace("%2F", "/") if found else ""


@pytest.mark.parametrize("name", ["bootstrap.yaml", "environments/dev.yaml", "schema/customers.yaml"])
def test_a_file_that_exists_is_named_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("# mine\n")
    assert f"{name}: exists already" in db_bootstrap("init", tmp_path).refused(1)
    assert files_in(tmp_path) == {name: b"# mine\n"}


def test_a_gitignore_that_exists_is_kept(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("build/\n")
    assert f"{tmp_path}/.gitignore: kept" in db_bootstrap("init", tmp_path, "--engine", "mariadb").ended(0).out
    assert (tmp_path / ".gitignore").read_text() == "build/\n"
    db_bootstrap("lint", "--dir", tmp_path).ended(0)


def test_the_engine_is_said_once(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "app"
    outcome = db_bootstrap("init", folder, "--engine", "mysql", "--from-url", database.url)
    assert "leave --engine out" in outcome.ended(1).err
    assert not folder.exists()


def test_every_file_names_a_schema_that_is_there(tmp_path: Path) -> None:
    db_bootstrap("init", tmp_path).ended(0)
    for path in tmp_path.rglob("*.yaml"):
        first = path.read_text().splitlines()[0]
        assert (path.parent / first.removeprefix("# yaml-language-server: $schema=")).resolve() == (
            tmp_path / "declaration.schema"
        )
