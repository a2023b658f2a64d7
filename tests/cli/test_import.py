"""The arguments of `import`: a part of a database, and what is left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.databases import Database


def test_a_part_is_taken_over_and_stays_a_part(database: Database, tmp_path: Path) -> None:
    database.sql(
        "CREATE TABLE shop_items (id int PRIMARY KEY)", "CREATE TABLE shop_tmp (id int)", "CREATE TABLE x (id int)"
    )
    out = tmp_path / "out"
    database.run("import", "--out", out, "--table", "shop_*", "--ignore", "*_tmp").ended(0)
    assert sorted(path.name for path in (out / "schema").glob("shop*")) == ["shop_items.yaml"]
    assert not (out / "schema" / "x.yaml").exists()
    database.run("plan", "--dir", out, "--exact", "--detailed-exitcode").ended(0)
    database.run("apply", "--dir", out, "--exact", "--allow", "all").ended(0)
    assert set(database.tables()) == {"shop_items", "shop_tmp", "x"}


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_what_cannot_be_declared_is_refused_or_named(database: Database, tmp_path: Path) -> None:
    out = tmp_path / "out"
    # Only a superuser creates access methods.
    database.server.administrator.execute("CREATE ACCESS METHOD feed TYPE INDEX HANDLER gisthandler", database.name)
    assert "--leave-out" in database.run("import", "--out", out).refused(3)
    assert not out.exists()
    report = database.run("import", "--out", out, "--leave-out", "--format", "json").ended(0).data
    assert report["left_out"] == ["access method feed"]
    assert "access method feed" in (out / "bootstrap.yaml").read_text()
