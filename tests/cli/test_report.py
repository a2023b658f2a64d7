"""The page of a report: real databases, read live and from files, as a strict parser reads it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bootstrap.insight.report.anchors import anchor_of
from bootstrap.insight.snapshot.file import read_snapshot
from tests.cli.command import Outcome, db_bootstrap, write
from tests.cli.conftest import SHOP
from tests.cli.pairs import Pair, pair_of
from tests.insight.pages import Page, page_of

# What a name or a text may hold, with a letter for the quote that the engine puts around it.
HOSTILE = (
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x=\'',
    "]]></svg><b>bold</b>",
    "Überweisungen 表 &amp; more",
    "javascript:alert(1)",
    "a.b",
    "x" * 63,
)
TRAVELS = "a-value-that-is-a-row's"


@pytest.fixture(params=["postgresql", "mariadb"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    """Staging and production of the shop, both empty."""
    with pair_of(request.param, tmp_path / "shop", SHOP) as found:
        yield found


def reported(pair: Pair, out: Path, *arguments: str | Path, code: int = 0) -> tuple[Page, Outcome]:
    """Run the command; return the page that it wrote, which is valid and safe."""
    outcome = pair.run("report", *arguments, "--out", out).ended(code)
    page = page_of(out.read_text(encoding="utf-8"))
    page.is_safe()
    assert pair.staging.variables["DB_BOOTSTRAP_PASSWORD"] not in page.text
    assert "ada@example.com" not in page.text
    return page, outcome


def test_two_environments_live_and_from_files(pair: Pair, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    pair.run("apply", "staging").ended(0)
    live, _ = reported(pair, out, "staging", "production")
    assert "production lacks table" in live.words
    assert "declared, never applied, no run recorded" in live.words
    assert "Nothing to do: the database is what its declaration says." in live.words
    assert "CREATE TABLE" in live.words
    assert "run-staging-1" in live.ids
    files: list[str | Path] = []
    for name in ("staging", "production"):
        file = tmp_path / f"{name}.json"
        pair.run("snapshot", name, "--out", file).ended(0)
        files += ["--snapshot", file]
    page, outcome = reported(pair, out, *files, "--format", "json")
    assert outcome.data["format_version"] == 1
    assert outcome.data["differences"] == len(
        pair.compare("staging", "production", "--format", "json").ended(2).data["findings"]
    )
    assert "a snapshot holds no plan" in page.words
    for ref in read_snapshot(tmp_path / "staging.json").catalog.objects:
        if ref.kind.value == "table":
            assert {anchor_of(ref)} <= page.ids & live.ids


def test_what_a_database_is_called_is_text_and_nothing_else(pair: Pair, tmp_path: Path) -> None:
    mark = '"' if pair.staging.engine == "postgresql" else "`"
    kind = "varchar(200)" if mark == '"' else "varchar(200) CHARACTER SET utf8mb4"
    tables = [f"{mark}{name.replace(mark, mark * 2)}{mark}" for name in HOSTILE]
    for table, name in zip(tables, HOSTILE, strict=True):
        text = name.replace("'", "''")
        pair.staging.sql(
            f"CREATE TABLE {table} ({table} int PRIMARY KEY, note {kind} DEFAULT '{text}',"
            f" CONSTRAINT {table} CHECK ({table} > 0))"
        )
    parent, child = tables[0], tables[1]
    pair.staging.sql(
        f"ALTER TABLE {child} ADD CONSTRAINT {tables[2]} FOREIGN KEY ({child}) REFERENCES {parent} ({parent})",
        f"CREATE VIEW v AS SELECT '{HOSTILE[0]}' AS answer",
        f"INSERT INTO {parent} VALUES (1, '{TRAVELS.replace(chr(39), chr(39) * 2)}')",
    )
    page, _ = reported(pair, tmp_path / "report.html", "staging", "production")
    for name in HOSTILE:
        assert " ".join(name.split()) in page.words
    assert TRAVELS not in page.text
    path = tmp_path / "staging.json"
    pair.run("snapshot", "staging", "--out", path).ended(0)
    for ref in read_snapshot(path).catalog.objects:
        if ref.kind.value == "table":
            page.element(anchor_of(ref))


def test_an_environment_that_cannot_be_reached_is_named(pair: Pair, tmp_path: Path) -> None:
    pair.run("apply", "staging").ended(0)
    pair.declare(
        {"environments/production.yaml": "target: {host: 127.0.0.1, port: 1, database: shop, username: app}\n"}
    )
    out = tmp_path / "report.html"
    variables = {**pair.staging.variables, "DB_BOOTSTRAP_CONNECT_DEADLINE": "1"}
    arguments = ("report", "staging", "production", "--dir", pair.folder, "--out", out, "--format", "json")
    outcome = db_bootstrap(*arguments, variables=variables).ended(5)
    page = page_of(out.read_text(encoding="utf-8"))
    page.is_safe()
    assert "Not read: production." in page.words
    assert "127.0.0.1:1" in page.words
    assert "table-" in " ".join(page.ids)
    [gap] = outcome.data["environments"][1]["gaps"]
    assert gap["part"] == "environment"
    assert outcome.data["differences"] is None


def test_a_failed_check_is_named_without_its_answer(pair: Pair, tmp_path: Path) -> None:
    check = "checks: {no_ada: {query: SELECT name FROM customers, expect: empty}}\n"
    pair.declare({"checks.yaml": check})
    pair.run("apply", "staging").ended(4)
    page, _ = reported(pair, tmp_path / "report.html", "staging")
    assert "no_ada fails" in page.words
    assert "Ada" not in page.text


def test_a_source_that_is_nothing_is_refused_and_writes_nothing(tmp_path: Path) -> None:
    write(tmp_path, "postgresql", {})
    out = tmp_path / "report.html"
    message = db_bootstrap("report", "stagin", "--dir", tmp_path, "--out", out).refused(1)
    assert message.startswith("stagin: neither an environment")
    assert not out.exists()
