"""A plan in a file: applied as it was reviewed, or refused because something has moved."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.command import write
from tests.cli.conftest import SHOP
from tests.cli.databases import Database

STEPS = {
    "steps/0001_early.sql": "-- phase: before\nSELECT 1;\n",
    "steps/0002_late.sql": "INSERT INTO customers (id, email) VALUES (9, 'late@example.com');\n",
}


def test_a_plan_is_shown_in_the_order_in_which_it_runs(database: Database, tmp_path: Path) -> None:
    folder = write(tmp_path / "shop", database.engine, {**SHOP, **STEPS})
    said = database.run("plan", "--dir", folder).ended(0).out
    places = [
        said.index(part)
        for part in ("-- step 0001_early, before", "SELECT 1;", "CREATE TABLE", "-- step 0002_late, after",
                     "INSERT INTO customers", "-- rows of")
    ]  # fmt: skip
    assert places == sorted(places)
    steps = database.run("plan", "--dir", folder, "--format", "json").ended(0).data["steps"]
    assert [(step["name"], step["phase"]) for step in steps] == [("0001_early", "before"), ("0002_late", "after")]
    assert database.tables() == []


def test_a_saved_plan_is_applied_once_and_only_if_nothing_has_moved(database: Database, tmp_path: Path) -> None:
    folder, plan = write(tmp_path / "shop", database.engine, {**SHOP, **STEPS}), tmp_path / "plan.json"
    database.run("plan", "--dir", folder, "--out", plan).ended(0)
    assert json.loads(plan.read_text())["format_version"] == 1

    database.sql("CREATE TABLE meanwhile (id int PRIMARY KEY)")
    said = database.run("apply", "--dir", folder, "--plan", plan).refused(3)
    assert "the structure of the database has changed" in said
    assert database.tables() == ["meanwhile"]

    database.run("plan", "--dir", folder, "--out", plan).ended(0)
    write(folder, database.engine, {"seeds/customers.yaml": SHOP["seeds/customers.yaml"].replace("Ada", "Augusta")})
    assert "the declaration has changed" in database.run("apply", "--dir", folder, "--plan", plan).refused(3)
    assert database.tables() == ["meanwhile"]

    database.run("plan", "--dir", folder, "--out", plan).ended(0)
    database.run("apply", "--dir", folder, "--plan", plan).ended(0)
    assert database.sql("SELECT id, name FROM customers ORDER BY id") == [(1, "Augusta"), (2, "nobody"), (9, "nobody")]


def test_what_is_no_saved_plan_is_refused(database: Database, tmp_path: Path) -> None:
    folder = write(tmp_path / "shop", database.engine, SHOP)
    for name, content in {"text": "no plan", "list": "[]", "other": '{"format_version": 99}',
                          "part": '{"format_version": 1, "environment": ""}'}.items():  # fmt: skip
        (tmp_path / name).write_text(content)
        said = database.run("apply", "--dir", folder, "--plan", tmp_path / name).refused(1)
        assert "plan --out" in said
    assert "plan --out" in database.run("apply", "--dir", folder, "--plan", tmp_path / "missing").refused(1)
    assert database.tables() == []
