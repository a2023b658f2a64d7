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
from bootstrap.service.unchanged import proven_run
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
    assert "bootstrap.service.unchanged" in loaded
    assert not loaded & (
        rooms | {"bootstrap.service.attempt", "bootstrap.service.comparison", "boto3", "python_terraform", other}
    )


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
