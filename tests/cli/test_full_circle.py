"""From an empty database all the way round, on both engines; what is there is asked of the server."""

from __future__ import annotations

import json
import re
from pathlib import Path

import psycopg2
import pymysql
import pytest

from tests.cli.databases import Database

TYPES = {
    "postgresql": ["integer", "character varying(100)", "character varying(60)"],
    "mysql": ["int(11)", "varchar(100)", "varchar(60)"],
}
CUSTOMERS = [(1, "ada@example.com", "Ada"), (2, "grace@example.com", "nobody")]


def edit(folder: Path, file: str, before: str, after: str) -> None:
    """Change the declaration in one place."""
    path = folder / file
    text = path.read_text()
    assert text.count(before) == 1
    path.write_text(text.replace(before, after))


def permission(message: str) -> str:
    """The one permission that a refusal names."""
    found = re.findall(r"--allow '([^']+)'", message)
    assert len(found) == 1, message
    return str(found[0])


def test_plan_apply_again_verify_history_import(database: Database, shop: Path, tmp_path: Path) -> None:
    planned = database.run("plan", "--dir", shop, "--detailed-exitcode").ended(2)
    assert planned.out.count("CREATE TABLE") == 2
    assert database.tables() == []
    assert "customers is missing" in database.run("verify", "--dir", shop).ended(4).out

    report = tmp_path / "report.json"
    variables = {"DB_BOOTSTRAP_REPORT": str(report), "DB_BOOTSTRAP_GIT_REVISION": "0123abcd"}
    applied = database.run("apply", "--dir", shop, "--format", "json", **variables).ended(0)
    assert applied.data["status"] == "applied"
    assert json.loads(report.read_text()) == {**applied.data, "exit_code": 0}
    assert database.tables() == ["customers", "orders"]
    assert list(database.columns("customers").values()) == TYPES[database.engine]
    assert {"customers_email_key", "orders_amount_idx"} <= {
        *database.indexes("customers"), *database.indexes("orders")
    }  # fmt: skip
    assert database.sql("SELECT id, email, name FROM customers ORDER BY id") == CUSTOMERS

    assert database.run("plan", "--dir", shop, "--detailed-exitcode").ended(0).out.count("nothing to do") == 1
    again = database.run("apply", "--dir", shop, "--format", "json").ended(0)
    assert again.data["status"] == "unchanged"
    assert again.data["ready_token"] == applied.data["ready_token"]
    database.run("verify", "--dir", shop).ended(0)

    history = database.run("history", "--dir", shop, "--format", "json").ended(0).data
    assert [(run["outcome"], run["git_revision"]) for run in history["runs"]] == [("applied", "0123abcd")]
    one = database.run("history", "--dir", shop, "--run", "1").ended(0).out
    assert one.count("CREATE TABLE") == 2

    out = tmp_path / "imported"
    database.run("import", "--out", out).ended(0)
    assert database.run("plan", "--dir", out, "--detailed-exitcode", "--exact").ended(0)
    assert database.scratch_places() == []


def test_constraints_hold_in_the_server(database: Database, shop: Path) -> None:
    database.run("apply", "--dir", shop).ended(0)
    for statement in (
        "INSERT INTO orders VALUES (1, 99, 1, NULL)",
        "INSERT INTO orders VALUES (1, 1, -1, NULL)",
        "INSERT INTO customers (id, email) VALUES (3, 'ada@example.com')",
    ):
        with pytest.raises((psycopg2.Error, pymysql.Error), match=r"(?i)foreign|check|constraint|duplicate"):
            database.sql(statement)
    database.sql("INSERT INTO orders VALUES (1, 1, 5, NULL)", "DELETE FROM customers WHERE id = 1")
    assert database.sql("SELECT count(*) FROM orders") == [(0,)], "on delete cascade"


def test_a_table_with_rows_is_altered_and_keeps_them(database: Database, shop: Path) -> None:
    database.run("apply", "--dir", shop).ended(0)
    database.sql("INSERT INTO orders VALUES (1, 1, 10.50, 'first'), (2, 2, 20, NULL)")
    edit(shop, "schema/orders.yaml", "note: varchar(200)", "note: varchar(240)\n      paid: boolean")
    database.run("apply", "--dir", shop).ended(0)
    assert database.sql("SELECT id, note, paid FROM orders ORDER BY id") == [(1, "first", None), (2, None, None)]
    assert "240" in database.columns("orders")["note"]


