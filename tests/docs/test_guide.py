"""The guide is true: its declarations are applied to real servers, and its commands answer what it says."""

from __future__ import annotations

import contextlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

import bootstrap
from bootstrap.hazards import HazardKind
from demo.servers import Server
from tests.cli.command import db_bootstrap
from tests.cli.databases import Database
from tests.conftest import fresh_database, shared_server
from tests.docs.guide import PAGE, Command, Section, sections

SERVERS = {"postgresql": "postgresql", "mysql": "mariadb"}
PORTS = {"postgresql": 5432, "mysql": 3306}
SECTIONS = sections()
PACKAGE = Path(bootstrap.__file__).parent


@pytest.mark.parametrize("section", SECTIONS, ids=[section.title for section in SECTIONS])
def test_a_section_is_what_it_says(section: Section, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path, content in section.files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    server = shared_server(SERVERS[section.engine])
    with without_roles(server, section.roles), fresh_database(server) as url:
        database = Database(server.as_master, urlsplit(url).path.removeprefix("/"))
        for script in section.before:
            database.sql(*(statement for statement in script.split(";\n") if statement.strip()))
        for command in section.commands:
            if "--targets" in command.words:
                assert answer_of_many(command, server, Path(command.words[-1])) == command.answer
                continue
            assert answer(command, section, database) == command.answer
        if not section.commands:
            database.run("apply", APP_PASSWORD="a-password-of-the-guide").ended(0)
            database.run("plan", "--detailed-exitcode").ended(0)
            database.run("verify").ended(0)


@contextlib.contextmanager
def without_roles(server: Server, roles: tuple[str, ...]) -> Iterator[None]:
    """Roles belong to the whole server: those of this section, and no other's, are gone in the end.

    Another worker may run the section that declares the others at this very moment.
    """
    yield
    for role in roles:
        server.execute(f"DROP ROLE IF EXISTS {role}")


def test_no_two_sections_declare_the_same_role() -> None:
    declared = [(section.engine, role) for section in SECTIONS for role in section.roles]
    assert declared
    assert len(declared) == len(set(declared)), "sections run side by side on one server"


def answer(command: Command, section: Section, database: Database) -> str:
    """What a command says, with names and tokens as the page has them."""
    program, *arguments = command.words
    if program != "db-bootstrap":
        return subprocess.run([program, *arguments], capture_output=True, text=True, check=True).stdout
    connects = arguments[0] not in {"init", "fmt", "lint", "compare", "report"}
    outcome = database.run(*arguments) if connects else db_bootstrap(*arguments)
    text = outcome.out or outcome.err
    text = re.sub(r"localhost:\d+/test_\w+", f"db.example.com:{PORTS[section.engine]}/{section.name}", text)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC by \S+", "2026-01-31 12:00 UTC by ada", text)
    return re.sub(r"\b[0-9a-f]{64}\b", "…", text)


def answer_of_many(command: Command, server: Server, file: Path) -> str:
    """What a command says of the targets in a file, each a database of the server, in the order of their names.

    A password is there where no variable is named, and in MADRID_PASSWORD.
    """
    written = yaml.safe_load(file.read_text(encoding="utf-8"))
    with contextlib.ExitStack() as stack:
        real, names = {}, {}
        for name, target in written.items():
            url = urlsplit(stack.enter_context(fresh_database(server)))
            found = Database(server.as_master, url.path.removeprefix("/"))
            real[name] = {
                "host": url.hostname, "port": url.port, "database": found.name, "username": url.username,
                "tls": {"ca_file": parse_qs(url.query)["sslrootcert"][0]},
            }  # fmt: skip
            if "environment" in target["credentials"]:
                real[name]["credentials"] = target["credentials"]
            names[f"{url.hostname}:{url.port}/{found.name}"] = f"db.example.com:5432/{target['database']}"
        file.write_text(yaml.safe_dump(real), encoding="utf-8")
        known = server.as_master.login.password
        variables = {"DB_BOOTSTRAP_PASSWORD": known, "MADRID_PASSWORD": known}
        text = db_bootstrap(*command.words[1:], variables=variables).out
    for place, said in names.items():
        text = text.replace(place, said)
    lines = re.sub(r"\b[0-9a-f]{64}\b", "…", text).splitlines(keepends=True)
    own = [line for line in lines if line.split(":")[0] in written]
    return "".join([*sorted(own, key=lambda line: line.split(":")[0]), *lines[len(own) :]])


def test_every_hazard_is_explained() -> None:
    explained = set(
        re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8").split("| hazard |")[1], re.MULTILINE)
    )
    assert {kind.value for kind in HazardKind} <= explained


def test_every_environment_variable_is_explained() -> None:
    explained = set(re.findall(r"^\| `(DB_BOOTSTRAP_\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    read = {
        name
        for source in PACKAGE.rglob("*.py")
        for name in re.findall(r'"(DB_BOOTSTRAP_[A-Z_]+)"', source.read_text("utf-8"))
    }
    assert explained == read
