"""Whole plans, as they are shown, without any server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from textwrap import dedent

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import Grant
from bootstrap.dialects.mysql.capabilities import identify
from bootstrap.dialects.postgresql.capabilities import capabilities_of
from bootstrap.dialects.registry import dialect_for
from bootstrap.plan.between import Management, plan_between
from bootstrap.plan.context import Policy, TableSize
from bootstrap.plan.server import Server
from bootstrap.plan.statement import Plan, Statement
from tests.unit.building import catalog, check, column, foreign_key, index, primary_key, table, view

POSTGRESQL = Server(vendor="postgresql", version=(16, 0), version_text="16", capabilities=capabilities_of((16, 0)))
MARIADB = identify("10.11.9-MariaDB")


def plan(
    server: Server,
    before: Catalog,
    after: Catalog,
    sizes: Mapping[Ref, TableSize] | None = None,
    back: Mapping[Ref, Sequence[Statement]] | None = None,
) -> Plan:
    engine = dialect_for("postgresql" if server is POSTGRESQL else "mysql")
    return plan_between(
        before, after, engine=engine, server=server, management=Management(), sizes=sizes or {}, policy=Policy(),
        back=back or {},
    )  # fmt: skip


def shown(found: Plan) -> str:
    """A transaction's statements behind "begin", those of no transaction behind "alone"; hazards as the gate does."""
    lines = []
    for operation in found.operations:
        lines += [f"{'blocks' if hazard.blocking else 'note'}: {hazard.permission}" for hazard in operation.hazards]
        if operation.statements:
            lines.append("begin" if operation.statements[0].transactional else "alone")
        lines += [f"  {statement.text}" for statement in operation.statements]
    return "\n".join(lines)


def golden(text: str) -> str:
    return dedent(text).strip()


ORDERS = table(
    "orders", "id", column("amount", "numeric(10,2)"), column("note", "text"),
    primary_key=primary_key("orders_pkey", "id"),
)  # fmt: skip
AMOUNT = ORDERS.ref.child(Kind.COLUMN, "amount")
CHANGED = replace(
    ORDERS,
    columns=(ORDERS.columns[0], column("amount", "numeric(12,2)"), column("paid", "boolean", default="false")),
    checks=(check("positive", "amount > 0"),),
)
BUYERS = table("buyers", "id", primary_key=primary_key("buyers_pkey", "id"))
SALES = table(
    "sales", "id", "buyer", foreign_keys=(foreign_key("sales_buyer_fkey", "buyer", "buyers"),),
    indexes=(index("sales_buyer_idx", "buyer"),),
)  # fmt: skip


def test_new_tables_come_with_their_keys_and_the_keys_between_them_last() -> None:
    found = plan(POSTGRESQL, catalog(), catalog(SALES, BUYERS))
    assert shown(found) == golden("""
        begin
          CREATE TABLE app.buyers (
            id integer,
            CONSTRAINT buyers_pkey PRIMARY KEY (id)
        )
        begin
          CREATE TABLE app.sales (
            id integer,
            buyer integer
        )
        begin
          CREATE INDEX sales_buyer_idx ON app.sales (buyer)
        begin
          ALTER TABLE app.sales ADD CONSTRAINT sales_buyer_fkey FOREIGN KEY (buyer) REFERENCES app.buyers (id)
    """)


def test_an_existing_table_gets_its_index_and_key_without_a_long_lock() -> None:
    bare = replace(SALES, foreign_keys=(), indexes=())
    found = plan(POSTGRESQL, catalog(BUYERS, bare), catalog(BUYERS, SALES))
    assert shown(found) == golden("""
        alone
          CREATE INDEX CONCURRENTLY sales_buyer_idx ON app.sales (buyer)
        note: validation_may_fail:app.sales.sales_buyer_fkey
        begin
          ALTER TABLE app.sales ADD CONSTRAINT sales_buyer_fkey FOREIGN KEY (buyer) REFERENCES app.buyers (id) NOT VALID
        note: validation_may_fail:app.sales.sales_buyer_fkey
        begin
          ALTER TABLE app.sales VALIDATE CONSTRAINT sales_buyer_fkey
    """)


