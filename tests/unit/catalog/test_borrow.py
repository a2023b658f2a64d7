"""What a declaration of a part takes from the rest of the database."""

from __future__ import annotations

from bootstrap.catalog.borrow import borrowed
from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.code import View
from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import Check, ForeignKey, KeyConstraint
from bootstrap.catalog.indexes import Index, IndexPart
from bootstrap.catalog.ref import Kind
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import EnumType, Extension, Schema

ID = (IndexPart(column="id"),)
STATE = EnumType(schema="shop", name="state", labels=("open",))
PARENT = Table(
    schema="shop",
    name="Parent Table",
    columns=(Column(name="id", type="integer", default="1"), Column(name="state", type="shop.state")),
    primary_key=KeyConstraint(kind=Kind.PRIMARY_KEY, columns=ID),
    foreign_keys=(ForeignKey(columns=("id",), ref_schema="shop", ref_table="other", ref_columns=("id",)),),
    checks=(Check(name="c", expression="other_function(id)"),),
    indexes=(
        Index(name="plain", parts=ID, unique=True),
        Index(name="partial", parts=ID, unique=True, where="id > 0"),
        Index(name="computed", parts=(IndexPart(expression="abs(id)"),)),
    ),
    owner="somebody",
)
OTHER = Table(schema="shop", name="other", columns=(Column(name="id", type="integer"),))
VIEW = View(schema="public", name="v", definition='SELECT id FROM shop."Parent Table"', owner="somebody")
SHOP, ELSEWHERE = Schema(name="shop"), Schema(name="elsewhere")


def catalog(*objects: DatabaseObject) -> Catalog:
    return Catalog(objects={item.ref: item for item in objects})


LIVE = catalog(STATE, PARENT, OTHER, VIEW, SHOP, ELSEWHERE)


def test_what_is_named_comes_with_what_it_needs_and_its_schema() -> None:
    found = borrowed(LIVE, Catalog(), ["CREATE VIEW w AS SELECT * FROM public.v"])
    assert set(found) == {VIEW.ref, PARENT.ref, STATE.ref, SHOP.ref}


def test_a_table_is_reduced_to_what_others_can_refer_to() -> None:
    table = borrowed(LIVE, Catalog(), ['REFERENCES shop."Parent Table" (id)'])[PARENT.ref]
    assert isinstance(table, Table)
    assert [column.type for column in table.columns] == ["integer", "shop.state"]
    assert table.columns[0].default is None
    assert table.primary_key == PARENT.primary_key
    assert [index.name for index in table.indexes] == ["plain"]
    assert (table.foreign_keys, table.checks, table.owner) == ((), (), None)


def test_what_is_declared_is_not_borrowed() -> None:
    assert PARENT.ref not in borrowed(LIVE, catalog(PARENT), ['REFERENCES shop."Parent Table" (id)'])


def test_nothing_is_found_for_what_is_nowhere() -> None:
    assert borrowed(LIVE, Catalog(), ["REFERENCES missing (id)"]) == {}


def test_extensions_come_along_because_their_things_have_names_of_their_own() -> None:
    extension = Extension(name="uuid-ossp", schema="shop")
    live = catalog(extension, SHOP, ELSEWHERE)
    assert set(borrowed(live, Catalog(), ["DEFAULT uuid_generate_v4()"])) == {extension.ref, SHOP.ref}
