"""Bodies of routines: what the server itself would refuse at CREATE is refused before anything runs, with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap.problems import DeclarationError, Refused
from bootstrap.service.import_ import import_database
from tests.values.conftest import Home

_BROKEN = [
    pytest.param("functions", "returns: trigger", "plpgsql", "BEGIN\n  NEW.a := 1\n  RETURN NEW;\nEND", 3,
                 id="semicolon"),
    pytest.param("functions", "returns: integer", "plpgsql", "\nBEGIN RETRUN 1; END", 2, id="keyword"),
    pytest.param("procedures", "", "plpgsql", "DECLARE i int;\nBEGIN\n\n  j := 1;\nEND", 4, id="variable"),
    pytest.param("functions", "returns: bigint", "sql", "SELECT\n  count(*)\nFROM nope", 3, id="relation"),
    pytest.param("functions", "returns: integer", "sql", "SELECT 'a text'", 1, id="result"),
    pytest.param("functions", "returns: bigint\n    set: {search_path: \"''\"}", "sql", "SELECT count(*)\nFROM t", 2,
                 id="its own search path"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "facts", "language", "body", "line"), _BROKEN)
def test_a_broken_body_is_refused_with_its_line(
    home: Home, key: str, facts: str, language: str, body: str, line: int
) -> None:
    head = f"tables:\n  t: {{columns: {{a: integer}}}}\n{key}:\n  f():\n    {facts}\n    language: {language}\n"
    head = head.replace("    \n", "")
    text = head + "    body: |\n" + "".join(f"      {row}\n" if row else "\n" for row in body.split("\n"))
    home.declare(text)
    expected = f"schema/a.yaml:{head.count(chr(10)) + 1 + line}: "
    with pytest.raises(DeclarationError, match=r"public\.f\(\): the server refuses the body") as refusal:
        home.apply()
    assert str(refusal.value).startswith(expected), str(refusal.value)
    assert home.sql("SELECT to_regclass('t') IS NULL AND to_regproc('f') IS NULL") == [(True,)]


def test_bodies_that_the_server_would_take_pass(home: Home) -> None:
    home.as_master("CREATE TABLE handmade (x int)", "INSERT INTO handmade VALUES (7)")
    home.declare("""
        functions:
          first(): {returns: bigint, language: sql, body: SELECT second() + count(*) FROM t}
          second(): {returns: bigint, language: sql, body: SELECT sum(x) FROM handmade}
          scratching():
            returns: void
            language: plpgsql
            body: |
              BEGIN
                CREATE TEMPORARY TABLE s (x int);
                INSERT INTO s VALUES (1);
              END
          later(): {returns: bigint, language: sql, set: {check_function_bodies: off}, body: SELECT count(*) FROM nope}
        tables:
          t: {columns: {a: integer}}
        """)
    home.apply()
    assert home.sql("SELECT first(), scratching() IS NULL") == [(7, False)]
    assert home.verified()


def test_an_import_names_a_body_that_is_broken_by_now(home: Home, tmp_path: Path) -> None:
    home.as_master(
        "CREATE TABLE gone (x int); CREATE FUNCTION stale() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM gone';"
        " DROP TABLE gone; CREATE TABLE t (x int); CREATE FUNCTION sound() RETURNS int LANGUAGE sql AS 'SELECT 1'"
    )
    with pytest.raises(
        Refused, match=r'function public\.stale\(\): the server refuses the body.*"gone" does not exist'
    ):
        import_database(home.request(), tmp_path / "all")
    report = import_database(home.request(), tmp_path / "rest", leave_out=True)
    assert len(report.left_out) == 1
    written = "".join(path.read_text() for path in report.files)
    assert "\n  sound:" in written
    assert "\n  stale" not in written
