"""With --format json a command that fails prints one JSON document; exit code and message are as without."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bootstrap.cli.program import cli
from tests.cli.command import Outcome, db_bootstrap, write
from tests.cli.databases import Database

NOWHERE = "postgresql://somebody@127.0.0.1:1/shop?sslmode=disable"
WITH_FORM = sorted(
    name for name, command in cli.commands.items() for option in command.params if "--format" in option.opts
)


def error_of(outcome: Outcome, code: int) -> dict[str, Any]:
    """The error that the document holds; its message is the one that people read."""
    document = outcome.ended(code).data
    assert document.keys() == {"format_version", "error"}
    error: dict[str, Any] = document["error"]
    assert error.keys() == {"kind", "message", "exit_code", "problems"}
    assert document["format_version"] == 1
    assert error["exit_code"] == code
    assert error["message"] in outcome.err
    return error


@pytest.mark.parametrize("command", WITH_FORM)
@pytest.mark.parametrize("form", [["--format", "json"], ["--format=json"]], ids=["two words", "one word"])
def test_wrong_usage_of_every_command(command: str, form: list[str]) -> None:
    error = error_of(db_bootstrap(command, "--no-such-option", *form), 1)
    assert error["kind"] == "usage"
    assert "--no-such-option" in error["message"]


def test_a_command_that_does_not_exist() -> None:
    error = error_of(db_bootstrap("aply", "--format", "json"), 1)
    assert (error["kind"], error["message"]) == ("usage", 'unknown command "aply": did you mean "apply"?')


def test_every_mistake_of_a_declaration_has_its_place(tmp_path: Path) -> None:
    write(tmp_path, "postgresql", {"schema/t.yaml": "tables:\n  t:\n    colums: {}\n  u:\n    columns: {id: [1]}\n"})
    error = error_of(db_bootstrap("plan", "--dir", tmp_path, "--url", NOWHERE, "--format", "json"), 1)
    assert error["kind"] == "declaration"
    found = {(problem["file"], problem["line"]) for problem in error["problems"]}
    assert {("schema/t.yaml", 3), ("schema/t.yaml", 5)} <= found
    assert all(problem["what"] and problem["remedy"] for problem in error["problems"])


@pytest.mark.parametrize("command", ["plan", "apply", "verify", "history"])
def test_a_server_that_cannot_be_reached(command: str, tmp_path: Path) -> None:
    write(tmp_path, "postgresql", {"schema/t.yaml": "tables: {t: {columns: {id: int}}}\n"})
    variables = {"DB_BOOTSTRAP_CONNECT_DEADLINE": "1", "DB_BOOTSTRAP_PASSWORD": 'se"cret\\word'}
    arguments = (command, "--dir", tmp_path, "--url", NOWHERE)
    outcome = db_bootstrap(*arguments, "--format", "json", variables=variables)
    assert error_of(outcome, 5)["kind"] == "unreachable"
    assert "cret" not in outcome.text
    assert db_bootstrap(*arguments, variables=variables).ended(5).out == ""


def test_a_refused_plan(database: Database, shop: Path) -> None:
    database.run("apply", "--dir", shop).ended(0)
    (shop / "seeds" / "customers.yaml").unlink()
    (shop / "schema" / "orders.yaml").unlink()
    database.sql("INSERT INTO orders (id, customer_id, amount) VALUES (1, 2, 9.5)")
    error = error_of(database.run("apply", "--dir", shop, "--format", "json"), 3)
    assert error["kind"] == "refused"
    assert "data_loss:" in error["message"]
    assert database.sql("SELECT amount FROM orders WHERE id = 1")[0][0] * 2 == 19


def test_text_that_only_looks_like_the_option() -> None:
    assert db_bootstrap("plan", "--no-such-option", "--", "--format", "json").ended(1).out == ""
