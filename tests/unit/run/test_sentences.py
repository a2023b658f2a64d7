from __future__ import annotations

from dataclasses import replace

import pytest

from bootstrap.catalog.changes import (
    AddColumn,
    AddConstraint,
    Alter,
    AlterColumn,
    AlterIndex,
    Change,
    Create,
    CreateIndex,
    Drop,
    DropColumn,
    GrantPrivilege,
    Rename,
    RevokePrivilege,
)
from bootstrap.catalog.code import View
from bootstrap.catalog.columns import Column, Generated
from bootstrap.catalog.constraints import ForeignKey
from bootstrap.catalog.indexes import Index, IndexPart
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import DefaultPrivilege, Grant
from bootstrap.catalog.tables import Table
from bootstrap.run.sentences import describe, describe_all, differing

STREAMS = Table(schema="public", name="streams")
CONTACTS = Table(name="contacts")
STATUS = Column(name="status", type="text")
VIEW = View(name="view", definition="")


@pytest.mark.parametrize(
    ("change", "sentences"),
    [
        (Create(CONTACTS), ["table contacts is missing"]),
        (Drop(CONTACTS), ["table contacts is there, but not declared"]),
        (Rename(Table(name="people"), CONTACTS), ["table contacts is still called people"]),
        (AddColumn(STREAMS, Column(name="live_started_at", type="timestamp")),
         ["column public.streams.live_started_at is missing"]),
        (DropColumn(STREAMS, STATUS), ["column public.streams.status is there, but not declared"]),
        (AlterColumn(STREAMS, STATUS, Column(name="status", type="varchar(20)", nullable=False, default="'new'")),
         ["column public.streams.status: type is text, declared varchar(20)",
          "column public.streams.status: nullable is yes, declared no",
          "column public.streams.status: default is none, declared 'new'"]),
        (AlterColumn(STREAMS, STATUS, Column(name="status", type="text", generated=Generated(expression="a || b"))),
         ["column public.streams.status: generated is none, declared a || b"]),
        (AddConstraint(CONTACTS, ForeignKey(name="fk", columns=("a",), ref_schema="", ref_table="b")),
         ["foreign key contacts.fk is missing"]),
        (CreateIndex(STREAMS.ref, Index(name="i", parts=(IndexPart(column="status"),))),
         ["index public.streams.i is missing"]),
        (Alter(CONTACTS, Table(name="contacts", comment="people", columns=(STATUS,))),
         ["table contacts: comment is none, declared people"]),
        (GrantPrivilege(Grant(grantee="app", privilege="SELECT", on=STREAMS.ref)),
         ["grant of SELECT on table public.streams to app is missing"]),
        (RevokePrivilege(Grant(grantee="app", privilege="UPDATE", on=STREAMS.ref, column="status", grantable=True)),
         ["grant of UPDATE (status) on table public.streams to app with grant option is there, but not declared"]),
        (GrantPrivilege(DefaultPrivilege(owner="me", schema="s", object_kind="tables", grantee="g", privilege="ALL")),
         ["default grant of ALL on tables of me in schema s to g is missing"]),
    ],
)  # fmt: skip
def test_a_difference_as_a_sentence(change: Change, sentences: list[str]) -> None:
    assert describe(change) == sentences


def test_what_differs_in_an_index() -> None:
    before = Index(name="i", parts=(IndexPart(column="a"),))
    after = Index(name="i", parts=(IndexPart(column="a"),), unique=True)
    assert describe(AlterIndex(STREAMS.ref, before, after)) == ["index public.streams.i: unique is no, declared yes"]


def test_what_belongs_to_a_missing_table_is_not_named_beside_it() -> None:
    index = CreateIndex(CONTACTS.ref, Index(name="i", parts=(IndexPart(column="a"),)))
    assert describe_all([Create(CONTACTS), index, index]) == ["table contacts is missing"]
    assert describe_all([index, index]) == ["index contacts.i is missing"]


def test_a_ref_is_named_with_its_kind() -> None:
    assert str(Ref(Kind.UNIQUE, "", "u", "t")) == "unique constraint t.u"


@pytest.mark.parametrize("end", ["", " and more", " and something else"])
def test_of_long_texts_the_place_where_they_differ_is_shown(end: str) -> None:
    same = "x" * 500
    [(_, one, other)] = differing(
        replace(VIEW, definition=f"{same} here{end}"), replace(VIEW, definition=f"{same} there")
    )
    assert "here" in one
    assert "there" in other
    assert max(len(one), len(other)) <= 202
    [(_, one, other)] = differing(replace(VIEW, definition=same), replace(VIEW, definition=f"{same} and more"))
    assert one != other
