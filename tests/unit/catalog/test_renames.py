"""Declared renames: data is kept, and what a server rewrites by itself is no further change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.changes import Rename, RenameColumn
from bootstrap.catalog.columns import Generated
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.renamed_texts import substitute_identifier
from bootstrap.catalog.renames import carry_declared
from bootstrap.catalog.security import Grant, Role
from bootstrap.catalog.tables import PartitionOf
from bootstrap.catalog.types import EnumType, Schema, Sequence
from tests.unit.building import (
    SCHEMA,
    catalog,
    check,
    column,
    difference,
    foreign_key,
    index,
    primary_key,
    step,
    table,
    trigger,
    view,
)


def changes(*args: object, **kwargs: object) -> list[str]:
    return [step(change) for change in difference(*args, **kwargs).changes]  # type: ignore[arg-type]  # passed through


def test_a_table_is_renamed_with_all_that_belongs_to_it() -> None:
    before = catalog(
        table("people", "id", primary_key=primary_key("pk", "id"), checks=(check("c", "(people.id > 0)"),)),
        table("orders", "id", "person", foreign_keys=(foreign_key("fk", "person", "people"),)),
        table("people_1", "id", partition_of=PartitionOf(schema=SCHEMA, table="people", bound="DEFAULT")),
        Sequence(schema=SCHEMA, name="numbers", owned_by=(SCHEMA, "people", "id")),
        trigger("t", "people"),
        grants=[Grant(grantee="reader", privilege="SELECT", on=Ref(Kind.TABLE, SCHEMA, "people"))],
    )
    after = catalog(
        table("persons", "id", primary_key=primary_key("pk", "id"), checks=(check("c", "(persons.id > 0)"),),
              renamed_from="people"),
        table("orders", "id", "person", foreign_keys=(foreign_key("fk", "person", "persons"),)),
        table("people_1", "id", partition_of=PartitionOf(schema=SCHEMA, table="persons", bound="DEFAULT")),
        Sequence(schema=SCHEMA, name="numbers", owned_by=(SCHEMA, "persons", "id")),
        trigger("t", "persons"),
        grants=[Grant(grantee="reader", privilege="SELECT", on=Ref(Kind.TABLE, SCHEMA, "persons"))],
    )  # fmt: skip
    assert changes(before, after) == ["Rename table app.persons"]


def test_a_column_is_renamed_wherever_it_is_named() -> None:
    before = catalog(
        table("t", "id", "a", column("twice", generated=Generated(expression="(a * 2)")),
              checks=(check("c", "((a > 0) AND ('a'::text <> ''::text))"),), indexes=(index("i", "a", include=("a",)),),
              primary_key=primary_key("pk", "a"), foreign_keys=(foreign_key("self", "a", "t", "a"),)),
        table("other", "x", foreign_keys=(foreign_key("fk", "x", "t", "a"),)),
        Sequence(schema=SCHEMA, name="numbers", owned_by=(SCHEMA, "t", "a")),
    )  # fmt: skip
    after = catalog(
        table("t", "id", column("b", renamed_from="a"), column("twice", generated=Generated(expression="(b * 2)")),
              checks=(check("c", "((b > 0) AND ('a'::text <> ''::text))"),), indexes=(index("i", "b", include=("b",)),),
              primary_key=primary_key("pk", "b"), foreign_keys=(foreign_key("self", "b", "t", "b"),)),
        table("other", "x", foreign_keys=(foreign_key("fk", "x", "t", "b"),)),
        Sequence(schema=SCHEMA, name="numbers", owned_by=(SCHEMA, "t", "b")),
    )  # fmt: skip
    assert changes(before, after) == ["RenameColumn app.t.b"]


def test_privileges_go_along_with_columns_and_their_sequences() -> None:
    def with_column(table_name: str, name: str, **renamed: str) -> Catalog:
        owner = table(table_name, column(name, serial=True, **renamed))
        own_sequence = owner.ref.child(Kind.SEQUENCE, name)
        given = [
            Grant(grantee="reader", privilege="SELECT", on=owner.ref, column=name),
            Grant(grantee="writer", privilege="USAGE", on=own_sequence),
        ]
        return catalog(owner, grants=given)

    assert changes(with_column("t", "a"), with_column("t", "b", renamed_from="a")) == ["RenameColumn app.t.b"]


def test_a_renamed_column_of_a_renamed_table_that_changes_its_type() -> None:
    before = catalog(table("t", "a"))
    after = catalog(table("u", column("b", "bigint", renamed_from="a"), renamed_from="t"))
    assert changes(before, after) == ["Rename table app.u", "RenameColumn app.u.b", "AlterColumn app.u.b"]


def test_a_rename_that_was_done_is_no_change() -> None:
    live = catalog(table("new", "b"))
    assert changes(live, catalog(table("new", column("b", renamed_from="a"), renamed_from="old"))) == []


def test_without_the_old_name_the_object_is_created() -> None:
    assert changes(catalog(), catalog(table("new", "b", renamed_from="old"))) == ["Create table app.new"]


def test_types_and_schemas_are_renamed() -> None:
    before = catalog(
        Schema(name="old"),
        EnumType(schema="old", name="e", labels=("x",)),
        replace(
            table("t", "id", foreign_keys=(replace(foreign_key("fk", "id", "t"), ref_schema="old"),)), schema="old"
        ),
    )
    after = catalog(
        Schema(name="new", renamed_from="old"),
        EnumType(schema="new", name="f", labels=("x",), renamed_from="e"),
        replace(
            table("t", "id", foreign_keys=(replace(foreign_key("fk", "id", "t"), ref_schema="new"),)), schema="new"
        ),
    )
    found = difference(before, after).changes
    assert [type(change) for change in found] == [Rename, Rename]


def test_the_name_is_substituted_only_where_the_server_knows_of_a_dependency() -> None:
    """A table called like some other table's column: that column keeps its name."""
    status, other = table("status", "id"), table("other", "status", checks=(check("c", "(status > 0)"),))
    using = view("v", "SELECT id FROM status")
    needs = {using.ref: [status.ref]}
    after = catalog(
        table("state", "id", renamed_from="status"), other, replace(using, definition="SELECT id FROM state")
    )
    assert changes(catalog(status, other, using, needs=needs), after) == ["Rename table app.state"]


