"""Changes of one table become one operation, unless something else has to come in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.constraints import ForeignKey
from bootstrap.catalog.ref import Kind
from bootstrap.catalog.tables import Table
from bootstrap.dialects.mysql.rules import MySqlRules
from bootstrap.plan.operations import AlterTable, changes_of
from bootstrap.plan.planner import operation_groups, planned_groups
from tests.unit.building import (
    catalog,
    check,
    column,
    difference,
    foreign_key,
    index,
    primary_key,
    step,
    table,
    unique,
    view,
)

RULES = MySqlRules()


def operations(before: Catalog, after: Catalog) -> list[Sequence[str]]:
    """The operations of a plan, each as the changes that it carries out."""
    found = difference(before, after, inline_indexes=True, follows_renames=False)
    planned = [one for group in operation_groups(found, planned_groups(found, RULES), RULES) for one in group]
    last = {operation.ref: operation.after for operation in planned if isinstance(operation, AlterTable)}
    assert all(found.desired.objects[ref] == table for ref, table in last.items())
    return [[step(change) for change in changes_of(operation)] for operation in planned]


def key(name: str, source: str, target: str) -> ForeignKey:
    return replace(foreign_key(name, source, target), ref_schema="")


def mysql(name: str, *columns: object, **parts: object) -> Table:
    return table(name, *columns, schema="", primary_key=primary_key("PRIMARY", "id"), **parts)  # type: ignore[arg-type]  # columns


def test_columns_keys_and_checks_of_one_table_are_one_operation() -> None:
    before = mysql("t", "id", "a", "gone", indexes=(index("t_gone", "gone"),))
    after = mysql("t", "id", column("a", "bigint"), "new", uniques=(unique("t_new", "new"),), checks=(check("c", "a"),))
    assert operations(catalog(before), catalog(after)) == [
        ["DropIndex t.t_gone", "AddColumn t.new", "AlterColumn t.a", "DropColumn t.gone",
         "AddConstraint t.t_new", "AddConstraint t.c"]
    ]  # fmt: skip


def test_a_view_on_a_column_that_goes_is_recreated_around_the_one_operation() -> None:
    old, new = mysql("t", "id", "a"), mysql("t", "id", "b", "c")
    seen, wanted = replace(view("v", "a"), schema=""), replace(view("v", "b"), schema="")
    before = catalog(old, seen, needs={seen.ref: {old.ref, old.ref.child(Kind.COLUMN, "a")}})
    after = catalog(new, wanted, needs={wanted.ref: {new.ref, new.ref.child(Kind.COLUMN, "b")}})
    assert operations(before, after) == [
        ["Drop view v"],
        ["AddColumn t.b", "AddColumn t.c", "DropColumn t.a"],
        ["Create view v"],
    ]


def test_foreign_keys_go_alone_only_where_two_tables_wait_for_each_other() -> None:
    before = catalog(
        mysql("a", "id", "b_id", foreign_keys=(key("a_b", "b_id", "b"),)),
        mysql("b", "id", "a_id", foreign_keys=(key("b_a", "a_id", "a"),)),
    )
    big = column("id", "bigint")
    after = catalog(mysql("a", big, column("b_id", "bigint")), mysql("b", big, column("a_id", "bigint")))
    assert operations(before, after) == [
        ["DropConstraint b.b_a"],
        ["DropConstraint a.a_b", "AlterColumn a.id", "AlterColumn a.b_id"],
        ["AlterColumn b.id", "AlterColumn b.a_id"],
    ]


def test_a_foreign_key_of_the_same_name_comes_in_an_operation_of_its_own() -> None:
    target = mysql("p", "id")
    before = mysql("t", "id", "p_id", foreign_keys=(key("f", "p_id", "p"),))
    after = replace(before, foreign_keys=(replace(before.foreign_keys[0], on_delete="CASCADE"),))
    assert operations(catalog(target, before), catalog(target, after)) == [
        ["DropConstraint t.f"],
        ["AddConstraint t.f"],
    ]
    other = replace(before, foreign_keys=(replace(before.foreign_keys[0], name="g", on_delete="CASCADE"),))
    assert operations(catalog(target, before), catalog(target, other)) == [["DropConstraint t.f", "AddConstraint t.g"]]
