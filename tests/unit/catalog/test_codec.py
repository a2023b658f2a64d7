"""Catalogs are written for the history and read again: equal, and what another version wrote is refused."""

from __future__ import annotations

import pytest

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.codec import CodecError, dumps, loads
from bootstrap.catalog.columns import Column, Generated, GeneratedKind, Identity, SequenceOptions
from bootstrap.catalog.origins import renamed, reverted
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import DefaultPrivilege, Grant
from tests.unit.building import catalog, column, table
from tests.unit.catalog.test_diff import OBJECTS

T = Ref(Kind.TABLE, "app", "t")


def full() -> Catalog:
    columns = (
        column("id"),
        Column(name="twice", type="int", generated=Generated(expression="id * 2", kind=GeneratedKind.VIRTUAL)),
        Column(
            name="n", type="int", identity=Identity(always=True, options=SequenceOptions(start=5)), options=(("a", ""),)
        ),
    )
    found = catalog(*OBJECTS, table("other", *columns))
    return Catalog(
        objects=found.objects,
        grants=frozenset({Grant(privilege="select", on=T, grantee="reader")}),
        default_privileges=frozenset({
            DefaultPrivilege(owner="o", schema="s", object_kind="tables", grantee="g", privilege="select")
        }),
        dependencies={T.child(Kind.COLUMN, "id"): frozenset({T, Ref(Kind.ENUM, "app", "ü")})},
        settings={"charset": "utf8mb4"},
    )  # fmt: skip


def test_what_is_written_is_read_again() -> None:
    before = full()
    after = loads(dumps(before))
    assert after == before
    assert after.dependencies == before.dependencies
    assert dumps(after) == dumps(before)


def test_equal_catalogs_are_written_alike() -> None:
    one = full()
    turned = Catalog(
        objects=dict(reversed(list(one.objects.items()))), grants=one.grants, default_privileges=one.default_privileges,
        dependencies=one.dependencies, settings=one.settings,
    )  # fmt: skip
    assert dumps(turned) == dumps(one)


@pytest.mark.parametrize(
    "text", ["", "{}", '{"": "Fable"}', '{"": "Column", "name": "a", "type": "b", "colour": 1}', '["stack", 1]', "[]"]
)
def test_what_another_version_wrote_is_refused(text: str) -> None:
    with pytest.raises(CodecError):
        loads(text)


def test_names_are_followed_through_renames() -> None:
    moved = Ref(Kind.TABLE, "app", "moved")
    renames = [(T, moved), (moved.child(Kind.COLUMN, "a"), moved.child(Kind.COLUMN, "b"))]
    assert renamed(T.child(Kind.COLUMN, "a"), renames) == moved.child(Kind.COLUMN, "b")
    assert renamed(moved.child(Kind.COLUMN, "b"), reverted(renames)) == T.child(Kind.COLUMN, "a")
    assert renamed(T.child(Kind.COLUMN, "c"), renames) == moved.child(Kind.COLUMN, "c")
