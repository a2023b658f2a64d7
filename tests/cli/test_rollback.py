"""`rollback`: the structure of an earlier run again, as the server says; every value that could stay is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bootstrap.catalog.catalog import Catalog
from bootstrap.dialects.base import Scope
from bootstrap.dialects.registry import dialect_for
from bootstrap.target.connect import connect, from_url
from bootstrap.target.url import parse_url
from tests.cli.command import write
from tests.cli.databases import Database
from tests.conftest import fresh_database, shared_server

BEFORE = {
    "schema/all.yaml": """
        tables:
          customers:
            columns:
              id: int not null
              email: varchar(100) not null
              name: {type: varchar(60), nullable: false, default: "'nobody'"}
            primary_key: [id]
            unique: {customers_email_key: [email]}
          orders:
            columns:
              id: int not null
              customer_id: int not null
              amount: decimal(10,2) not null
              note: varchar(200)
              fax: varchar(20)
            primary_key: [id]
            foreign_keys:
              orders_customer_fk: {columns: [customer_id], references: customers(id), on_delete: cascade}
            checks: {orders_amount_check: amount >= 0}
            indexes: {orders_amount_idx: [amount]}
          obsolete: {columns: {id: int not null}, primary_key: [id]}
        views:
          dear: SELECT id, amount FROM orders WHERE amount > 100
        """,
}
# A column, a table and a view come, a column and a table go, two things are renamed, a type and a check change.
AFTER = {
    "schema/all.yaml": """
        tables:
          clients:
            renamed_from: customers
            columns:
              id: int not null
              email: varchar(100) not null
              label: {type: varchar(60), nullable: false, default: "'nobody'", renamed_from: name}
              phone: varchar(30)
            primary_key: [id]
            unique: {customers_email_key: [email]}
          orders:
            columns:
              id: bigint not null
              customer_id: int not null
              amount: decimal(10,2) not null
              note: varchar(200)
            primary_key: [id]
            foreign_keys:
              orders_customer_fk: {columns: [customer_id], references: clients(id)}
            checks: {orders_amount_check: amount >= 1}
            indexes: {orders_note_idx: [note]}
          parcels: {columns: {id: int not null}, primary_key: [id]}
        views:
          dear: SELECT id, amount, note FROM orders WHERE amount > 100
          cheap: SELECT id FROM orders WHERE amount < 10
        """,
    "steps/0001_note.sql": "-- phase: after\nUPDATE orders SET note = 'seen' WHERE id = 2;\n",
}


@pytest.fixture(params=["postgresql", "mariadb", "mysql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database of each vendor."""
    server = shared_server(request.param)
    with fresh_database(server) as url:
        yield Database(server.as_master, urlsplit(url).path.removeprefix("/"))


def structure(database: Database) -> Catalog:
    """What the server says of itself."""
    destination = from_url(parse_url(database.url, database.variables), database.variables)
    dialect = dialect_for(destination.endpoint.engine)
    with closing(connect(dialect, destination)) as session:
        return dialect.introspect(session, Scope()).catalog


def applied(database: Database, tmp_path: Path) -> Path:
    """A database in its second release, with rows of both; returns the declaration of the second."""
    first = write(tmp_path / "first", database.engine, BEFORE)
    database.run("apply", "--dir", first).ended(0)
    database.sql(
        "INSERT INTO customers (id, email, name) VALUES (1, 'ada@x', 'Ada'), (2, 'bo@x', 'Bo')",
        "INSERT INTO orders VALUES (1, 1, 5, 'one', '11'), (2, 2, 150, 'two', '22')",
        "INSERT INTO obsolete VALUES (7)",
    )
    second = write(tmp_path / "second", database.engine, {**BEFORE, **AFTER})
    database.run("apply", "--dir", second, "--allow", "all").ended(0)
    database.sql("INSERT INTO clients (id, email, label, phone) VALUES (3, 'cy@x', 'Cy', '33')")
    database.sql("INSERT INTO orders VALUES (3, 3, 3, 'three')", "INSERT INTO parcels VALUES (9)")
    return second


def test_back_to_what_was_before_the_last_run(database: Database, tmp_path: Path) -> None:
    first = write(tmp_path / "first", database.engine, BEFORE)
    database.run("apply", "--dir", first).ended(0)
    earlier = structure(database)
    second = applied(database, tmp_path)

    refused = database.run("rollback", "--dir", second).refused(3)
    assert "phone" in refused
    assert "parcels" in refused
    assert database.sql("SELECT id, label, phone FROM clients ORDER BY id")[2] == (3, "Cy", "33")

    report = database.run("rollback", "--dir", second, "--allow", "all", "--format", "json").ended(0).data
    assert structure(database) == earlier
    assert database.sql("SELECT id, email, name FROM customers ORDER BY id") == [
        (1, "ada@x", "Ada"), (2, "bo@x", "Bo"), (3, "cy@x", "Cy"),
    ]  # fmt: skip
    assert [(int(a), int(b), int(c), *d) for a, b, c, *d in database.sql("SELECT * FROM orders ORDER BY id")] == [
        (1, 1, 5, "one", None), (2, 2, 150, "seen", None), (3, 3, 3, "three", None),
    ]  # fmt: skip
    assert database.sql("SELECT count(*) FROM obsolete") == [(0,)]
    lost = " ".join(report["lost"])
    assert "orders.fax comes back without the values" in lost
    assert "obsolete comes back without the rows" in lost
    assert report["steps"] == ["0001_note"]
    assert database.sql(f"SELECT action, outcome FROM {database.own('runs')} ORDER BY id")[-1] == (
        "rollback",
        "applied",
    )

    # Nothing believes the rolled back release, and the first one is what is there.
    assert database.run("plan", "--dir", second, "--detailed-exitcode").ended(2)
    database.run("plan", "--dir", first, "--detailed-exitcode").ended(0)
    said = database.run("rollback", "--dir", second).refused(1)
    assert "--to" in said
    database.run("rollback", "--dir", first, "--to", "2", "--allow", "all").ended(0)
    assert {"clients", "parcels"} <= set(database.tables())
    assert database.sql("SELECT id, label FROM clients ORDER BY id") == [(1, "Ada"), (2, "Bo"), (3, "Cy")]


