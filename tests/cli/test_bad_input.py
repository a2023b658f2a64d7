"""What must be refused before anything is changed: each kind of bad YAML with its file and line, and bad arguments."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.cli.command import db_bootstrap, write

SCHEMA = "schema/notes.yaml"
GOOD = """
tables:
  notes:
    columns:
      id: int not null
      body: varchar(40)
    primary_key: [id]
"""


@dataclass
class Listener:
    """A port on which a database could listen: it counts who comes."""

    port: int
    visitors: list[object] = field(default_factory=list)

    def url(self, scheme: str) -> str:
        """A target that leads here."""
        return f"{scheme}://admin@127.0.0.1:{self.port}/app"


@pytest.fixture
def listener() -> Iterator[Listener]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = Listener(server.getsockname()[1])

        def accept() -> None:
            while True:
                try:
                    connection, address = server.accept()
                except OSError:
                    return
                found.visitors.append(address)
                connection.close()

        threading.Thread(target=accept, daemon=True).start()
        yield found
        server.shutdown(socket.SHUT_RDWR)


def aliases(levels: int) -> str:
    """The billion laughs: it parses in milliseconds and explodes for whoever walks through it."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


def column(text: str) -> str:
    """The good schema with another column at line 5."""
    return GOOD.lstrip("\n").replace("body: varchar(40)", text)


