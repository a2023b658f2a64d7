"""`apply --additive-only`: what cannot hurt is there afterwards, as the server says; the rest is named and stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.command import write
from tests.cli.databases import Database
from tests.conftest import fresh_database, shared_server

BEFORE = """
    tables:
      people:
        columns: {id: int not null, name: varchar(40) not null, fax: varchar(20), age: varchar(9)}
        primary_key: [id]
      orders:
        columns: {id: int not null, buyer: int, amount: int not null}
        primary_key: [id]
      obsolete: {columns: {id: int not null}, primary_key: [id]}
    views:
      dear: SELECT id FROM orders WHERE amount > 100
    """
# Added: people.phone with an index, parcels with its key to orders, the view of both, cheap. Left: everything else,
# stamped (its column is of the new type), young (it reads it), the demand on orders.sku, and keys that may refuse rows.
AFTER = """
    tables:
      people:
        columns:
          id: int not null
          name: varchar(40) not null
          age: int
          phone: varchar(20) default 'none'
          email: varchar(60) not null
        primary_key: [id]
        indexes: {people_phone: [phone], people_age: [age]}
        unique: {people_name: [name]}
      orders:
        columns: {id: int not null, amount: bigint not null, customer: {type: int, renamed_from: buyer}}
        primary_key: [id]
        foreign_keys: {orders_customer: {columns: [customer], references: people(id)}}
        checks: {orders_amount: amount > 0}
      parcels:
        columns: {id: int not null, person: int, weight: int not null}
        primary_key: [id]
        indexes: {parcels_weight: [weight]}
        foreign_keys: {parcels_person: {columns: [person], references: people(id)}}
    views:
      dear: SELECT id FROM orders WHERE amount > 200
      heavy: SELECT p.id, q.phone FROM parcels p JOIN people q ON q.id = p.person WHERE p.weight > 10
      young: SELECT id FROM people WHERE age < 30
    """

FIRST = "-- phase: before\nUPDATE people SET fax = '0' WHERE id = 1;\n"


@pytest.fixture(params=["postgresql", "mariadb", "mysql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database of each vendor."""
    server = shared_server(request.param)
    with fresh_database(server) as url:
        yield Database(server.as_master, urlsplit(url).path.removeprefix("/"))


def prepared(database: Database, tmp_path: Path) -> None:
    """The first release with rows."""
    first = write(tmp_path / "first", database.engine, {"schema/all.yaml": BEFORE})
    database.run("apply", "--dir", first).ended(0)
    database.sql(
        "INSERT INTO people VALUES (1, 'Ada', '11', '36'), (2, 'Bo', NULL, '41')",
        "INSERT INTO orders VALUES (1, 1, 5), (2, 2, 150)",
        "INSERT INTO obsolete VALUES (7)",
    )


def test_what_only_adds_is_done_and_the_rest_is_left(database: Database, tmp_path: Path) -> None:
    prepared(database, tmp_path)
    second = write(tmp_path / "second", database.engine, {"schema/all.yaml": AFTER})
    types = database.columns("orders")
    planned = database.run("plan", "--dir", second, "--additive-only", "--detailed-exitcode", "--format", "json")
    plan = planned.ended(2).data
    assert plan["hazards"] == []
    assert plan["left"]

    done = database.run("apply", "--dir", second, "--additive-only", "--format", "json").ended(4).data
    assert done["ready_token"] == ""
    assert done["status"] == "incomplete"
    assert done["left"] == plan["left"]
    left = " | ".join(done["left"])
    for name in ("people.fax", "people.age", "people.email", "people_age", "people_name", "amount", "buyer", "customer",
                 "obsolete", "dear", "young"):  # fmt: skip
        assert name in left, (name, left)
    for name in ("parcels", "heavy", "people.phone", "people_phone"):
        assert name not in left, (name, left)

    assert set(database.columns("people")) == {"id", "name", "fax", "age", "phone"}
    assert database.columns("orders") == types
    assert {"people_phone"} <= set(database.indexes("people"))
    assert not {"people_age", "people_name"} & set(database.indexes("people"))
    assert "obsolete" in database.tables()
    assert database.sql("SELECT id, fax, age, phone FROM people ORDER BY id") == [
        (1, "11", "36", "none"), (2, None, "41", "none"),
    ]  # fmt: skip
    assert database.sql("SELECT * FROM heavy") == []
    assert database.sql("SELECT id FROM dear") == [(2,)]
    assert database.outcomes()[-1] == "incomplete"

    database.sql("DELETE FROM people WHERE id = 2")
    again = database.run("apply", "--dir", second, "--additive-only", "--format", "json").ended(4).data
    assert again["statements"] == []
    verified = database.run("verify", "--dir", second).ended(4).text
    assert "people.fax" in verified


def test_where_nothing_is_left_it_is_an_apply(database: Database, tmp_path: Path) -> None:
    prepared(database, tmp_path)
    files = {"schema/all.yaml": BEFORE.replace("fax: varchar(20)", "fax: varchar(20), phone: varchar(9)")}
    second = write(tmp_path / "second", database.engine, files)
    report = database.run("apply", "--dir", second, "--additive-only", "--format", "json").ended(0).data
    assert report["ready_token"]
    assert report["left"] == []
    database.run("verify", "--dir", second).ended(0)
    # What an additive run made is declared: the release after it drops it.
    third = write(tmp_path / "third", database.engine, {"schema/all.yaml": BEFORE})
    assert "phone" in database.run("apply", "--dir", third).refused(3)


def test_steps_and_rows_are_left_and_what_was_added_is_managed(database: Database, tmp_path: Path) -> None:
    prepared(database, tmp_path)
    files = {
        "schema/all.yaml": BEFORE.replace("fax: varchar(20)", "fax: varchar(20), phone: varchar(9)"),
        "seeds/people.yaml": "seeds: {people: {key: [id], rows: [{id: 3, name: Cy}]}}\n",
        "steps/0001_fill.sql": "-- phase: after\nUPDATE people SET phone = fax WHERE phone IS NULL;\n",
    }
    second = write(tmp_path / "second", database.engine, files)
    report = database.run("apply", "--dir", second, "--additive-only", "--format", "json").ended(4).data
    assert any("0001_fill" in line for line in report["left"])
    assert any("seed" in line and "people" in line for line in report["left"])
    assert database.sql("SELECT id, phone FROM people ORDER BY id") == [(1, None), (2, None)]
    reverted = write(tmp_path / "reverted", database.engine, {"schema/all.yaml": BEFORE})
    database.run("apply", "--dir", reverted, "--allow", "data_loss:" + _path(database)).ended(0)
    assert "phone" not in database.columns("people")

    write(
        second,
        database.engine,
        {"steps/0000_first.sql": "-- phase: before\nUPDATE people SET fax = '0' WHERE id = 1;\n"},
    )
    report = database.run("apply", "--dir", second, "--additive-only", "--format", "json").ended(4).data
    assert report["statements"] == []
    assert any("waits for step 0000_first" in line for line in report["left"])
    report = database.run("apply", "--dir", second, "--format", "json").ended(0).data
    assert database.sql("SELECT id, phone FROM people ORDER BY id") == [(1, "0"), (2, None), (3, None)]


def _path(database: Database) -> str:
    return "public.people.phone" if database.engine == "postgresql" else "people.phone"