def test_a_run_that_failed_half_way_is_undone(database: Database, tmp_path: Path) -> None:
    first = write(tmp_path / "first", database.engine, BEFORE)
    database.run("apply", "--dir", first).ended(0)
    database.sql("INSERT INTO customers (id, email, name) VALUES (1, 'ada@x', 'Ada')")
    earlier = structure(database)
    broken = {
        "steps/0001_note.sql": "-- phase: after\nUPDATE orders SET amount = 1 / (SELECT count(*) FROM nowhere);\n"
    }
    second = write(tmp_path / "second", database.engine, {**BEFORE, **AFTER, **broken})
    database.run("apply", "--dir", second, "--allow", "all").ended(1)
    assert "clients" in database.tables()
    # Never declared, so nobody's business.
    database.sql("CREATE TABLE by_hand (id int)", "INSERT INTO by_hand VALUES (4)")
    database.run("rollback", "--dir", first, "--allow", "all").ended(0)
    database.sql("DROP TABLE by_hand")
    assert structure(database) == earlier
    assert database.sql("SELECT id, name FROM customers") == [(1, "Ada")]


def test_what_cannot_be_gone_back_to_is_said(database: Database, tmp_path: Path) -> None:
    first = write(tmp_path / "first", database.engine, BEFORE)
    assert "none is kept" in database.run("rollback", "--dir", first).refused(1)
    database.run("apply", "--dir", first).ended(0)
    assert "known are those of 1" in database.run("rollback", "--dir", first, "--to", "9").refused(1)


SPECIAL = (
    """
    enums: {level: [low, high]}
    tables:
      logs:
        columns: {id: int not null, day: date not null, level: level}
        partition_by: {method: range, keys: [day]}
        partitions: {logs_2026: "FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"}
        indexes: {logs_level: [level]}
        grants: {"public": [select]}
    functions:
      twice(n int): {returns: int, language: sql, volatility: immutable, body: SELECT n * 2}
    views:
      doubled: SELECT id, twice(id) AS twice FROM logs
    """,
    """
    enums: {level: [low, high, top], colour: [red]}
    sequences: {numbers: {}}
    tables:
      logs:
        columns: {id: bigint not null, day: date not null, level: level, colour: colour, n: bigserial}
        partition_by: {method: range, keys: [day]}
        partitions:
          logs_2026: FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')
          logs_2027: FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')
        grants: {"public": [select, insert]}
        triggers: {logs_touch: {fires: before update, function: touch()}}
    functions:
      twice(n bigint): {returns: bigint, language: sql, volatility: immutable, body: SELECT n * 2}
      touch(): {returns: trigger, language: plpgsql, body: "BEGIN RETURN NEW; END"}
    views:
      doubled: SELECT id, twice(id) AS twice, colour FROM logs
    """,
)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_types_partitions_code_and_privileges_come_back(database: Database, tmp_path: Path) -> None:
    first, second = (
        write(tmp_path / name, database.engine, {"schema/all.yaml": schema})
        for name, schema in zip(("first", "second"), SPECIAL, strict=True)
    )
    database.run("apply", "--dir", first).ended(0)
    database.sql("INSERT INTO logs VALUES (1, '2026-02-03', 'high')")
    earlier = structure(database)
    database.run("apply", "--dir", second, "--allow", "all").ended(0)
    database.sql("INSERT INTO logs VALUES (2, '2026-02-04', 'low', 'red')")
    database.run("rollback", "--dir", second, "--allow", "all").ended(0)
    assert structure(database) == earlier
    assert database.sql("SELECT id, level::text FROM logs ORDER BY id") == [(1, "high"), (2, "low")]


def test_a_column_that_cannot_come_back_is_refused_by_name(database: Database, tmp_path: Path) -> None:
    schema = "tables: {items: {columns: {id: int not null%s}, primary_key: [id]}}\n"
    first = write(tmp_path / "first", database.engine, {"schema/all.yaml": schema % ", code: int not null"})
    second = write(tmp_path / "second", database.engine, {"schema/all.yaml": schema % ""})
    database.run("apply", "--dir", first).ended(0)
    database.sql("INSERT INTO items VALUES (1, 11)")
    database.run("apply", "--dir", second, "--allow", "all").ended(0)
    assert "code" in database.run("rollback", "--dir", second).refused(3)
    assert database.sql("SELECT * FROM items") == [(1,)]
