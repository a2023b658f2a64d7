"""`policy.removed: keep`: a commit is reverted, and the old application works at once; contract tidies up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.command import write
from tests.cli.databases import Database
from tests.conftest import fresh_database, shared_server

KEEP = "version: 1\nengine: {}\npolicy: {{removed: {}}}\n"
OLD = """
    tables:
      orders:
        columns: {id: int not null, amount: int not null}
        primary_key: [id]
    """
# What the application of the old release would stumble upon: a column that it does not fill, a check, a unique key and
# a foreign key of which it knows nothing.
NEW = """
    tables:
      orders:
        columns:
          id: int not null
          buyer: varchar(20) not null
          amount: int not null
          code: varchar(20) not null default 'none'
        primary_key: [id]
        unique: {orders_code_key: [code, id], orders_buyer_key: [buyer]}
        checks: {orders_amount_check: amount > 5}
        indexes: {orders_buyer_idx: [buyer, amount]}
      parcels:
        columns: {id: int not null, order_id: int not null, weight: int not null}
        primary_key: [id]
        foreign_keys:
          parcels_order_fk: {columns: [order_id], references: orders(id)}
        checks: {parcels_weight_check: weight > 0}
    views:
      heavy: SELECT id, buyer FROM orders WHERE amount > 100
    """


@pytest.fixture(params=["postgresql", "mariadb", "mysql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database of each vendor."""
    server = shared_server(request.param)
    with fresh_database(server) as url:
        yield Database(server.as_master, urlsplit(url).path.removeprefix("/"))


def declared(folder: Path, database: Database, schema: str, removed: str = "keep") -> Path:
    return write(
        folder, database.engine, {"bootstrap.yaml": KEEP.format(database.engine, removed), "schema/all.yaml": schema}
    )


def test_a_reverted_release_leaves_its_columns_and_tables_and_the_old_application_writes(
    database: Database, tmp_path: Path
) -> None:
    old, new = declared(tmp_path / "old", database, OLD), declared(tmp_path / "new", database, NEW)
    database.run("apply", "--dir", old).ended(0)
    token = database.run("apply", "--dir", old, "--format", "json").ended(0).data["ready_token"]
    database.run("apply", "--dir", new).ended(0)
    database.sql("INSERT INTO orders (id, buyer, amount, code) VALUES (1, 'ada', 101, 'a'), (2, 'bo', 12, 'b')")
    database.sql("INSERT INTO parcels VALUES (7, 1, 3)")

    report = database.run("apply", "--dir", old, "--format", "json").ended(0).data
    assert report["ready_token"] == token
    kept = [name.removeprefix("public.").replace(" public.", " ") for name in report["kept"]]
    assert kept == ["column orders.buyer", "column orders.code", "table parcels", "view heavy"]
    assert (
        database.run("plan", "--dir", old, "--detailed-exitcode").ended(0).text.count("declared no longer, kept") == 4
    )
    assert database.run("verify", "--dir", old).ended(0).text.count("declared no longer, kept") == 4

    # The application of the old release knows nothing of it.
    database.sql("INSERT INTO orders (id, amount) VALUES (3, 1), (4, 1)", "UPDATE orders SET amount = 2 WHERE id = 1")
    database.sql("DELETE FROM orders WHERE id = 1")
    assert database.sql("SELECT id, buyer, amount, code FROM orders ORDER BY id") == [
        (2, "bo", 12, "b"), (3, None, 1, "none"), (4, None, 1, "none"),
    ]  # fmt: skip
    assert database.sql("SELECT id, order_id, weight FROM parcels") == [(7, 1, 3)]
    assert database.run("apply", "--dir", old).ended(0).text.count("unchanged and verified") == 1

    # What somebody added by hand is neither kept nor dropped.
    database.sql("ALTER TABLE orders ADD COLUMN by_hand int")
    refused = database.run("contract", "--dir", old).refused(3)
    assert "data_loss:" in refused
    assert "buyer" in refused
    assert "parcels" in refused
    assert len(database.columns("orders")) == 5
    planned = database.run("plan", "--contract", "--dir", old).ended(0).text
    assert "DROP" in planned
    database.run("contract", "--dir", old, "--allow", "data_loss").ended(0)
    assert list(database.columns("orders")) == ["id", "amount", "by_hand"]
    assert database.tables() == ["orders"]
    assert database.sql(f"SELECT action FROM {database.own('runs')} ORDER BY id")[-1] == ("contract",)
    assert "kept" not in database.run("verify", "--dir", old).ended(0).text
    assert database.sql("SELECT id, amount FROM orders ORDER BY id") == [(2, 12), (3, 1), (4, 1)]


