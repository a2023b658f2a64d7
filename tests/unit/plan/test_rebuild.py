"""What is dropped and created again around a change, and what never is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bootstrap.catalog.catalog import DatabaseObject
from bootstrap.catalog.changes import AddColumn, Drop, DropColumn
from bootstrap.catalog.columns import Generated
from bootstrap.catalog.indexes import Index
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import Grant, Role
from bootstrap.catalog.tables import PartitionOf
from bootstrap.catalog.types import EnumType, Extension, Schema, Sequence
from bootstrap.plan.planner import created_tables, planned_changes
from tests.unit.building import (
    SCHEMA,
    FakeRules,
    catalog,
    check,
    column,
    difference,
    everything,
    foreign_key,
    function,
    index,
    nothing,
    parts,
    primary_key,
    step,
    steps,
    table,
    trigger,
    unique,
    view,
)

DEPENDENTS = frozenset({Kind.VIEW, Kind.MATERIALIZED_VIEW, Kind.COLUMN, Kind.POLICY, Kind.RULE})


def test_views_are_rebuilt_around_a_column_whose_type_changes() -> None:
    t = table("t", "a")
    a = t.ref.child(Kind.COLUMN, "a")
    lower = view("lower", "SELECT a FROM t")
    upper = view("upper", materialized=True, indexes=(index("by_a", "a"),))
    needs = {lower.ref: [a], upper.ref: [lower.ref]}
    plan = steps(
        catalog(t, lower, upper, needs=needs),
        catalog(table("t", column("a", "bigint")), lower, upper, needs=needs),
        FakeRules(disturbed={a: DEPENDENTS}),
    )
    assert plan == [
        "Drop materialized view app.upper",
        "Drop view app.lower",
        "AlterColumn app.t.a",
        "Create view app.lower",
        "Create materialized view app.upper",
        "CreateIndex app.upper.by_a",
    ]


def test_a_view_that_changes_itself_is_created_once_as_declared() -> None:
    t, v = table("t", "a"), view("v", "SELECT a FROM t")
    a = t.ref.child(Kind.COLUMN, "a")
    needs = {v.ref: [a]}
    plan = steps(
        catalog(t, v, needs=needs),
        catalog(table("t", column("a", "bigint")), replace(v, definition="SELECT a, 1 FROM t"), needs=needs),
        FakeRules(disturbed={a: DEPENDENTS}),
    )
    assert plan == ["Drop view app.v", "AlterColumn app.t.a", "Create view app.v"]


def test_a_view_on_a_dropped_column_is_dropped_before_it() -> None:
    t, v = table("t", "a", "b"), view("v", "SELECT a, b FROM t")
    needs = {v.ref: [t.ref.child(Kind.COLUMN, "a"), t.ref.child(Kind.COLUMN, "b")]}
    after = catalog(table("t", "a"), replace(v, definition="SELECT a FROM t"))
    assert steps(catalog(t, v, needs=needs), after) == ["Drop view app.v", "DropColumn app.t.b", "Create view app.v"]


def test_triggers_and_indexes_of_a_rebuilt_view_come_back() -> None:
    v, cached = view("v"), view("m", materialized=True, indexes=(index("gone", "a"),))
    rules = FakeRules(replaced=frozenset({v.ref, cached.ref}))
    plan = steps(
        catalog(v, cached, trigger("t", "v")),
        catalog(replace(v, definition="SELECT 2"), replace(cached, definition="SELECT 2", indexes=(index("new", "a"),)),
                trigger("t", "v")),
        rules,
    )  # fmt: skip
    assert set(plan) >= {"Drop materialized view app.m", "Drop view app.v"}
    assert "DropIndex app.m.gone" not in plan
    assert plan.index("Create materialized view app.m") < plan.index("CreateIndex app.m.new")
    assert plan.index("Create view app.v") < plan.index("Create trigger app.v.t")


def test_privileges_on_what_is_created_again_are_granted_again_also_those_of_strangers() -> None:
    v = view("v")
    mine = Grant(grantee="reader", privilege="SELECT", on=v.ref)
    theirs = Grant(grantee="auditor", privilege="SELECT", on=v.ref)
    before, after = catalog(v, grants=[mine, theirs]), catalog(replace(v, definition="SELECT 2"), grants=[mine])
    rules = FakeRules(replaced=frozenset({v.ref}))
    made = ["Drop view app.v", "Create view app.v"]
    assert steps(before, after, rules, managed=nothing) == [
        *made,
        "GrantPrivilege SELECT app.v auditor",
        "GrantPrivilege SELECT app.v reader",
    ]
    assert steps(before, after, rules, managed=everything) == [*made, "GrantPrivilege SELECT app.v reader"]


ENUM = EnumType(schema=SCHEMA, name="state", labels=("on", "off"))


def test_an_enum_made_anew_never_drops_the_columns_that_hold_its_values() -> None:
    t = table("t", column("s", "app.state"), column("g", "app.state", generated=Generated(expression="s")),
              indexes=(index("i", "s"),), checks=(check("c", "s <> 'off'::app.state"),))  # fmt: skip
    v = view("v")
    s, g = (t.ref.child(Kind.COLUMN, name) for name in "sg")
    needs = {
        s: [ENUM.ref],
        g: [ENUM.ref, s],
        t.ref.child(Kind.CHECK, "c"): [s, ENUM.ref],
        v.ref: [s],
        t.ref: [ENUM.ref],
    }
    found = difference(catalog(t, v, ENUM, needs=needs), catalog(t, v, replace(ENUM, labels=("on",)), needs=needs))
    for rules in (
        FakeRules(replaced=frozenset({ENUM.ref})),
        FakeRules(disturbed={ENUM.ref: frozenset(Kind)}),
    ):
        plan = planned_changes(found, rules)
        dropped = {change.before.name for change in plan if isinstance(change, DropColumn)}
        assert dropped <= {"g"}
        assert not any(isinstance(change, Drop) and change.ref.kind is Kind.TABLE for change in plan)


@pytest.mark.parametrize(
    "holder",
    [table("data", "a"), Sequence(schema=SCHEMA, name="numbers"), Schema(name="data"), Extension(name="hstore"),
     Role(name="member")],
    ids=lambda item: item.ref.kind,
)  # fmt: skip
def test_what_holds_rows_or_other_objects_is_never_rebuilt_around_something(holder: DatabaseObject) -> None:
    f = function("f")
    needs = {holder.ref: [f.ref]}
    before, after = catalog(f, holder, needs=needs), catalog(replace(f, returns="text"), holder, needs=needs)
    assert steps(before, after, FakeRules(replaced=frozenset({f.ref}))) == [
        "Drop function app.f()",
        "Create function app.f()",
    ]


def test_a_dropped_role_takes_nothing_with_it_that_it_owned() -> None:
    t, f = table("t", "a"), function("f")
    before = catalog(Role(name="old"), replace(t, owner="old"), replace(f, owner="old"))
    after = catalog(replace(t, owner="new"), replace(f, owner="new"))
    assert steps(before, after) == ["Alter function app.f()", "Alter table app.t", "Drop role old"]


def test_a_column_that_must_be_made_anew_takes_its_members_along() -> None:
    before = table("t", "a", "b", indexes=(index("i", "a", "b"),), uniques=(unique("u", "b"),))
    after = table("t", "a", column("b", "text"), indexes=before.indexes, uniques=before.uniques)
    plan = steps(catalog(before), catalog(after), FakeRules(replaced=frozenset({before.ref.child(Kind.COLUMN, "b")})))
    assert plan == [
        "DropConstraint app.t.u",
        "DropIndex app.t.i",
        "DropColumn app.t.b",
        "AddColumn app.t.b",
        "AddConstraint app.t.u",
        "CreateIndex app.t.i",
    ]


def test_a_column_made_anew_keeps_its_place() -> None:
    before, after = table("t", "a", "b", "c"), table("t", "a", column("b", "text"), "c")
    rules = FakeRules(replaced=frozenset({before.ref.child(Kind.COLUMN, "b")}))
    plan = planned_changes(difference(catalog(before), catalog(after)), rules)
    assert [change.previous for change in plan if isinstance(change, AddColumn)] == ["a"]


def test_an_index_that_lost_a_column_is_handled_once() -> None:
    before = table("t", "a", "b", indexes=(index("i", "a", "b"),))
    after = table("t", "a", indexes=(index("i", "a"),))
    expected = ["DropIndex app.t.i", "DropColumn app.t.b", "CreateIndex app.t.i"]
    assert steps(catalog(before), catalog(after)) == expected
    replaced = FakeRules(replaced=frozenset({before.ref.child(Kind.INDEX, "i")}))
    assert steps(catalog(before), catalog(after), replaced) == expected


def test_foreign_keys_of_others_are_taken_off_a_key_that_changes() -> None:
    a = table("a", "id", "n", primary_key=primary_key("pk", "id"))
    b = table("b", "a", foreign_keys=(foreign_key("fk", "a", "a"),))
    wider = replace(a, primary_key=primary_key("pk", "id", "n"), uniques=(unique("u", "id"),))
    rules = FakeRules(replaced=frozenset({a.ref.child(Kind.PRIMARY_KEY, "pk")}))
    plan = steps(catalog(a, b), catalog(wider, b), rules)
    assert plan[:2] == ["DropConstraint app.b.fk", "DropConstraint app.a.pk"]
    assert sorted(plan[2:4]) == ["AddConstraint app.a.pk", "AddConstraint app.a.u"]
    assert plan[4:] == ["AddConstraint app.b.fk"]


def test_what_was_never_declared_is_not_taken_out_of_the_way() -> None:
    a = table("a", "id", primary_key=primary_key("pk", "id"))
    theirs = table("theirs", "a", foreign_keys=(foreign_key("fk", "a", "a"),))
    rules = FakeRules(replaced=frozenset({a.ref.child(Kind.PRIMARY_KEY, "pk")}))
    changed = replace(a, primary_key=replace(primary_key("pk", "id"), comment="x"))
    plan = steps(
        catalog(a, theirs, view("v"), needs={view("v").ref: [a.ref]}), catalog(changed), rules, managed=nothing
    )
    assert plan == ["DropConstraint app.a.pk", "AddConstraint app.a.pk"]
    mine = table("t", "a", indexes=(index("theirs", "a"),))
    column_replaced = FakeRules(replaced=frozenset({mine.ref.child(Kind.COLUMN, "a")}))
    plan = steps(catalog(mine), catalog(table("t", column("a", "text"))), column_replaced, managed=nothing)
    assert plan == ["DropColumn app.t.a", "AddColumn app.t.a"]


def test_a_generated_column_is_made_anew_around_the_column_it_is_made_from() -> None:
    generated = column("g", generated=Generated(expression="a"))
    before, after = table("t", "a", generated), table("t", column("a", "bigint"), generated)
    a, g = (before.ref.child(Kind.COLUMN, name) for name in "ag")
    plan = steps(catalog(before, needs={g: [a]}), catalog(after, needs={g: [a]}), FakeRules(disturbed={a: DEPENDENTS}))
    assert plan == ["DropColumn app.t.g", "AlterColumn app.t.a", "AddColumn app.t.g"]


def test_a_generated_column_that_becomes_plain_keeps_its_values() -> None:
    before = table("t", "a", column("g", generated=Generated(expression="a")))
    after = table("t", column("a", "bigint"), "g")
    a, g = (before.ref.child(Kind.COLUMN, name) for name in "ag")
    plan = steps(catalog(before, needs={g: [a]}), catalog(after), FakeRules(disturbed={a: DEPENDENTS}))
    assert sorted(plan) == ["AlterColumn app.t.a", "AlterColumn app.t.g"]


def test_a_table_that_must_be_made_anew_comes_back_with_everything() -> None:
    before = table("t", "id", primary_key=primary_key("pk", "id"), indexes=(index("i", "id"),))
    after = replace(before, comment="partitioned now", columns=(*before.columns, column("more")))
    child = table("child", "t", foreign_keys=(foreign_key("fk", "t", "t"),))
    rest = (child, trigger("tr", "t"))
    found = difference(catalog(before, *rest), catalog(after, *rest))
    plan = planned_changes(found, FakeRules(replaced=frozenset({before.ref})))
    assert [step(change) for change in plan] == [
        "DropConstraint app.child.fk",
        "Drop table app.t",
        "Create table app.t",
        "CreateIndex app.t.i",
        "AddConstraint app.child.fk",
        "Create trigger app.t.tr",
    ]
    assert created_tables(plan) == {before.ref}


def test_an_expression_index_comes_back_around_its_function() -> None:
    f = function("f")
    t = table("t", "a", indexes=(Index(name="i", parts=parts("a")),))
    m = view("m", materialized=True, indexes=(Index(name="j", parts=parts("a")),))
    needs = {t.ref.child(Kind.INDEX, "i"): [f.ref], Ref(Kind.INDEX, SCHEMA, "j", "m"): [f.ref]}
    changed = replace(f, returns="text")
    plan = steps(
        catalog(f, t, m, needs=needs), catalog(changed, t, m, needs=needs), FakeRules(replaced=frozenset({f.ref}))
    )
    assert plan[2:4] == ["Drop function app.f()", "Create function app.f()"]
    assert sorted(plan[:2] + plan[4:]) == [
        "CreateIndex app.m.j", "CreateIndex app.t.i", "DropIndex app.m.j", "DropIndex app.t.i",
    ]  # fmt: skip


def test_a_partition_goes_without_touching_the_key_of_its_parent() -> None:
    parent = table("p", "id", primary_key=primary_key("p_pkey", "id"))
    part = PartitionOf(schema=SCHEMA, table="p", bound="DEFAULT")
    child = table("p_1", "id", primary_key=primary_key("p_1_pkey", "id"), partition_of=part)
    needs = {parent.ref.child(Kind.PRIMARY_KEY, "p_pkey"): [child.ref.child(Kind.PRIMARY_KEY, "p_1_pkey")]}
    assert steps(catalog(parent, child, needs=needs), catalog(parent)) == ["Drop table app.p_1"]
