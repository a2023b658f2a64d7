"""Statements of steps are shown to the server before anything runs, and never run by that."""

from __future__ import annotations

from pathlib import Path

from tests.cli.command import write
from tests.cli.databases import Database

TABLE = """
tables:
  counters:
    columns: {id: int not null, number: int not null}
    primary_key: [id]
"""
WIDER = TABLE.replace("number: int not null", "number: int not null, more: int")
ROW = "INSERT INTO counters VALUES (1, 0)"


def test_syntax_and_names_are_checked_before_anything_runs(database: Database, tmp_path: Path) -> None:
    folder = write(tmp_path, database.engine, {"schema/c.yaml": TABLE})
    database.run("apply", "--dir", folder).ended(0)
    database.sql(ROW)
    bump = "UPDATE counters SET number = number + 1;\n"
    write(folder, database.engine, {
        "schema/c.yaml": WIDER,
        "steps/0001_names.sql": f"-- phase: before\n{bump}UPDATE counters SET nmber = 1;\n",
        "steps/0002_syntax.sql": f"-- phase: after\n{bump}UPDATE counters SETT number = 1;\n",
        "steps/0003_later.sql": "-- phase: after\nUPDATE counters SET more = number WHERE more IS NULL;\n",
    })  # fmt: skip
    for action in ("plan", "apply"):
        message = database.run(action, "--dir", folder).ended(1).err
        assert "steps/0001_names.sql:3" in message
        assert "nmber" in message
        assert "steps/0002_syntax.sql:3" in message
        assert "0003_later" not in message
        assert "nothing was run" in message
    assert database.sql("SELECT id, number FROM counters") == [(1, 0)]
    assert list(database.columns("counters")) == ["id", "number"]
    assert database.outcomes() == ["applied"]

    write(folder, database.engine, {
        "steps/0001_names.sql": f"-- phase: before\n{bump}", "steps/0002_syntax.sql": f"-- phase: after\n{bump}",
    })  # fmt: skip
    database.run("apply", "--dir", folder).ended(0)
    assert database.sql("SELECT id, number, more FROM counters") == [(1, 2, 2)]


def test_what_an_earlier_statement_makes_may_be_named(database: Database, tmp_path: Path) -> None:
    folder = write(tmp_path, database.engine, {"schema/c.yaml": TABLE})
    database.run("apply", "--dir", folder).ended(0)
    database.sql(ROW)
    text = (
        "-- phase: before\nCREATE TEMPORARY TABLE kept AS SELECT id, 7 AS n FROM counters;\n"
        "UPDATE counters SET number = (SELECT n FROM kept);\n"
    )
    write(folder, database.engine, {"steps/0001_kept.sql": text})
    database.run("apply", "--dir", folder).ended(0)
    assert database.sql("SELECT id, number FROM counters") == [(1, 7)]