# Kind of fault → the file's content, the line on which the fault is, and a word that the message must have.
FAULTS: dict[str, tuple[str | bytes, int, str]] = {
    "alias bomb": (aliases(9), 4, "alias"),
    "duplicate key": (column("body: varchar(40)\n      body: varchar(50)"), 6, "body"),
    "no as a number of characters": (column("body: {type: varchar, nullable: no}"), 5, "nullable"),
    "on as a switch": (column("body: {type: varchar(10), nullable: on}"), 5, "nullable"),
    "sexagesimal where a number belongs": ("version: 12:30:45\nengine: postgresql\n", 1, "version"),
    "hexadecimal where a number belongs": ("version: 0x1\nengine: postgresql\n", 1, "version"),
    "octal where a number belongs": ("version: 01\nengine: postgresql\n", 1, "version"),
    "float where a number belongs": ("version: 1.10\nengine: postgresql\n", 1, "version"),
    "huge integer": (f"version: {'9' * 5000}\nengine: postgresql\n", 1, "version"),
    "lone surrogate": (column('body: {type: varchar(40), default: "\\ud800"}'), 5, ""),
    "3000 deep": ("tables:\n  notes: " + "[" * 3000 + "]" * 3000 + "\n", 2, ""),
    "NUL byte": (column("body: varchar(40)").encode().replace(b"(40)", b"(40)\x00"), 5, ""),
    "NUL written": (column('body: {type: varchar(40), default: "a\\0b"}'), 5, ""),
    "not UTF-8": (column("body: {type: varchar(40), comment: gr}").encode().replace(b"gr", b"gr\xfc\xdf"), 5, "UTF-8"),
    "python tag": (column("body: !!python/object/apply:os.system [true]"), 5, ""),
    "own tag": (column("body: !Ref something"), 5, ""),
    "unknown key": (column("body: {type: varchar(40), nulable: false}"), 5, "nulable"),
    "unknown type": (column("body: {typ: varchar(40)}"), 5, "typ"),
    "several documents": (GOOD.lstrip("\n") + "---\ntables: {}\n", 7, ""),
    "broken YAML": (column("body: [varchar"), 6, ""),
    "tab": ("tables:\n\tnotes: {}\n", 2, ""),
    "long name": (GOOD.lstrip("\n").replace("notes", "n" * 64), 2, "63"),
    "list for a mapping": ("tables: [notes]\n", 1, "tables"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_file_is_refused_with_its_line_before_anything_connects(
    fault: str, tmp_path: Path, listener: Listener
) -> None:
    content, line, word = FAULTS[fault]
    head = isinstance(content, str) and content.startswith("version")
    name = "bootstrap.yaml" if head else SCHEMA
    folder = write(tmp_path, "postgresql", {SCHEMA: GOOD, name: content})

    message = db_bootstrap("plan", "--dir", folder, "--url", listener.url("postgresql")).refused(1)

    places = re.findall(rf"^{re.escape(name)}:(\d+): ", message, re.MULTILINE)
    assert str(line) in places, message
    assert word.lower() in message.lower()
    assert len(message) < 4000, "a message, not a dump"
    assert listener.visitors == []


def test_all_problems_of_all_files_are_told_at_once(tmp_path: Path, listener: Listener) -> None:
    folder = write(
        tmp_path,
        "mysql",
        {
            SCHEMA: column("body: {type: varchar(40), nulable: false}"),
            "schema/users.yaml": "tables:\n  users:\n    columns: {id: int}\n    primry_key: [id]\n",
            "seeds/notes.yaml": "seeds:\n  notes:\n    key: [id]\n    rows:\n      - {id: 1, text: no such column}\n",
            "steps/later.sql": "SELECT 1;\n",
        },
    )
    arguments = ("--dir", folder, "--url", listener.url("mysql"))
    message = db_bootstrap("plan", *arguments).refused(1)
    for place in (f"{SCHEMA}:5: ", "schema/users.yaml:4: ", "steps/later.sql:1: "):
        assert place in message, message
    assert listener.visitors == []
    # An apply asks whether the files are those of the last proven run, and reads them where it gets no answer.
    assert db_bootstrap("apply", *arguments).refused(1) == message
    assert len(listener.visitors) == 1


@pytest.mark.parametrize(
    ("seeds", "line", "word"),
    [
        ("- {id: 1, text: no such column}", 5, "text"),
        ("- {id: 1, body: a}\n      - {id: 1, body: b}", 6, ""),
        ("- {body: without its key}", 5, "id"),
    ],
    ids=["unknown column", "key twice", "no key"],
)
def test_bad_rows_are_refused_with_their_line(
    seeds: str, line: int, word: str, tmp_path: Path, listener: Listener
) -> None:
    rows = f"seeds:\n  notes:\n    key: [id]\n    rows:\n      {seeds}\n"
    folder = write(tmp_path, "postgresql", {SCHEMA: GOOD, "seeds/notes.yaml": rows})
    message = db_bootstrap("plan", "--dir", folder, "--url", listener.url("postgresql")).refused(1)
    assert f"seeds/notes.yaml:{line}: " in message, message
    assert word in message
    assert listener.visitors == []


def test_a_csv_row_of_another_length_is_refused_with_its_line(tmp_path: Path, listener: Listener) -> None:
    files = {
        SCHEMA: GOOD,
        "seeds/notes.yaml": "seeds:\n  notes: {key: [id], file: notes.csv}\n",
        "seeds/notes.csv": "id,body\n1,one\n2,two,three\n",
    }
    folder = write(tmp_path, "postgresql", files)
    message = db_bootstrap("plan", "--dir", folder, "--url", listener.url("postgresql")).refused(1)
    assert "seeds/notes.csv:3: " in message, message
    assert listener.visitors == []


def test_scalars_that_yaml_1_1_turns_into_something_else_are_text(tmp_path: Path) -> None:
    rows = [
        "{id: 1, body: no}", "{id: 2, body: on}", "{id: 3, body: 12:30:45}", "{id: 4, body: 0777}",
        "{id: 5, body: 00123}", "{id: 6, body: 1.10}",
    ]  # fmt: skip
    seeds = "seeds:\n  notes:\n    key: [id]\n    rows:\n" + "".join(f"      - {row}\n" for row in rows)
    folder = write(tmp_path, "postgresql", {SCHEMA: GOOD, "seeds/notes.yaml": seeds})
    db_bootstrap("lint", "--dir", folder).ended(0)


def test_lint_names_the_problems_of_every_environment_once(tmp_path: Path) -> None:
    overlays = {f"environments/{name}.yaml": "polcy: {}\n" for name in ("staging", "production")}
    folder = write(tmp_path, "postgresql", {SCHEMA: column("body: {typ: text}"), **overlays})
    message = db_bootstrap("lint", "--dir", folder).refused(1)
    for place in ("environments/production.yaml:1: ", "environments/staging.yaml:1: ", f"{SCHEMA}:5: "):
        assert message.count(place) >= 1, message
    lines = message.splitlines()
    assert len(lines) == len(set(lines))


def test_an_unknown_environment_says_which_are_known(tmp_path: Path) -> None:
    overlays = {f"environments/{name}.yaml": "policy: {}\n" for name in ("staging", "production")}
    folder = write(tmp_path, "postgresql", {SCHEMA: GOOD, **overlays})
    for action in ("plan", "apply", "verify", "history"):
        message = db_bootstrap(action, "prodution", "--dir", folder).refused(1)
        assert "prodution" in message
        assert "production, staging" in message


def test_a_directory_without_a_declaration(tmp_path: Path, listener: Listener) -> None:
    for action in ("plan", "apply", "verify"):
        message = db_bootstrap(action, "--dir", tmp_path, "--url", listener.url("mysql")).refused(1)
        assert "bootstrap.yaml" in message
        assert "no bootstrap.yaml here" in message
    message = db_bootstrap("apply", "--dir", tmp_path / "nowhere", "--url", listener.url("mysql")).refused(1)
    assert "nowhere" in message
    assert listener.visitors == []


def test_an_unknown_hazard_is_a_typing_error_not_a_refusal(tmp_path: Path, listener: Listener) -> None:
    folder = write(tmp_path, "postgresql", {SCHEMA: GOOD})
    arguments = ("apply", "--dir", folder, "--url", listener.url("postgresql"), "--allow", "dataloss:notes.body")
    message = db_bootstrap(*arguments).refused(1)
    assert "dataloss:notes.body" in message
    assert "data_loss" in message
    assert listener.visitors == []


def test_another_engine_than_the_declared_one(tmp_path: Path, listener: Listener) -> None:
    folder = write(tmp_path, "postgresql", {SCHEMA: GOOD})
    message = db_bootstrap("plan", "--dir", folder, "--url", listener.url("mysql")).refused(1)
    assert "mysql" in message
    assert "postgresql" in message
    assert listener.visitors == []


def test_no_target_at_all(tmp_path: Path) -> None:
    folder = write(tmp_path, "postgresql", {SCHEMA: GOOD, "environments/staging.yaml": "policy: {}\n"})
    assert "--url" in db_bootstrap("apply", "--dir", folder).refused(1)
    assert "environments/staging.yaml" in db_bootstrap("apply", "staging", "--dir", folder).refused(1)


@pytest.mark.parametrize(
    ("target", "word"),
    [
        ("{", "JSON"),
        ('{"engine": "oracle", "host": "h", "database": "d"}', "engine"),
        ('{"engine": "postgresql", "host": "h"}', "database"),
        ('{"engine": "postgresql", "host": "h", "database": "d", "password": "hunter2-hunter2"}', "password"),
    ],
    ids=["not JSON", "engine", "no database", "a password"],
)
def test_a_bad_target_is_named_without_its_values(target: str, word: str, tmp_path: Path) -> None:
    folder = write(tmp_path, "postgresql", {SCHEMA: GOOD, "environments/staging.yaml": "policy: {}\n"})
    outcome = db_bootstrap("apply", "staging", "--dir", folder, variables={"DB_BOOTSTRAP_TARGET": target})
    message = outcome.refused(1)
    assert "DB_BOOTSTRAP_TARGET" in message
    assert word in message
    assert "hunter2" not in message


@pytest.mark.parametrize("arguments", [("aply",), ("apply", "--alow", "x"), ("apply", "one", "two")])
def test_usage(arguments: tuple[str, ...]) -> None:
    outcome = db_bootstrap(*arguments).ended(1)
    assert outcome.out == ""
    assert "Usage: db-bootstrap" in outcome.err
    assert "Error: " in outcome.err
