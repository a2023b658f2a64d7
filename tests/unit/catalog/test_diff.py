"""The differences between two catalogs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bootstrap.catalog.catalog import DatabaseObject
from bootstrap.catalog.changes import AddColumn, AlterConstraint, AlterIndex, GrantPrivilege, RevokePrivilege
from bootstrap.catalog.code import Event, EventTrigger, Policy, Routine, Rule
from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import Check
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.replication import Publication, PublishedTable
from bootstrap.catalog.security import DefaultPrivilege, Grant, Role
from bootstrap.catalog.types import (
    Attribute,
    Collation,
    CompositeType,
    Domain,
    EnumType,
    Extension,
    Operator,
    RangeType,
    Schema,
    Sequence,
    Statistics,
    TextSearchConfiguration,
    TextSearchDictionary,
)
from tests.unit.building import (
    SCHEMA,
    catalog,
    check,
    column,
    difference,
    foreign_key,
    function,
    index,
    nothing,
    primary_key,
    step,
    table,
    trigger,
    unique,
    view,
)

OBJECTS: list[DatabaseObject] = [
    Role(name="reader"),
    Schema(name="app"),
    Extension(name="citext", version="1.6"),
    Collation(schema=SCHEMA, name="german", options=(("locale", "de"),)),
    TextSearchDictionary(schema=SCHEMA, name="stems", template="snowball"),
    TextSearchConfiguration(schema=SCHEMA, name="words", parser="default"),
    EnumType(schema=SCHEMA, name="state", labels=("on", "off")),
    CompositeType(schema=SCHEMA, name="point3", attributes=(Attribute(name="x", type="integer"),)),
    RangeType(schema=SCHEMA, name="span", subtype="integer"),
    Domain(schema=SCHEMA, name="email", type="text", checks=(Check(name="c", expression="VALUE <> ''"),)),
    Sequence(schema=SCHEMA, name="counter"),
    Operator(schema=SCHEMA, name="===", left="integer", right="integer", function="int4eq"),
    table("orders", "id"),
    Statistics(schema=SCHEMA, name="s", table="orders", kinds=("mcv",), expressions=("a", "b")),
    view("totals"),
    view("cached", materialized=True),
    function("f"),
    Routine(kind=Kind.PROCEDURE, schema=SCHEMA, name="p"),
    Routine(kind=Kind.AGGREGATE, schema=SCHEMA, name="a"),
    trigger("t", "orders"),
    Rule(schema=SCHEMA, table="orders", name="r", definition="ON INSERT TO orders DO NOTHING"),
    Policy(schema=SCHEMA, table="orders", name="mine"),
    Event(name="nightly", schedule="EVERY 1 DAY", body="SELECT 1"),
    EventTrigger(name="audit", event="ddl_command_end", function="f"),
    Publication(name="changes"),
    PublishedTable(name="changes", schema=SCHEMA, table="orders"),
]


def changes(*args: object, **kwargs: object) -> list[str]:
    return [step(change) for change in difference(*args, **kwargs).changes]  # type: ignore[arg-type]  # passed through


def test_every_kind_of_object_is_in_this_list() -> None:
    members = {
        Kind.COLUMN, Kind.PRIMARY_KEY, Kind.UNIQUE, Kind.CHECK, Kind.EXCLUSION, Kind.FOREIGN_KEY, Kind.INDEX,
    }  # fmt: skip
    assert {item.ref.kind for item in OBJECTS} == set(Kind) - members


@pytest.mark.parametrize("item", OBJECTS, ids=lambda item: item.ref.kind)
def test_an_object_is_created_altered_and_dropped(item: DatabaseObject) -> None:
    other = {"where": "true"} if isinstance(item, PublishedTable) else {"comment": "other"}
    altered: DatabaseObject = replace(item, **other)  # type: ignore[arg-type]  # each has the field
    name = f"{item.ref.kind} {item.ref.path}"
    assert changes(catalog(), catalog(item)) == [f"Create {name}"]
    assert changes(catalog(item), catalog(altered)) == [f"Alter {name}"]
    assert changes(catalog(item), catalog()) == [f"Drop {name}"]
    assert changes(catalog(item), catalog(item)) == []


@pytest.mark.parametrize("item", OBJECTS, ids=lambda item: item.ref.kind)
def test_an_object_never_declared_is_reported_and_never_dropped(item: DatabaseObject) -> None:
    found = difference(catalog(item), catalog(), managed=nothing)
    assert found.changes == ()
    # Roles belong to the whole cluster: those of other databases are not even worth a line.
    assert found.unmanaged == (() if item.ref.kind is Kind.ROLE else (item.ref,))


def test_a_table_comes_with_its_columns_and_its_indexes_and_foreign_keys_follow() -> None:
    orders = table("orders", "id", "customer", primary_key=primary_key("pk", "id"),
                   indexes=(index("by_customer", "customer"),),
                   foreign_keys=(foreign_key("fk", "customer", "customers"),))  # fmt: skip
    expected = ["Create table app.orders", "CreateIndex app.orders.by_customer", "AddConstraint app.orders.fk"]
    assert changes(catalog(), catalog(orders)) == expected
    assert changes(catalog(), catalog(orders), inline_indexes=True) == [expected[0], expected[2]]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (table("t", "a"), table("t", "a", "b"), ["AddColumn app.t.b"]),
        (table("t", "a", "b"), table("t", "a"), ["DropColumn app.t.b"]),
        (table("t", "a"), table("t", column("a", "bigint")), ["AlterColumn app.t.a"]),
        (table("t", "a"), table("t", "a", primary_key=primary_key("pk", "a")), ["AddConstraint app.t.pk"]),
        (table("t", "a", uniques=(unique("u", "a"),)), table("t", "a"), ["DropConstraint app.t.u"]),
        (
            table("t", "a", checks=(check("c", "a > 0"),)),
            table("t", "a", checks=(check("c", "a > 1"),)),
            ["AlterConstraint app.t.c"],
        ),
        (table("t", "a"), table("t", "a", indexes=(index("i", "a"),)), ["CreateIndex app.t.i"]),
        (table("t", "a", indexes=(index("i", "a"),)), table("t", "a"), ["DropIndex app.t.i"]),
        (
            table("t", "a", indexes=(index("i", "a"),)),
            table("t", "a", indexes=(index("i", "a", unique=True),)),
            ["AlterIndex app.t.i"],
        ),
        (table("t", "a"), table("t", "a", comment="c"), ["Alter table app.t"]),
        (table("t", "a", "b"), table("t", "b", "a"), []),
    ],
)
def test_parts_of_tables(before: DatabaseObject, after: DatabaseObject, expected: list[str]) -> None:
    assert changes(catalog(before), catalog(after)) == expected


def test_a_part_never_declared_is_reported_and_never_dropped() -> None:
    before = table("t", "a", "mine", indexes=(index("mine_too", "mine"),), checks=(check("also", "mine > 0"),))
    found = difference(catalog(before), catalog(table("t", "a")), managed=nothing)
    assert found.changes == ()
    assert {ref.name for ref in found.unmanaged} == {"mine", "mine_too", "also"}


def test_a_column_says_which_one_it_follows() -> None:
    found = difference(catalog(table("t", "b")), catalog(table("t", "a", "b", "c", "d")))
    places = {change.after.name: change.previous for change in found.changes if isinstance(change, AddColumn)}
    assert places == {"a": "", "c": "b", "d": "c"}


def test_another_order_of_columns_is_a_note() -> None:
    found = difference(catalog(table("t", "a", "b", "gone")), catalog(table("t", "b", "a")), managed=nothing)
    assert found.changes == ()
    assert found.notes == ("table app.t: columns are in the order a, b; declared: b, a",)


def test_a_constraint_or_index_that_differs_only_in_its_name_is_renamed() -> None:
    before = table("t", "a", checks=(check("t_check", "a > 0"),), indexes=(index("t_a_idx", "a"),))
    after = table("t", "a", checks=(check("positive", "a > 0"),), indexes=(index("by_a", "a"),))
    found = difference(catalog(before), catalog(after)).changes
    assert [(type(item), item.before.name) for item in found if isinstance(item, AlterConstraint | AlterIndex)] == [
        (AlterConstraint, "t_check"),
        (AlterIndex, "t_a_idx"),
    ]


def test_a_primary_key_is_one_whatever_its_name_and_columns() -> None:
    before = table("t", "a", "b", primary_key=primary_key("old", "a"))
    after = table("t", "a", "b", primary_key=primary_key("new", "a", "b"))
    assert changes(catalog(before), catalog(after)) == ["AlterConstraint app.t.new"]


def test_what_a_declaration_leaves_open_is_taken_from_the_database() -> None:
    before = catalog(replace(table("t", "a"), owner="dba"), Extension(name="citext", version="1.5"))
    assert changes(before, catalog(table("t", "a"), Extension(name="citext"))) == []
    assert changes(before, catalog(replace(table("t", "a"), owner="app"), Extension(name="citext"))) == [
        "Alter table app.t"
    ]


def test_indexes_of_a_materialized_view_are_changes_of_their_own() -> None:
    before = view("m", materialized=True, indexes=(index("old", "a"),))
    after = view("m", materialized=True, indexes=(index("new", "b"),))
    assert changes(catalog(before), catalog(after)) == ["DropIndex app.m.old", "CreateIndex app.m.new"]


def test_a_view_that_becomes_materialized_is_another_object() -> None:
    before, after = view("v"), view("v", materialized=True)
    assert sorted(changes(catalog(before), catalog(after))) == ["Create materialized view app.v", "Drop view app.v"]


def test_privileges() -> None:
    orders = table("orders", "id")
    select = Grant(grantee="reader", privilege="SELECT", on=orders.ref)
    delete = Grant(grantee="reader", privilege="DELETE", on=orders.ref)
    stranger = Grant(grantee="auditor", privilege="SELECT", on=orders.ref)
    found = difference(
        catalog(orders, grants=[delete, stranger]), catalog(orders, grants=[select]), managed=nothing
    ).changes
    assert found == (GrantPrivilege(select), RevokePrivilege(delete))
    assert RevokePrivilege(stranger) in difference(catalog(orders, grants=[stranger]), catalog(orders)).changes


def test_privileges_on_an_object_never_declared_are_left_alone() -> None:
    grant = Grant(grantee="reader", privilege="SELECT", on=Ref(Kind.TABLE, SCHEMA, "theirs"))
    before = catalog(table("theirs", "id"), grants=[grant])
    assert difference(before, catalog(), managed=nothing).changes == ()


def test_default_privileges() -> None:
    read = DefaultPrivilege(owner="app", schema=SCHEMA, object_kind="tables", grantee="reader", privilege="SELECT")
    write = replace(read, privilege="INSERT")
    other = replace(read, grantee="auditor")
    before = replace(catalog(), default_privileges=frozenset({write, other}))
    after = replace(catalog(), default_privileges=frozenset({read}))
    assert difference(before, after, managed=nothing).changes == (GrantPrivilege(read), RevokePrivilege(write))
    assert RevokePrivilege(other) in difference(before, after).changes


def test_the_order_does_not_depend_on_the_order_of_the_input() -> None:
    forward, backward = catalog(*OBJECTS), catalog(*reversed(OBJECTS))
    assert difference(catalog(), forward).changes == difference(catalog(), backward).changes


def test_renamed_from_and_other_hints_are_no_difference() -> None:
    before = table("t", Column(name="a", type="integer"))
    after = table("t", column("a", renamed_from="older"), renamed_from="t0")
    assert changes(catalog(before), catalog(after)) == []
