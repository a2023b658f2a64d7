"""Models in a pull request: `check` names what the declaration lacks, where, and what would break the old release."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.command import db_bootstrap, write
from tests.cli.databases import Database

ORDERS = "CREATE TABLE orders (id int NOT NULL PRIMARY KEY, note varchar(20), total int NOT NULL)"
LATER = ORDERS.replace(", total int NOT NULL", "")
DECLARED = "tables:\n  orders:\n    columns:\n      id: int not null\n      note: varchar(20)\n    primary_key: [id]\n"
WHOLE = DECLARED.replace("    primary_key", "      total: int not null\n    primary_key")


def test_what_the_models_expect_is_named_on_its_line(database: Database, tmp_path: Path) -> None:
    folder = write(
        tmp_path / "shop", database.engine, {"schema/orders.yaml": DECLARED, "models.sql": ORDERS, "later.sql": LATER}
    )
    models = folder / "models.sql"

    def check(*arguments: str | Path, code: int) -> list[dict[str, object]]:
        said = db_bootstrap("check", "--dir", folder, "--format", "json", *arguments, variables=database.variables)
        found: list[dict[str, object]] = said.ended(code).data["remarks"]
        return [remark for remark in found if remark["rule"] in {"models", "old_release"}]

    scratch = ("--scratch-url", database.url)
    [missing] = check("--models", models, *scratch, code=4)
    assert "total" in str(missing["message"])
    assert (missing["rule"], missing["level"]) == ("models", "error")
    assert str(missing["file"]).endswith("schema/orders.yaml")
    assert missing["line"] == 2
    [taken] = check("--old", models, "--new", folder / "later.sql", *scratch, code=3)
    assert (taken["rule"], taken["level"]) == ("old_release", "error")
    assert "total" in str(taken["message"])
    write(folder, database.engine, {"schema/orders.yaml": WHOLE})
    assert check("--models", models, *scratch, code=0) == []
    assert database.tables() == []


def test_without_a_development_server_the_models_are_not_compared(tmp_path: Path) -> None:
    folder = write(tmp_path / "shop", "postgresql", {"schema/orders.yaml": DECLARED, "models.sql": ORDERS})
    said = db_bootstrap("check", "--dir", folder, "--models", folder / "models.sql", "--format", "json").ended(0).data
    assert json.dumps(said).count("the models were not compared: name a development server with --scratch-url") == 1
