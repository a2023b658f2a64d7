"""The history keeps the catalogs of runs: what a run changed can be told later, and nothing grows without an end."""

from __future__ import annotations

from pathlib import Path

from bootstrap.run.snapshots import RUNS
from tests.cli.command import write
from tests.cli.conftest import SHOP
from tests.cli.databases import Database

CHANGED = {
    "schema/customers.yaml": """
        tables:
          clients:
            renamed_from: customers
            columns:
              id: int not null
              email: varchar(120) not null
              label: {type: varchar(60), nullable: false, default: "'nobody'", renamed_from: name}
              note: text
            primary_key: [id]
        """,
    "schema/orders.yaml": SHOP["schema/orders.yaml"]
    .replace("customers(id)", "clients(id)")
    .replace("[amount]", "[amount, id]"),
    "seeds/customers.yaml": "seeds: {clients: {key: [id], rows: [{id: 1, email: ada@example.com, label: Ada}]}}\n",
}


def changes(database: Database, run: int) -> list[str]:
    found = database.run("history", "--run", str(run), "--format", "json").ended(0).data["changes"]
    return [text.replace("public.", "") for text in found]


def rows(database: Database, table: str) -> int:
    return int(database.sql(f"SELECT count(*) FROM {database.own(table)}")[0][0])


def test_what_a_run_changed_is_told_later(database: Database, shop: Path) -> None:
    database.run("apply", "--dir", shop).ended(0)
    assert {"table customers was added", "table orders was added"} <= set(changes(database, 1))
    kept = rows(database, "catalogs"), rows(database, "run_catalogs")
    database.run("apply", "--dir", shop).ended(0)
    assert (rows(database, "catalogs"), rows(database, "run_catalogs")) == kept, "an unchanged run writes nothing"

    database.run("apply", "--dir", write(shop, database.engine, CHANGED), "--allow", "all").ended(0)
    found = changes(database, 2)
    assert "table clients was renamed from customers" in found
    assert "column clients.label was renamed from name" in found
    assert "column clients.note was added" in found
    assert any("clients.email: type was" in text and "120" in text for text in found)
    assert any("orders.orders_amount_idx: parts was" in text for text in found)
    assert not any("column clients.id" in text or "table customers" in text for text in found)
    assert "structure:" in database.run("history", "--run", "2").ended(0).out

    write(shop, database.engine, {"seeds/customers.yaml": CHANGED["seeds/customers.yaml"].replace("Ada", "Augusta")})
    database.run("apply", "--dir", shop).ended(0)
    assert changes(database, 3) == []


def test_the_catalogs_of_old_runs_go(database: Database, shop: Path) -> None:
    database.run("apply", "--dir", shop).ended(0)
    other = write(shop.parent / "other", database.engine, {**SHOP, **CHANGED})
    database.sql(f"DELETE FROM {database.own('statements')}", f"UPDATE {database.own('runs')} SET id = id + {RUNS}")
    if database.engine == "mysql":  # it is ours to believe
        database.sql("ALTER TABLE db_bootstrap_seal COMMENT = ''")
    database.run("apply", "--dir", other, "--allow", "all").ended(0)
    assert database.sql(f"SELECT DISTINCT run FROM {database.own('run_catalogs')}") == [(RUNS + 2,)]
    used = f"SELECT count(DISTINCT digest) FROM {database.own('run_catalogs')}"
    assert [(rows(database, "catalogs"),)] == database.sql(used)
    assert database.run("history", "--run", str(RUNS + 1), "--format", "json").ended(0).data["changes"] is None


def test_a_catalog_that_somebody_changed_is_not_gone_back_to(database: Database, shop: Path) -> None:
    database.run("apply", "--dir", shop).ended(0)
    database.sql(f"UPDATE {database.own('catalogs')} SET content = (SELECT * FROM (SELECT max(content) FROM"
                 f" {database.own('catalogs')}) AS other)")  # fmt: skip
    said = database.run("rollback", "--dir", shop).text + database.run("rollback", "--dir", shop, "--to", "1").text
    assert "not what was written" in said
    assert database.tables() == ["customers", "orders"]
    if database.engine == "mysql":  # where the history stands among tables of the application
        database.sql("UPDATE db_bootstrap_run_catalogs SET run = run + 10")
        assert "db_bootstrap_run_catalogs" in database.run("rollback", "--dir", shop).refused(3)
