"""The common case: nothing has changed since the last run. What is skipped then, and what is not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bootstrap.dialects.base import Session
from bootstrap.run.history import History
from bootstrap.run.lock import run_lock
from bootstrap.run.records import Outcome, RunFacts
from bootstrap.service.apply import apply
from bootstrap.service.comparison import plan_structure, proven_structure
from bootstrap.service.plan import plan
from bootstrap.service.unchanged import proven_run
from bootstrap.service.verify import verify
from bootstrap.service.work import Request, Work, open_work
from tests.cli.command import write
from tests.cli.databases import Database

# By hand, beside what is declared: a table, and a column and an index of a declared table.
BY_HAND = (
    "CREATE TABLE by_hand (id int PRIMARY KEY)",
    "ALTER TABLE orders ADD COLUMN by_hand int",
    "CREATE INDEX orders_by_hand ON orders (by_hand)",
)


@contextmanager
def work_on(database: Database, folder: Path) -> Iterator[Work]:
    """A session to the database, beside what the commands open."""
    with open_work(Request(directory=folder, url=database.url, environ=database.variables)) as work:
        yield work


def test_an_unchanged_apply_waits_for_no_lock(database: Database, shop: Path) -> None:
    first = database.run("apply", "--dir", shop, "--format", "json").ended(0).data
    with work_on(database, shop) as other, run_lock(other.session, deadline_seconds=60):
        second = database.run("apply", "--dir", shop, "--format", "json").ended(0).data
    assert (second["status"], second["run_id"]) == ("unchanged", first["run_id"])
    assert second["ready_token"] == first["ready_token"]
    assert database.outcomes() == ["applied"]


def test_a_run_that_never_ended_is_not_looked_past(database: Database, shop: Path) -> None:
    database.run("apply", "--dir", shop).ended(0)
    with work_on(database, shop) as lost:
        History(lost.session, lost.dialect).begin(RunFacts(action="apply", environment=""))
    assert database.run("apply", "--dir", shop, "--format", "json").ended(0).data["status"] == "applied"
    assert database.outcomes() == ["applied", "interrupted", "applied"]


def test_a_role_of_another_database_of_the_server_is_no_change_of_this_one(database: Database, shop: Path) -> None:
    database.run("apply", "--dir", shop).ended(0)
    role = f"stranger_{database.name[-8:]}"
    database.sql(f"CREATE ROLE {role}")
    if database.engine == "postgresql":  # which 16 does by itself: whoever creates a role is its member
        database.sql(f"GRANT {role} TO CURRENT_USER")
    try:
        assert database.run("apply", "--dir", shop, "--format", "json").ended(0).data["status"] == "unchanged"
    finally:
        database.sql(f"DROP ROLE {role}")


@pytest.mark.parametrize("change", BY_HAND)
def test_what_was_done_by_hand_is_no_unchanged_database(database: Database, shop: Path, change: str) -> None:
    database.run("apply", "--dir", shop).ended(0)
    if "orders_by_hand" in change:
        change = "CREATE INDEX orders_by_hand ON orders (note)"
    database.sql(change)
    with work_on(database, shop) as work:
        assert proven_run(work) is None


def test_the_plan_of_a_proven_database_says_what_a_comparison_says(database: Database, shop: Path) -> None:
    database.run("apply", "--dir", shop).ended(0)
    database.sql(*BY_HAND)
    schema = shop / "schema/orders.yaml"
    text = schema.read_text()
    schema.write_text(
        text.replace("      note: varchar(200)\n", "").replace(
            "      amount:", "      note: varchar(200)\n      amount:"
        )
    )
    assert schema.read_text() != text
    database.run("apply", "--dir", shop).ended(0)
    with work_on(database, shop) as work:
        run = proven_run(work)
        assert run is not None
        compared, proven = plan_structure(work).plan, proven_structure(work, run).plan
    assert {ref.name for ref in proven.unmanaged} == {"by_hand", "orders_by_hand"}
    assert len(proven.unmanaged) == 3
    assert len(proven.notes) == 1
    assert proven == compared
    assert "by_hand" in database.run("plan", "--dir", shop, "--detailed-exitcode").ended(0).out


def test_checks_are_asked_and_rows_are_proven_all_the_same(database: Database, shop: Path) -> None:
    write(shop, database.engine, {"checks.yaml": "checks:\n  no_orders: SELECT count(*) = 0 FROM orders\n"})
    database.run("apply", "--dir", shop).ended(0)
    database.sql("INSERT INTO orders (id, customer_id, amount) VALUES (1, 1, 1)")
    assert "no_orders" in database.run("apply", "--dir", shop).refused(4)
    assert "no_orders" in database.run("verify", "--dir", shop).ended(4).out
    database.sql("DELETE FROM orders", "UPDATE customers SET name = 'changed' WHERE id = 1")
    assert "customers" in database.run("verify", "--dir", shop).ended(4).out
    assert database.run("apply", "--dir", shop, "--format", "json").ended(0).data["status"] == "applied"
    assert database.sql("SELECT name FROM customers WHERE id = 1") == [("Ada",)]


def test_a_comment_or_another_order_runs_nothing_and_changes_no_token(database: Database, shop: Path) -> None:
    write(shop, database.engine, {"environments/dev.yaml": "{}\n", "environments/prod.yaml": "{}\n"})
    first = database.run("apply", "dev", "--dir", shop, "--format", "json").ended(0).data
    orders = shop / "schema/orders.yaml"
    orders.write_text(
        "# a comment\n" + orders.read_text().replace("    primary_key: [id]\n", "") + "    primary_key: [id]\n"
    )
    customers = shop / "seeds/customers.yaml"
    customers.write_text(
        customers.read_text().replace("{id: 1, email: ada@example.com,", "{email: ada@example.com, id: 1,")
    )
    write(
        shop,
        database.engine,
        {"environments/prod.yaml": "seeds: {customers: {rows: [{id: 9, email: p@example.com}]}}\n"},
    )
    again = database.run("apply", "dev", "--dir", shop, "--format", "json").ended(0).data
    assert (again["status"], again["run_id"]) == ("unchanged", first["run_id"])
    assert again["ready_token"] == first["ready_token"]
    assert database.outcomes() == ["applied"]


def test_a_repair_of_what_was_done_by_hand_changes_no_token(database: Database, shop: Path) -> None:
    first = database.run("apply", "--dir", shop, "--format", "json").ended(0).data
    drop = "DROP INDEX orders_amount_idx" + (" ON orders" if database.engine == "mysql" else "")
    database.sql(drop)
    again = database.run("apply", "--dir", shop, "--format", "json").ended(0).data
    assert (again["status"], again["ready_token"]) == ("applied", first["ready_token"])
    assert again["run_id"] != first["run_id"]


NEW_ROWS = {
    "seeds/customers.yaml": """
        seeds:
          customers: {key: [id], mode: upsert, rows: [{id: 1, email: ada@x}, {id: 7, email: new@x}]}
        """,
    "seeds/a_orders.yaml": "seeds: {orders: {rows: [{id: 1, customer_id: 7, amount: 3}]}}\n",
    "checks.yaml": "checks: {seven: SELECT count(*) = 1 FROM orders WHERE customer_id = 7}\n",
}


def test_new_rows_and_checks_need_no_scratch_database(
    database: Database, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = database.run("apply", "--dir", shop, "--format", "json").ended(0).data
    write(shop, database.engine, NEW_ROWS)
    with work_on(database, shop) as work:
        monkeypatch.setattr(type(work.dialect), "normalise", None)
    request = Request(directory=shop, url=database.url, environ=database.variables)
    assert not plan(request).plan.statements
    report = apply(request)
    assert report.outcome is Outcome.APPLIED
    assert report.ready_token != first["ready_token"]
    assert verify(request).holds
    assert database.sql("SELECT o.id, c.email FROM orders o JOIN customers c ON c.id = o.customer_id") == [(1, "new@x")]
    monkeypatch.undo()
    done = database.run("apply", "--dir", shop, "--format", "json").ended(0).data
    assert (done["status"], done["ready_token"]) == ("unchanged", report.ready_token)
    schema = shop / "schema/orders.yaml"  # what earlier runs declared is still known: taken out, it goes
    schema.write_text(
        schema.read_text().replace("      orders_amount_idx: [amount]\n", "      orders_note_idx: [note]\n")
    )
    database.run("apply", "--dir", shop).ended(0)
    database.run("verify", "--dir", shop).ended(0)


def test_a_structure_that_changes_while_rows_are_loaded_is_compared_again(database: Database, shop: Path) -> None:
    """A trigger of somebody's could do that; here a proven structure is changed by hand before rows are loaded."""
    database.run("apply", "--dir", shop).ended(0)
    write(shop, database.engine, NEW_ROWS)
    database.sql("ALTER TABLE orders ADD COLUMN by_hand int")
    database.run("apply", "--dir", shop).ended(0)
    assert "by_hand" in database.run("plan", "--dir", shop).ended(0).out