def test_a_view_is_recreated_with_its_privileges_around_a_changed_type() -> None:
    totals = view("totals", "SELECT sum(amount) FROM app.orders")
    needs = {totals.ref: {ORDERS.ref, AMOUNT}}
    grants = [Grant(grantee="reader", privilege="SELECT", on=totals.ref)]
    widened = replace(ORDERS, columns=(ORDERS.columns[0], column("amount", "numeric(12,2)"), ORDERS.columns[2]))
    before, after = (catalog(item, totals, needs=needs, grants=grants) for item in (ORDERS, widened))
    found = plan(POSTGRESQL, before, after)
    assert shown(found) == golden("""
        note: privilege_change:app.totals
        begin
          DROP VIEW app.totals
          ALTER TABLE app.orders ALTER COLUMN amount TYPE numeric(12,2)
          CREATE VIEW app.totals AS
        SELECT sum(amount) FROM app.orders
          GRANT SELECT ON app.totals TO reader
    """)


def test_the_size_of_a_table_decides_whether_its_rewrite_blocks() -> None:
    text = replace(ORDERS, columns=(ORDERS.columns[0], column("amount", "bigint"), ORDERS.columns[2]))
    for rows, word in ((1_000, "note"), (900_000, "blocks")):
        found = plan(POSTGRESQL, catalog(ORDERS), catalog(text), {ORDERS.ref: TableSize(rows, rows * 100)})
        assert f"{word}: table_rewrite:app.orders.amount" in shown(found)


def test_postgresql_changes_one_table_with_one_statement_and_validates_while_others_write() -> None:
    found = plan(POSTGRESQL, catalog(ORDERS), catalog(CHANGED), {ORDERS.ref: TableSize(1_000, 100_000)})
    assert shown(found) == golden("""
        blocks: data_loss:app.orders.note
        note: validation_may_fail:app.orders.positive
        begin
          ALTER TABLE app.orders ADD COLUMN paid boolean DEFAULT false, ALTER COLUMN amount TYPE numeric(12,2), DROP COLUMN note, ADD CONSTRAINT positive CHECK (amount > 0) NOT VALID
        blocks: data_loss:app.orders.note
        note: validation_may_fail:app.orders.positive
        begin
          ALTER TABLE app.orders VALIDATE CONSTRAINT positive
    """)  # noqa: E501  # one statement


def test_postgresql_rewrites_a_table_once_and_checks_meanwhile_what_is_to_be_checked() -> None:
    types = (column("id", "bigint", nullable=False), column("amount", "double precision"), ORDERS.columns[2])
    found = plan(POSTGRESQL, catalog(ORDERS), catalog(replace(CHANGED, columns=types)))
    assert [statement.sql for statement in found.statements] == [
        "ALTER TABLE app.orders ALTER COLUMN id TYPE bigint, ALTER COLUMN id SET NOT NULL,"
        " ALTER COLUMN amount TYPE double precision USING amount::double precision,"
        " ADD CONSTRAINT positive CHECK (amount > 0)"
    ]


def test_values_that_come_back_are_there_before_they_are_checked() -> None:
    paid = ORDERS.ref.child(Kind.COLUMN, "paid")
    wanted = replace(ORDERS, columns=(*ORDERS.columns, column("paid")), checks=(check("is_paid", "paid IS NOT NULL"),))
    back = {paid: (Statement(sql="UPDATE app.orders …", subject=paid),)}
    found = plan(POSTGRESQL, catalog(ORDERS), catalog(wanted), back=back)
    assert [statement.sql.partition(" IS ")[0] for statement in found.statements] == [
        "ALTER TABLE app.orders ADD COLUMN paid integer",
        "UPDATE app.orders …",
        "ALTER TABLE app.orders ADD CONSTRAINT is_paid CHECK (paid",
        "ALTER TABLE app.orders VALIDATE CONSTRAINT is_paid",
    ]


def test_mariadb_changes_one_table_with_one_statement() -> None:
    before, after = (catalog(replace(item, schema="")) for item in (ORDERS, CHANGED))
    assert shown(plan(MARIADB, before, after)) == golden("""
        blocks: data_loss:orders.note
        note: validation_may_fail:orders.positive
        note: table_rewrite:orders.amount
        note: table_rewrite:orders.positive
        alone
          ALTER TABLE `orders` DROP COLUMN `note`, MODIFY COLUMN `amount` numeric(12,2) NULL, ADD COLUMN `paid` boolean NULL DEFAULT false AFTER `amount`, ADD CONSTRAINT `positive` CHECK (amount > 0)
    """)  # noqa: E501  # one statement


def test_nothing_that_is_managed_by_nobody_is_dropped() -> None:
    found = plan_between(
        catalog(ORDERS, BUYERS), catalog(BUYERS), engine=dialect_for("postgresql"), server=POSTGRESQL,
        management=Management(managed=lambda _: False), sizes={}, policy=Policy(),
    )  # fmt: skip
    assert (found.operations, found.unmanaged) == ((), (ORDERS.ref,))
