"""The errors of both outages, and what the command says about the database that caused them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from demo.roads import command_line
from tests.cli.command import db_bootstrap, write
from tests.cli.conftest import SHOP
from tests.cli.databases import Database

LONG = ("--timeout", "300")  # a machine may be slow
TEXTS = {
    "postgresql": {
        "table": 'psycopg.errors.UndefinedTable: relation "customers" does not exist',
        "column": "column orders.note does not exist",
        "other": 'relation "invoices" does not exist',
    },
    "mysql": {
        "table": "(1146, \"Table 'shop.customers' doesn't exist\")",
        "column": "Unknown column 'orders.note' in 'field list'",
        "other": "Table 'shop.invoices' doesn't exist",
    },
}


def test_no_declaration_and_no_database_are_needed(tmp_path: Path) -> None:
    text = "1146 Table 'tfplayground_prod.contacts' doesn't exist"
    data = db_bootstrap("diagnose", "--dir", tmp_path, "--format", "json", text).ended(0).data
    assert data["format_version"] == 1
    assert (data["cause"], data["schema"], data["object"]) == ("missing_table", True, "contacts")
    assert data["environments"] == []


def test_a_file_and_a_missing_text(tmp_path: Path) -> None:
    (tmp_path / "error.log").write_text("column streams.live_started_at does not exist\n")
    said = db_bootstrap("diagnose", "--file", tmp_path / "error.log").ended(0).out
    assert "missing_column (column streams.live_started_at)" in said
    assert "name one error text" in db_bootstrap("diagnose").refused(1)


def test_from_the_first_day_to_drift(database: Database, tmp_path: Path) -> None:
    """Never bootstrapped, applied, dropped by hand, declared but not applied yet: each is told apart."""
    declaration = write(tmp_path, database.engine, SHOP)
    texts = TEXTS[database.engine]

    def ask(text: str) -> Any:
        arguments = ("diagnose", text, "--url", database.url, "--dir", declaration, "--format", "json", *LONG)
        [found] = db_bootstrap(*arguments, variables=database.variables).ended(0).data["environments"]
        return found

    def state(text: str) -> tuple[str, str]:
        return ask(text)["state"], ask(text)["remedy"] or ""

    assert state(texts["table"])[0] == "never_bootstrapped"
    assert "db-bootstrap apply" in state(texts["table"])[1]
    database.run("apply", "--dir", declaration).ended(0)
    found = ask(texts["column"])
    assert (found["state"], found["declared"], found["live"]) == ("present", True, True)
    assert (found["changed_by_run"], bool(found["changed_by"])) == (1, True)
    assert "last changed by run 1 on" in found["sentence"]
    assert state(texts["other"])[0] == "undeclared"
    database.sql("ALTER TABLE orders DROP COLUMN note")
    assert state(texts["column"])[0] == "drift"
    write(
        tmp_path,
        database.engine,
        {
            "schema/more.yaml": """
        tables:
          invoices: {columns: {id: int not null}, primary_key: [id]}
        """
        },
    )
    assert state(texts["other"])[0] == "not_applied"


def test_a_database_that_cannot_be_reached_is_said(tmp_path: Path) -> None:
    declaration = write(tmp_path, "postgresql", SHOP)
    url = "postgresql://nobody@127.0.0.1:1/shop?sslmode=disable"
    arguments = ("diagnose", TEXTS["postgresql"]["table"], "--url", url, "--dir", declaration, "--format", "json")
    variables = {"DB_BOOTSTRAP_PASSWORD": "x", "DB_BOOTSTRAP_CONNECT_DEADLINE": "1"}
    data = db_bootstrap(*arguments, variables=variables).ended(0).data
    assert data["cause"] == "missing_table"
    [found] = data["environments"]
    assert found["state"] == "unreachable"


def test_standard_input() -> None:
    command = [*command_line(), "diagnose", "--format", "json", "-"]
    text = b'pq: password authentication failed for user "app"\n'
    done = subprocess.run(command, input=text, capture_output=True, check=True)
    assert json.loads(done.stdout)["cause"] == "auth_password"