def test_the_release_comes_back_and_finds_what_was_kept(database: Database, tmp_path: Path) -> None:
    old, new = declared(tmp_path / "old", database, OLD), declared(tmp_path / "new", database, NEW)
    database.run("apply", "--dir", new).ended(0)
    database.sql("INSERT INTO orders (id, buyer, amount, code) VALUES (1, 'ada', 101, 'a'), (2, 'bo', 12, 'b')")
    database.run("apply", "--dir", old).ended(0)
    database.run("apply", "--dir", new).ended(0)
    assert database.sql("SELECT id, buyer, amount, code FROM orders ORDER BY id") == [
        (1, "ada", 101, "a"), (2, "bo", 12, "b"),
    ]  # fmt: skip
    database.run("plan", "--dir", new, "--detailed-exitcode").ended(0)
    database.run("apply", "--dir", old).ended(0)
    drops = declared(tmp_path / "drops", database, OLD, "drop")
    assert "orders.buyer" in database.run("apply", "--dir", drops).refused(3)
    database.run("apply", "--dir", drops, "--allow", "data_loss").ended(0)
    assert list(database.columns("orders")) == ["id", "amount"]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("what", ["column", "table"])
def test_a_rename_that_is_reverted_is_asked_about(database: Database, tmp_path: Path, what: str) -> None:
    """Else the old application would find an empty column, and the values stand beside it."""
    renamed = {
        "column": OLD.replace("amount: int not null", "total: {type: int, renamed_from: amount}"),
        "table": OLD.replace("columns:", "renamed_from: orders\n        columns:").replace("orders:", "deals:", 1),
    }[what]
    old_schema = OLD.replace("amount: int not null", "amount: int")
    renamed = renamed.replace("amount: int not null", "amount: int")
    old, new = declared(tmp_path / "old", database, old_schema), declared(tmp_path / "new", database, renamed)
    database.run("apply", "--dir", old).ended(0)
    database.sql("INSERT INTO orders VALUES (1, 11)")
    database.run("apply", "--dir", new).ended(0)
    said = database.run("apply", "--dir", old).refused(3)
    assert "renamed_from" in said
    assert "breaks_running_code:" in said


SPECIAL = {
    "postgresql": (
        """
        tables:
          logs:
            columns: {id: int not null, day: date not null}
            partition_by: {method: range, keys: [day]}
            partitions: {logs_2026: FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')}
          plain: {columns: {id: int not null}}
        """,
        """
        enums: {level: [low, high]}
        sequences: {numbers: {}}
        tables:
          logs:
            columns:
              id: int not null
              day: date not null
              level: level not null
              n: {type: bigserial, nullable: false}
            partition_by: {method: range, keys: [day]}
            partitions: {logs_2026: FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')}
          plain:
            columns:
              id: int not null
              key: {type: bigint, identity: always}
              m: bigint not null default nextval('numbers')
            primary_key: [key]
        """,
        "INSERT INTO logs (id, day) VALUES (2, '2026-02-03')",
    ),
    "mysql": (
        "tables: {logs: {columns: {id: int not null, at: datetime}}, plain: {columns: {id: int not null}}}",
        """
        tables:
          logs:
            columns:
              id: int not null
              at: datetime
              level: enum('low','high') not null
              place: point not null
              twice: {type: int, generated: id * 2}
            indexes: {logs_place: {columns: [place], method: spatial}}
          plain:
            columns: {id: int not null, key: {type: bigint, auto_increment: true, nullable: false}}
            primary_key: [key]
        """,
        "INSERT INTO logs (id, at) VALUES (2, '2026-02-03')",
    ),
}


def test_columns_that_fill_themselves_and_what_kept_columns_need_stay(database: Database, tmp_path: Path) -> None:
    old_schema, new_schema, insert = SPECIAL[database.engine]
    old, new = declared(tmp_path / "old", database, old_schema), declared(tmp_path / "new", database, new_schema)
    database.run("apply", "--dir", old).ended(0)
    database.run("apply", "--dir", new).ended(0)
    database.sql("INSERT INTO plain (id) VALUES (1)")
    database.run("apply", "--dir", old).ended(0)
    database.sql(insert, "INSERT INTO plain (id) VALUES (5)")
    quoted = "key" if database.engine == "postgresql" else "`key`"
    assert database.sql(f"SELECT id, {quoted} FROM plain ORDER BY id") == [(1, 1), (5, 2)]
    assert database.sql("SELECT id, level FROM logs") == [(2, None)]
    database.run("apply", "--dir", old).ended(0)
    database.run("contract", "--dir", old, "--allow", "all").ended(0)
    assert list(database.columns("plain")) == ["id"]
    assert database.sql("SELECT id FROM logs") == [(2,)]