def test_views_keep_their_text_where_the_server_does_not_follow() -> None:
    using = view("v", "select a from t")
    before = catalog(table("t", "a"), using)
    after = catalog(table("t", column("b", renamed_from="a")), replace(using, definition="select b from t"))
    assert changes(before, after, follows_renames=False) == ["RenameColumn app.t.b", "Alter view app.v"]


def test_a_rename_carries_what_the_changes_start_from() -> None:
    found = difference(catalog(table("t", "a", "c")), catalog(table("t", column("b", renamed_from="a"))))
    rename, drop = found.changes
    assert isinstance(rename, RenameColumn)
    assert (rename.before.name, rename.after.name) == ("a", "b")
    assert step(drop) == "DropColumn app.t.c"
    assert [item.name for item in found.current.table(Ref(Kind.TABLE, SCHEMA, "t")).columns] == ["b", "c"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b", "z + b"),
        ("'a' || a", "'a' || z"),
        ("'it''s a' = a", "'it''s a' = z"),
        ('"a".a1', '"z".a1'),
        ("`a` + ab", "`z` + ab"),
        ("café(a)", "café(z)"),
    ],
)
def test_substitution_leaves_literals_and_longer_names_alone(text: str, expected: str) -> None:
    assert substitute_identifier(text, "a", "z") == expected


def test_hints_survive_the_normalisation() -> None:
    declared = catalog(
        table(
            "t", column("a", "int", renamed_from="z"), indexes=(index("i", "a", renamed_from="j"),), renamed_from="u"
        ),
        EnumType(schema=SCHEMA, name="e", labels=("x",), renamed_labels=(("x", "y"),)),
    )
    printed = catalog(table("t", "a", indexes=(index("i", "a"),)), EnumType(schema=SCHEMA, name="e", labels=("x",)))
    carried = carry_declared(declared, printed)
    found = carried.table(Ref(Kind.TABLE, SCHEMA, "t"))
    assert (found.renamed_from, found.columns[0].renamed_from, found.indexes[0].renamed_from) == ("u", "z", "j")
    assert found.columns[0].type == "integer"
    enum = carried.objects[Ref(Kind.ENUM, SCHEMA, "e")]
    assert isinstance(enum, EnumType)
    assert enum.renamed_labels == (("x", "y"),)


def test_hints_are_carried_over_to_what_the_server_printed_and_attributes_of_roles_are_none() -> None:
    declared = catalog(
        table("t", column("a", renamed_from="b"), renamed_from="s"),
        Role(name="app", attributes=(("login", "true"),), password_secret="env:APP"),
    )
    printed = catalog(table("t", column("a", "bigint")), Role(name="app", attributes=(("login", "true"),)))
    carried = carry_declared(declared, printed)
    t = carried.table(Ref(Kind.TABLE, SCHEMA, "t"))
    assert (t.renamed_from, t.columns[0].renamed_from, t.columns[0].type) == ("s", "b", "bigint")
    assert carried.of(Role)[0].password_secret == "env:APP"
