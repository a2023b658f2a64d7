"""A fresh database per test, of PostgreSQL and of MariaDB, and a declaration that both understand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.command import write
from tests.cli.databases import Database
from tests.conftest import fresh_database, shared_server

SHOP = {
    "schema/customers.yaml": """
        tables:
          customers:
            columns:
              id: int not null
              email: varchar(100) not null
              name: {type: varchar(60), nullable: false, default: "'nobody'"}
            primary_key: [id]
            unique:
              customers_email_key: [email]
        """,
    "schema/orders.yaml": """
        tables:
          orders:
            columns:
              id: int not null
              customer_id: int not null
              amount: decimal(10,2) not null
              note: varchar(200)
            primary_key: [id]
            foreign_keys:
              orders_customer_fk: {columns: [customer_id], references: customers(id), on_delete: cascade}
            checks:
              orders_amount_check: amount >= 0
            indexes:
              orders_amount_idx: [amount]
        """,
    "seeds/customers.yaml": """
        seeds:
          customers:
            key: [id]
            mode: upsert
            rows:
              - {id: 1, email: ada@example.com, name: Ada}
              - {id: 2, email: grace@example.com}
        """,
}


@pytest.fixture(params=["postgresql", "mariadb"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database."""
    server = shared_server(request.param)
    with fresh_database(server) as url:
        yield Database(server.as_master, urlsplit(url).path.removeprefix("/"))


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Path:
    """A declaration of two tables with everything that ties them, and two rows."""
    return write(tmp_path / "shop", database.engine, SHOP)
