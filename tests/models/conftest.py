"""Databases of both engines, and the command pointed at an application that is written into a folder."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.command import Outcome, db_bootstrap, write
from tests.cli.databases import Database
from tests.conftest import fresh_database, shared_server


@pytest.fixture(params=["postgresql", "mariadb"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database."""
    server = shared_server(request.param)
    with fresh_database(server) as url:
        yield Database(server.as_master, urlsplit(url).path.removeprefix("/"))


@pytest.fixture
def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that commands run in: modules in it can be imported."""
    folder = tmp_path / "application"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def write_code(folder: Path, files: Mapping[str, str]) -> None:
    """Write an application's modules."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")


def lines_of(outcome: Outcome) -> list[tuple[str, str, str]]:
    """The findings of a report in JSON: what is wrong, with which aspect of which object."""
    return [(item["finding"], item["aspect"], f"{item['kind']} {item['object']}") for item in outcome.data["findings"]]


def expected_sql(source: str, folder: Path, *options: str) -> list[str]:
    """What the ORM itself would run, as `--export` writes it."""
    out = folder / "models.json"
    db_bootstrap("models", source, "--dir", folder, "--export", out, *options).ended(0)
    statements: list[str] = json.loads(out.read_text(encoding="utf-8"))["statements"]
    return statements


def fitting(database: Database, folder: Path, source: str, *options: str) -> Path:
    """Make the database by the ORM's own DDL, and import a declaration of it; return its folder."""
    write(folder / "empty", database.engine, {})
    database.sql(*expected_sql(source, folder / "empty", *options))
    database.run("import", "--out", folder / "declaration").ended(0)
    return folder / "declaration"
