"""A pull request: lint, and the plan against snapshots, without a connection to any environment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.cli.command import Outcome, db_bootstrap, write
from tests.cli.conftest import SHOP
from tests.cli.pairs import Pair, pair_of

STEP = {"steps/0001_names.sql": "UPDATE customers SET name = 'Ada' WHERE id = 1;\n"}
FORMS = ("text", "json", "markdown", "sarif", "junit", "github")


@pytest.fixture(params=["postgresql", "mariadb"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    """Staging and production of the shop, applied, with a snapshot of each."""
    with pair_of(request.param, tmp_path / "shop", {**SHOP, **STEP}) as found:
        (tmp_path / "snapshots").mkdir()
        for environment, database in (("staging", found.staging), ("production", found.production)):
            found.run("apply", environment).ended(0)
            if environment == "production":
                database.sql("INSERT INTO orders VALUES (1, 1, 9.50, 'a note')")
            found.run("snapshot", environment, "--out", tmp_path / "snapshots" / f"{environment}.json").ended(0)
        yield found


def check(pair: Pair, *arguments: str | Path) -> Outcome:
    """Check the declaration on a scratch database of the same server."""
    return pair.run("check", "--snapshots", pair.folder.parent / "snapshots", *arguments)


def scratch(pair: Pair) -> tuple[str, str]:
    """The server that environments are on serves as the development server too."""
    return "--scratch-url", pair.staging.url


def test_nothing_changed(pair: Pair) -> None:
    said = check(pair, *scratch(pair)).ended(0).out
    assert said.splitlines() == ["production: 0 statements", "staging: 0 statements"], said
    said = check(pair).ended(0).out
    assert "note: production: the structure was not compared: name a development server with --scratch-url" in said


def test_a_dropped_column_a_new_table_and_a_changed_step(pair: Pair) -> None:
    orders = SHOP["schema/orders.yaml"].replace("              note: varchar(200)\n", "")
    more = "tables:\n  invoices:\n    columns: {id: int not null}\n    primary_key: [id]\n"
    changed = {"steps/0001_names.sql": "UPDATE customers SET name = 'Eve';\n", "steps/0002_more.sql": "SELECT 1;\n"}
    pair.declare({"schema/orders.yaml": orders, "schema/more.yaml": more, **changed})
    said = {form: check(pair, *scratch(pair), "--format", form).ended(3).out for form in FORMS}
    data = json.loads(said["json"])
    assert data["format_version"] == 1
    errors = {(item["rule"], item["environment"]) for item in data["remarks"] if item["level"] == "error"}
    assert {("step_changed", "staging"), ("step_changed", "production"), ("hazard", "production")} <= errors
    [production] = [item for item in data["environments"] if item["environment"] == "production"]
    assert production["steps"] == ["0002_more"]
    assert any("invoices" in statement for statement in production["statements"])
    hazard = next(item for item in data["remarks"] if item["rule"] == "hazard" and item["environment"] == "production")
    assert "policy.allow: data_loss:" in hazard["message"]
    assert_sarif(json.loads(said["sarif"]), pair.folder)
    root = ElementTree.fromstring(said["junit"])  # noqa: S314  # our own output
    assert {suite.get("name") for suite in root} == {"declaration", "staging", "production"}
    assert "changed after it had been applied" in said["junit"]
    lines = said["github"].splitlines()
    assert any(line.startswith("::error file=") and ",line=" in line and "data_loss" in line for line in lines)
    assert said["markdown"].startswith("### db-bootstrap check\n\n**")
    assert "<details><summary>SQL</summary>" in said["markdown"]


def assert_sarif(log: dict[str, Any], folder: Path) -> None:
    """The missing table is on the line that declares it."""
    [run] = log["runs"]
    assert log["version"] == "2.1.0"
    known = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} <= known
    places = [
        (result["message"]["text"], result["locations"][0]["physicalLocation"])
        for result in run["results"]
        if result["ruleId"] == "pending"
    ]
    [place] = [place for text, place in places if text.startswith("staging: table") and "invoices is missing" in text]
    assert place["artifactLocation"]["uri"] == (folder / "schema" / "more.yaml").as_posix()
    assert place["region"]["startLine"] == 2


def test_mistakes_need_no_database_and_no_snapshot(tmp_path: Path) -> None:
    wrong = "tables:\n  t:\n    columns: {id: int, id: text}\n    primary_key: [nothing]\n"
    folder = write(tmp_path / "shop", "postgresql", {"schema/t.yaml": wrong})
    said = {form: db_bootstrap("check", "--dir", folder, "--format", form).ended(1).out for form in FORMS}
    [first, *_] = json.loads(said["json"])["remarks"]
    assert (first["rule"], first["level"], first["line"]) == ("declaration", "error", 3)
    assert f"::error file={folder}/schema/t.yaml,line=3," in said["github"]
    assert 'failures="1"' in said["junit"]
    write(folder, "postgresql", {"schema/t.yaml": "tables: {t: {columns: {id: int not null}, primary_key: [id]}}\n"})
    assert "no snapshot" in db_bootstrap("check", "--dir", folder).ended(0).out
    missing = tmp_path / "nowhere"
    assert "not a folder of snapshots" in db_bootstrap("check", "--dir", folder, "--snapshots", missing).refused(1)


def test_writes_the_same_report_in_other_forms(tmp_path: Path) -> None:
    folder = write(tmp_path / "shop", "mysql", {"schema/t.yaml": "tables:\n  t:\n    colums: {}\n"})
    files = {form: tmp_path / f"report.{form}" for form in FORMS}
    copies = [word for form, file in files.items() for word in ("--write", f"{form}={file}")]
    db_bootstrap("check", "--dir", folder, *copies).ended(1)
    for form, file in files.items():
        assert file.read_text() == db_bootstrap("check", "--dir", folder, "--format", form).ended(1).out
    for wrong in ("html=x", "sarif", "sarif="):
        assert "write FORM=FILE" in db_bootstrap("check", "--dir", folder, "--write", wrong).ended(1).err
