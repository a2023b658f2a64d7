"""Each kind of thing that models expect, broken in the live database, one after the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.databases import Database
from tests.models.conftest import fitting, lines_of, write_code

MODELS = """
    import enum
    from sqlalchemy import (
        CheckConstraint, Column, Enum, ForeignKey, Integer, Numeric, String, UniqueConstraint, text,
    )
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()


    class State(enum.Enum):
        new = "new"
        paid = "paid"


    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)
        email = Column(String(100), nullable=False, unique=True)
        name = Column(String(60), index=True)


    class Order(Base):
        __tablename__ = "orders"
        id = Column(Integer, primary_key=True)
        customer_id = Column(ForeignKey("customers.id", ondelete="CASCADE"), nullable=False)
        number = Column(String(20), nullable=False, server_default=text("'none'"))
        state = Column(Enum(State), nullable=False)
        amount = Column(Numeric(10, 2))
        __table_args__ = (
            UniqueConstraint("customer_id", "number", name="orders_number_key"),
            CheckConstraint("amount >= 0", name="orders_amount_check"),
        )
    """
# What breaks it, what repairs it, and what is found.
ORDERS = {
    "postgresql": [
        ("DROP INDEX ix_customers_name", "CREATE INDEX ix_customers_name ON customers (name)",
         ("missing", "existence", "index public.customers.ix_customers_name")),
        ("ALTER TABLE orders DROP CONSTRAINT orders_number_key",
         "CREATE UNIQUE INDEX another_name ON orders (number, customer_id)",
         ("missing", "existence", "unique constraint public.orders.orders_number_key")),
        ("ALTER TABLE orders DROP CONSTRAINT orders_amount_check",
         "ALTER TABLE orders ADD CONSTRAINT another_check CHECK (amount >= 0)",
         ("missing", "existence", "check constraint public.orders.orders_amount_check")),
        ("ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey",
         "ALTER TABLE orders ADD CONSTRAINT another_fk FOREIGN KEY (customer_id) REFERENCES customers"
         " ON DELETE CASCADE",
         ("missing", "existence", "foreign key public.orders.orders_customer_id_fkey")),
        ("ALTER TABLE orders ALTER amount TYPE integer", "ALTER TABLE orders ALTER amount TYPE numeric(10,2)",
         ("differs", "type", "column public.orders.amount")),
        ("ALTER TABLE orders ALTER number DROP NOT NULL", "ALTER TABLE orders ALTER number SET NOT NULL",
         ("differs", "nullability", "column public.orders.number")),
        ("ALTER TABLE orders ALTER number DROP DEFAULT", "ALTER TABLE orders ALTER number SET DEFAULT 'none'",
         ("differs", "default", "column public.orders.number")),
        ("ALTER TABLE orders ADD tenant int NOT NULL", "ALTER TABLE orders ALTER tenant SET DEFAULT 1",
         ("required", "existence", "column public.orders.tenant")),
        ("ALTER TYPE state RENAME VALUE 'paid' TO 'settled'", "ALTER TYPE state ADD VALUE 'paid' BEFORE 'new'",
         ("differs", "labels", "enum public.state")),
        ("ALTER TABLE customers RENAME name TO title", "ALTER TABLE customers RENAME title TO name",
         ("missing", "existence", "column public.customers.name")),

        ("ALTER TABLE orders RENAME TO sales", "CREATE VIEW orders AS SELECT * FROM sales",
         ("missing", "existence", "table public.orders")),
    ],
    "mysql": [
        ("DROP INDEX ix_customers_name ON customers", "CREATE INDEX another_name ON customers (name, email)",
         ("missing", "existence", "index customers.ix_customers_name")),
        ("ALTER TABLE orders ADD KEY a (customer_id), DROP KEY orders_number_key",
         "CREATE UNIQUE INDEX another_name ON orders (number, customer_id)",
         ("missing", "existence", "unique constraint orders.orders_number_key")),
        ("ALTER TABLE orders DROP CONSTRAINT orders_amount_check",
         "ALTER TABLE orders ADD CONSTRAINT another_check CHECK (amount >= 0)",
         ("missing", "existence", "check constraint orders.orders_amount_check")),
        ("ALTER TABLE orders DROP FOREIGN KEY orders_ibfk_1",
         "ALTER TABLE orders ADD CONSTRAINT another_fk FOREIGN KEY (customer_id) REFERENCES customers (id)"
         " ON DELETE CASCADE",
         ("missing", "existence", "foreign key orders.orders_ibfk_1")),
        ("ALTER TABLE orders MODIFY amount int", "ALTER TABLE orders MODIFY amount decimal(10,2)",
         ("differs", "type", "column orders.amount")),
        ("ALTER TABLE orders MODIFY number varchar(20) DEFAULT 'some'",
         "ALTER TABLE orders MODIFY number varchar(20) NOT NULL DEFAULT 'none' COMMENT 'of the invoice'",
         ("differs", "nullability", "column orders.number")),
        ("DO 1", "DO 1", ("differs", "default", "column orders.number")),  # by the same statement
        ("ALTER TABLE orders ADD tenant int NOT NULL", "ALTER TABLE orders ALTER tenant SET DEFAULT 1",
         ("required", "existence", "column orders.tenant")),
        ("ALTER TABLE orders MODIFY state enum('new','settled') NOT NULL",
         "ALTER TABLE orders MODIFY state enum('settled','paid','new') NOT NULL",
         ("differs", "type", "column orders.state")),
        ("ALTER TABLE customers CHANGE name title varchar(60)", "ALTER TABLE customers CHANGE title name varchar(60)",
         ("missing", "existence", "column customers.name")),
        ("RENAME TABLE orders TO sales", "CREATE VIEW orders AS SELECT * FROM sales",
         ("missing", "existence", "table orders")),
    ],
}  # fmt: skip


@pytest.mark.parametrize("database", ["postgresql", "mariadb", "mysql"], indirect=True)
def test_what_is_broken_is_found_and_what_is_repaired_fits(database: Database, application: Path) -> None:
    """Repaired under another name, wider, or as a view: it fits again."""
    write_code(application, {"models.py": MODELS})
    declaration = fitting(database, application, "models:Base")
    run = ("models", "models:Base", "--dir", declaration, "--format", "json")
    members, tables = ORDERS[database.engine][:-1], ORDERS[database.engine][-1:]
    for several in (members, tables):
        database.sql(*(broken for broken, _, _ in several))
        found = database.run(*run).ended(4)
        assert sorted(lines_of(found)) == sorted(finding for _, _, finding in several)
        assert {item["declared"]["fit"] for item in found.data["findings"]} <= {"fits"}
        database.sql(*(repaired for _, repaired, _ in reversed(several)))
        assert lines_of(database.run(*run).ended(0)) == []