@pytest.mark.parametrize("action", ["apply", "verify"])
def test_what_builds_structure_is_not_even_imported(database: Database, shop: Path, action: str) -> None:
    database.run("apply", "--dir", shop).ended(0)
    program = (
        "import sys\nfrom bootstrap.cli.main import main\ntry:\n    main()\nexcept SystemExit as end:\n"
        "    assert not end.code, end.code\nprint('modules:', *sys.modules)"
    )
    command = [sys.executable, "-c", program, action, "--dir", str(shop), "--url", database.url]
    done = subprocess.run(command, env=database.variables, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split("modules:")[1].split())
    other = {"postgresql": "pymysql", "mysql": "psycopg2"}[database.engine]
    rooms = {f"bootstrap.dialects.{database.engine}.{name}" for name in ("introspect", "normalise", "render", "seeds")}
    heavy = {"bootstrap.service.attempt", "bootstrap.service.comparison", "boto3", "python_terraform", other}
    if action == "apply":  # the files are those of the proven run: nothing of the declaration is read
        assert "bootstrap.service.same_files" in loaded
        heavy |= {"yaml", "msgspec", "click", "bootstrap.declaration.load", "bootstrap.declaration.model"}
        heavy |= {"bootstrap.catalog.catalog", "bootstrap.run.seeds", "bootstrap.service.unchanged"}
    assert not loaded & (rooms | heavy)


def test_a_handful_of_statements(database: Database, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is a round trip: over a distance they are what a run costs."""
    database.run("apply", "--dir", shop).ended(0)
    asked: list[object] = []
    with work_on(database, shop) as work:
        kind = type(work.session)
    for name in ("query", "execute", "batch"):
        if hasattr(kind, name):
            monkeypatch.setattr(kind, name, counting(getattr(kind, name), asked))
    report = apply(Request(directory=shop, url=database.url, environ=database.variables))
    assert report.outcome is Outcome.UNCHANGED
    assert 0 < len(asked) <= 9, asked


def counting(method: Callable[..., Any], asked: list[object]) -> Callable[..., Any]:
    """The same method, which notes down what it is asked."""

    def noted(session: Session, sql: object, *rest: Any) -> Any:
        asked.append(sql)
        return method(session, sql, *rest)

    return noted
