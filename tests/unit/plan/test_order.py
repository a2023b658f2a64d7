"""The order of changes."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

from bootstrap.catalog.columns import Generated
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import Grant, Role
from bootstrap.catalog.types import Domain, EnumType, Extension, Schema, Sequence
from bootstrap.plan.order import order_changes
from tests.unit.building import (
    SCHEMA,
    FakeRules,
    catalog,
    column,
    difference,
    foreign_key,
    function,
    index,
    primary_key,
    steps,
    table,
    trigger,
    unique,
    view,
)


def assert_order(plan: list[str], *wanted: str) -> None:
    """These changes are in the plan, in this order."""
    assert [item for item in plan if item in wanted] == list(wanted)


def test_everything_exists_before_it_is_needed() -> None:
    orders = table("orders", "id", column("state", "app.state"), primary_key=primary_key("pk", "id"))
    names = view("a_view_that_sorts_first")
    after = catalog(
        names,
        orders,
        EnumType(schema=SCHEMA, name="state", labels=("x",)),
        Schema(name=SCHEMA, owner="owner"),
        Role(name="owner", member_of=("zz_group",)),
        Role(name="zz_group"),
        Extension(name="citext"),
        needs={
            orders.ref.child(Kind.COLUMN, "state"): [Ref(Kind.ENUM, SCHEMA, "state")],
            names.ref: [orders.ref.child(Kind.COLUMN, "id")],
        },
    )
    assert steps(catalog(), after) == [
        "Create role zz_group",
        "Create role owner",
        "Create schema app",
        "Create extension citext",
        "Create enum app.state",
        "Create table app.orders",
        "Create view app.a_view_that_sorts_first",
    ]


def test_the_reverse_for_drops() -> None:
    orders = table("orders", "id")
    lower, upper = view("z_lower"), view("a_upper")
    before = catalog(
        orders, lower, upper, Schema(name=SCHEMA), function("f"),
        trigger("t", "kept"), table("kept", "id"),
        needs={
            lower.ref: [orders.ref.child(Kind.COLUMN, "id")],
            upper.ref: [lower.ref],
            trigger("t", "kept").ref: [function("f").ref],
        },
    )  # fmt: skip
    plan = steps(before, catalog(table("kept", "id")))
    assert plan == [
        "Drop trigger app.kept.t",
        "Drop view app.a_upper",
        "Drop view app.z_lower",
        "Drop table app.orders",
        "Drop function app.f()",
        "Drop schema app",
    ]


def test_a_name_is_freed_before_it_is_taken() -> None:
    before = catalog(view("thing"), table("t", "a", indexes=(index("other", "a"),)))
    after = catalog(table("thing", "a"), view("other"), table("t", "a"))
    plan = steps(before, after)
    assert_order(plan, "Drop view app.thing", "Create table app.thing")
    assert_order(plan, "DropIndex app.t.other", "Create view app.other")


def test_a_name_freed_by_a_rename() -> None:
    before = catalog(table("t", "a"))
    after = catalog(table("archive", "a", renamed_from="t"), view("t"))
    assert steps(before, after) == ["Rename table app.archive", "Create view app.t"]


def test_a_trigger_that_moves_to_another_table_of_mysql() -> None:
    """There, triggers of all tables share one namespace, and the old one goes with its dropped table."""
    before = catalog(table("old", "a", schema=""), trigger("t", "old", schema=""))
    after = catalog(table("new", "a", schema=""), trigger("t", "new", schema=""))
    assert_order(steps(before, after), "Drop table old", "Create trigger new.t")


def test_foreign_keys_come_after_all_tables_and_keys() -> None:
    a = table("a", "id", "b", primary_key=primary_key("pk_a", "id"), foreign_keys=(foreign_key("to_b", "b", "b"),))
    b = table("b", "id", "a", uniques=(unique("u", "id"),), foreign_keys=(foreign_key("to_a", "a", "a"),))
    assert steps(catalog(), catalog(a, b)) == [
        "Create table app.a",
        "Create table app.b",
        "AddConstraint app.a.to_b",
        "AddConstraint app.b.to_a",
    ]


def test_a_cycle_of_foreign_keys_is_opened_before_the_tables_go() -> None:
    a = table("a", "id", "b", primary_key=primary_key("pk_a", "id"), foreign_keys=(foreign_key("to_b", "b", "b"),))
    b = table("b", "id", "a", primary_key=primary_key("pk_b", "id"), foreign_keys=(foreign_key("to_a", "a", "a"),))
    plan = steps(catalog(a, b), catalog(view("a")))
    assert set(plan[:2]) == {"DropConstraint app.a.to_b", "DropConstraint app.b.to_a"}
    assert set(plan[2:]) == {"Drop table app.a", "Drop table app.b", "Create view app.a"}
    assert_order(plan, "Drop table app.a", "Create view app.a")


def test_a_new_foreign_key_waits_until_the_key_that_goes_is_gone() -> None:
    """Else the server may tie it to that one, and then it could not go."""
    old = table("a", "id", primary_key=primary_key("pk", "id"), uniques=(unique("twin", "id"),))
    holder = table("held", "a", foreign_keys=(foreign_key("fk", "a", "a"),))
    child = table("child", "a", foreign_keys=(foreign_key("fk", "a", "a"),))
    plan = steps(catalog(old, holder), catalog(replace(old, uniques=()), child))
    assert_order(plan, "Drop table app.held", "DropConstraint app.a.twin", "AddConstraint app.child.fk")


def test_a_table_that_references_itself() -> None:
    tree = table(
        "tree", "id", "up", primary_key=primary_key("pk", "id"), foreign_keys=(foreign_key("fk", "up", "tree"),)
    )
    assert steps(catalog(), catalog(tree)) == ["Create table app.tree", "AddConstraint app.tree.fk"]
    assert steps(catalog(tree), catalog()) == ["Drop table app.tree"]


def test_a_cycle_breaks_inside_of_itself_and_nowhere_else() -> None:
    """Two functions that call each other; the view that uses one still waits for it."""
    f, g, user = function("f", atomic=True), function("g", atomic=True), view("a")
    after = catalog(f, g, user, needs={f.ref: [g.ref], g.ref: [f.ref], user.ref: [g.ref]})
    plan = steps(catalog(), after)
    assert_order(plan, *[step for step in plan if "function" in step], "Create view app.a")


def test_renames_come_first() -> None:
    before = catalog(table("old", "a", "gone", indexes=(index("i", "gone"),)), trigger("t", "old"))
    after = catalog(table("new", column("b", "bigint", renamed_from="a"), "c", renamed_from="old"))
    assert steps(before, after) == [
        "Rename table app.new",
        "Drop trigger app.new.t",
        "RenameColumn app.new.b",
        "DropIndex app.new.i",
        "AddColumn app.new.c",
        "AlterColumn app.new.b",
        "DropColumn app.new.gone",
    ]


def test_columns_are_added_one_behind_the_other() -> None:
    plan = steps(catalog(table("t", "x")), catalog(table("t", "d", "c", "b", "a", "x")))
    assert plan == [f"AddColumn app.t.{name}" for name in "dcba"]


def test_a_type_is_altered_before_the_column_that_uses_it_and_let_go_before_it_is_dropped() -> None:
    state = EnumType(schema=SCHEMA, name="state", labels=("x",))
    mail = Domain(schema=SCHEMA, name="mail", type="text")
    t, u = table("t", column("a", "app.mail")), table("t", column("a", "app.state"))
    a = t.ref.child(Kind.COLUMN, "a")
    before = catalog(t, state, mail, needs={a: [mail.ref]})
    after = catalog(u, replace(state, labels=("x", "y")), needs={a: [state.ref]})
    assert steps(before, after) == ["Alter enum app.state", "AlterColumn app.t.a", "Drop domain app.mail"]


def test_a_column_that_leaves_a_type_goes_before_the_type_is_altered() -> None:
    state = EnumType(schema=SCHEMA, name="state", labels=("x", "y"))
    t = table("t", column("a", "app.state"))
    before = catalog(t, state, needs={t.ref.child(Kind.COLUMN, "a"): [state.ref]})
    after = catalog(table("t", column("a", "text")), replace(state, labels=("x",)))
    assert steps(before, after) == ["AlterColumn app.t.a", "Alter enum app.state"]


def test_privileges_are_granted_when_all_is_there_and_revoked_with_no_need_for_the_dropped() -> None:
    t = table("t", "a")
    grant = Grant(grantee="reader", privilege="SELECT", on=t.ref, column="a")
    granted = catalog(t, Role(name="reader"), grants=[grant])
    assert steps(catalog(), granted) == [
        "Create role reader",
        "Create table app.t",
        "GrantPrivilege SELECT app.t reader",
    ]
    assert steps(granted, catalog(Role(name="reader"))) == ["Drop table app.t"]


def test_an_owned_sequence_goes_with_its_column() -> None:
    numbers = Sequence(schema=SCHEMA, name="numbers", owned_by=(SCHEMA, "t", "id"))
    t = table("t", column("id", default="nextval('app.numbers')"), "a")
    needs = {t.ref.child(Kind.COLUMN, "id"): [numbers.ref]}
    assert steps(catalog(t, numbers, needs=needs), catalog()) == ["Drop table app.t"]
    assert steps(catalog(t, numbers, needs=needs), catalog(table("t", "a"))) == ["DropColumn app.t.id"]
    kept = replace(numbers, owned_by=None)
    plan = steps(catalog(t, numbers, needs={**needs, numbers.ref: [t.ref.child(Kind.COLUMN, "id")]}), catalog(kept))
    assert plan == ["Alter sequence app.numbers", "Drop table app.t"]


def test_the_order_is_the_same_for_any_order_of_the_input() -> None:
    t = table("t", "id", column("g", generated=Generated(expression="id")), primary_key=primary_key("pk", "id"))
    after = catalog(t, view("v"), function("f"), Role(name="r"), needs={view("v").ref: [t.ref]})
    found = difference(catalog(table("x", "id")), after)
    rules = FakeRules()
    plans = {
        tuple(order_changes(list(some), found.current, found.desired, rules)) for some in permutations(found.changes)
    }
    assert len(plans) == 1


def test_inline_indexes_are_there_with_their_table() -> None:
    a = table("a", "id", "b", schema="", indexes=(index("i", "id"),))
    key = replace(foreign_key("fk", "a", "a"), ref_schema="")
    b = table("b", "id", "a", schema="", foreign_keys=(key,))
    assert steps(catalog(), catalog(a, b), FakeRules(inline_indexes=True)) == [
        "Create table a",
        "Create table b",
        "AddConstraint b.fk",
    ]
