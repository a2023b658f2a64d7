"""What verification says: checks asked of real servers, steps and seeds in words."""

from __future__ import annotations

import re

import pytest

from bootstrap.catalog.changes import AddColumn, Create
from bootstrap.catalog.columns import Column
from bootstrap.catalog.tables import Table
from bootstrap.declaration.model import DeclaredCheck, Expectation, Phase, Position, Step
from bootstrap.dialects.base import SeedCounts, Session
from bootstrap.problems import VerificationFailed
from bootstrap.run.checks import run_checks
from bootstrap.run.records import Outcome
from bootstrap.run.seeds import SeedResult
from bootstrap.run.step_states import StepState
from bootstrap.run.verify import verification
from bootstrap.sql.split import ScriptStatement
from tests.integration.run.conftest import Place


def check(query: str, expect: Expectation = Expectation.TRUE, value: str | None = None) -> DeclaredCheck:
    return DeclaredCheck(name="c", query=query, expect=expect, value=value, position=Position("checks.yaml", 3))


@pytest.mark.parametrize(
    ("query", "expect", "value"),
    [
        ("SELECT 1 = 1", Expectation.TRUE, None),
        ("SELECT 5", Expectation.TRUE, None),
        ("SELECT 1 WHERE 1 = 0", Expectation.EMPTY, None),
        ("SELECT 1 UNION SELECT 2", Expectation.ROWS, None),
        ("SELECT 1 UNION SELECT 2", Expectation.ROWS, "2"),
        ("SELECT 'Ü😀'", Expectation.VALUE, "Ü😀"),
        ("SELECT 1.50", Expectation.VALUE, "1.5"),
        ("SELECT NULL", Expectation.VALUE, None),
        ("SELECT 10", Expectation.AT_LEAST, "9.5"),
        ("SELECT 10", Expectation.AT_MOST, "10"),
    ],
)
def test_a_check_that_holds(session: Session, query: str, expect: Expectation, value: str | None) -> None:
    assert run_checks(session, [check(query, expect, value)]) == []


@pytest.mark.parametrize(
    ("query", "expect", "value", "words"),
    [
        ("SELECT 1 = 0", Expectation.TRUE, None, "true is expected, "),
        ("SELECT 1 = 0", Expectation.VALUE, "x", "x is expected, "),
        ("SELECT NULL", Expectation.TRUE, None, "true is expected, NULL found"),
        (
            "SELECT 1 UNION SELECT 2",
            Expectation.TRUE,
            None,
            "one row with one column is expected, 2 rows with 1 columns",
        ),
        ("SELECT 1, 'a'", Expectation.EMPTY, None, "no row is expected, 1 row found, the first is (1, a)"),
        ("SELECT 1 WHERE 1 = 0", Expectation.ROWS, None, "at least one row expected, 0 rows found"),
        ("SELECT 1", Expectation.ROWS, "2", "2 rows expected, 1 row found"),
        ("SELECT 'a'", Expectation.VALUE, "b", "b is expected, a found"),
        ("SELECT 1", Expectation.VALUE, None, "NULL is expected, 1 found"),
        ("SELECT 9", Expectation.AT_LEAST, "10", "at least 10 is expected, 9 found"),
        ("SELECT 11", Expectation.AT_MOST, "10", "at most 10 is expected, 11 found"),
        ("SELECT 'x'", Expectation.AT_MOST, "10", "a number is expected, x found"),
        ("SELECT no_such_column", Expectation.TRUE, None, "its query fails: "),
    ],
)
def test_a_check_that_does_not_hold(
    session: Session, query: str, expect: Expectation, value: str | None, words: str
) -> None:
    [fault] = run_checks(session, [check(query, expect, value)])
    assert fault.startswith("check c (checks.yaml:3): ")
    assert words in fault


def test_a_check_changes_nothing_and_those_after_it_are_asked(place: Place, session: Session) -> None:
    session.execute("CREATE TABLE t (id int)")
    del place
    wrong = check("INSERT INTO t VALUES (1)")
    faults = run_checks(session, [wrong, check("SELECT count(*) FROM t", Expectation.VALUE, "0")])
    assert [fault.partition(": ")[0] for fault in faults] == ["check c (checks.yaml:3)"]
    assert session.query("SELECT count(*) FROM t") == [(0,)]


@pytest.mark.parametrize(
    "query", ["DROP TABLE t", "CREATE TABLE u (id int)", "DELETE FROM t", "INSERT INTO t VALUES (2)"]
)
def test_a_check_that_would_change_something_is_refused_by_the_server(session: Session, query: str) -> None:
    """On MySQL a structural change commits what is open: to roll back would be too late."""
    session.execute("CREATE TABLE t (id int)")
    session.execute("INSERT INTO t VALUES (1)")
    [fault] = run_checks(session, [check(query)])
    assert re.search("read.only transaction", fault, re.IGNORECASE), fault
    assert session.query("SELECT id FROM t") == [(1,)]
    session.execute("INSERT INTO t VALUES (2)")  # the session itself is as it was


def test_everything_that_differs_is_named(place: Place) -> None:
    table = Table(schema=place.ref("streams").schema, name="streams")
    step = Step(
        number=1, name="0001_fill", phase=Phase.AFTER, statements=(ScriptStatement("SELECT 1", 1),) * 3,
        checksum="new", file="steps/0001_fill.sql",
    )  # fmt: skip
    found = verification(
        changes=[
            Create(Table(schema=table.schema, name="contacts")),
            AddColumn(table, Column(name="offline_at", type="timestamp")),
        ],
        steps=[step],
        known={"0001_fill": StepState("0001_fill", "old", Outcome.FAILED, 2, "no such table")},
        seeds=[SeedResult(place.ref("contacts"), SeedCounts(inserted=2, updated=1, deleted=1))],
        failed_checks=["check c (checks.yaml:3): broken"],
    )
    with pytest.raises(VerificationFailed) as caught:
        found.require("production")
    prefix = f"{table.schema}." if table.schema else ""
    assert str(caught.value).splitlines() == [
        "production is not what the declaration says: 7 things differ",
        f"  table {prefix}contacts is missing",
        f"  column {prefix}streams.offline_at is missing",
        "  step 0001_fill has failed, 2 of 3 statements are done: no such table",
        f"  seed {prefix}contacts: 2 rows are missing",
        f"  seed {prefix}contacts: 1 row differs from the declaration",
        f"  seed {prefix}contacts: 1 row is not declared",
        "  check c (checks.yaml:3): broken",
    ]
    assert caught.value.exit_code == 4


def test_a_changed_step_and_an_unapplied_one() -> None:
    steps = [
        Step(number=number, name=f"000{number}_s", phase=Phase.AFTER, statements=(), checksum="new", file="f.sql")
        for number in (2, 1)
    ]
    found = verification(steps=steps, known={"0001_s": StepState("0001_s", "old", Outcome.DONE)})
    assert found.steps == (
        "step 0002_s has not been applied", "step 0001_s was changed after it had been applied",
    )  # fmt: skip
    assert not found.holds


def test_nothing_differs() -> None:
    verification().require("production")
    assert verification().holds