def test_what_loses_data_is_refused_and_the_line_that_is_named_lets_it_pass(database: Database, shop: Path) -> None:
    database.run("apply", "--dir", shop).ended(0)
    database.sql("INSERT INTO orders VALUES (1, 1, 10.50, 'kept')")
    edit(shop, "schema/orders.yaml", "      note: varchar(200)\n", "")
    edit(shop, "schema/customers.yaml", "name: {type:", "title: varchar(9)\n      name: {type:")

    message = database.run("apply", "--dir", shop).refused(3)
    assert permission(message).startswith("data_loss:")
    assert database.sql("SELECT note FROM orders") == [("kept",)]
    assert "title" not in database.columns("customers"), "nothing of a refused plan was done"
    assert database.outcomes() == ["applied"]

    wrong = permission(message).replace("note", "amount")
    database.run("apply", "--dir", shop, "--allow", wrong).refused(3)
    database.run("apply", "--dir", shop, "--allow", permission(message)).ended(0)
    assert "note" not in database.columns("orders")
    assert "title" in database.columns("customers")
    assert database.sql("SELECT id FROM orders") == [(1,)]


def test_a_type_that_cuts_values_is_refused(database: Database, shop: Path) -> None:
    database.run("apply", "--dir", shop).ended(0)
    edit(shop, "schema/customers.yaml", "varchar(60)", "varchar(6)")
    message = database.run("apply", "--dir", shop).refused(3)
    assert "customers.name" in message
    assert "60" in database.columns("customers")["name"]


def test_what_was_never_declared_is_reported_and_left_alone(database: Database, shop: Path) -> None:
    database.run("apply", "--dir", shop).ended(0)
    database.sql(
        "CREATE TABLE visitors (id int)",
        "INSERT INTO visitors VALUES (7)",
        "INSERT INTO orders VALUES (1, 1, 10.50, 'first')",
        "ALTER TABLE orders ADD COLUMN shelf int",
        "CREATE INDEX by_note ON orders (note)",
    )
    database.run("plan", "--dir", shop, "--detailed-exitcode").ended(0)
    database.run("verify", "--dir", shop).ended(0)
    edit(shop, "schema/orders.yaml", "note: varchar(200)", "note: varchar(240)")
    applied = database.run("apply", "--dir", shop).ended(0)
    for name in ("visitors", "orders.shelf", "by_note"):
        assert re.search(rf"not declared, left alone: .*{re.escape(name)}", applied.out), applied.out
    assert database.sql("SELECT id FROM visitors") == [(7,)]
    assert "shelf" in database.columns("orders")
    assert "by_note" in database.indexes("orders")

    refused = database.run("apply", "--dir", shop, "--exact").refused(3)
    assert "visitors" in refused
    assert "shelf" in refused
    assert "visitors" in database.tables()


def test_drift_is_named_and_mended(database: Database, shop: Path) -> None:
    database.run("apply", "--dir", shop).ended(0)
    database.sql("DELETE FROM customers WHERE id = 2", "ALTER TABLE customers DROP COLUMN name")
    found = database.run("verify", "--dir", shop).ended(4).out
    assert "customers.name is missing" in found
    assert re.search(r"seed (public\.)?customers: 1 row is missing", found)
    database.run("apply", "--dir", shop).ended(0)
    database.run("verify", "--dir", shop).ended(0)
    assert database.sql("SELECT id, email, name FROM customers ORDER BY id") == CUSTOMERS
    assert database.outcomes() == ["applied", "applied"]


def test_the_password_is_in_no_report_and_no_history(database: Database, shop: Path, tmp_path: Path) -> None:
    password = database.server.login.password
    report = tmp_path / "report.json"
    variables = {"DB_BOOTSTRAP_REPORT": str(report), "DB_BOOTSTRAP_DEBUG": "1"}
    edit(shop, "seeds/customers.yaml", "name: Ada}", f"name: '{password}'}}")
    said = [database.run("apply", "--dir", shop, "--format", form, **variables).text for form in ("text", "json")]
    said.append(report.read_text())
    said.append(database.run("history", "--dir", shop, "--run", "1").ended(0).text)
    said.append(repr(database.sql(f"SELECT * FROM {database.own('statements')}")))
    assert not [text for text in said if password in text]
