"""What declared default privileges mean for declared objects: the same whether an object or they were created first."""

from __future__ import annotations

from collections.abc import Iterator

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.code import Routine, View
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import Grant
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import CompositeType, Domain, EnumType, RangeType, Schema, Sequence

_WORDS: dict[type, str] = {
    Table: "tables", View: "tables", Sequence: "sequences", Routine: "functions", EnumType: "types",
    CompositeType: "types", RangeType: "types", Domain: "types", Schema: "schemas",
}  # fmt: skip


def given_by_default(catalog: Catalog, account: str) -> Iterator[Grant]:
    """The privileges that the default privileges of a catalog give to its objects.

    Args:
        catalog: objects and default privileges.
        account: who an object without an owner belongs to.
    """
    for item in catalog.objects.values():
        owner = getattr(item, "owner", None) or account
        for on, word, schema in _places(item):
            for default in catalog.default_privileges:
                fits = default.object_kind == word and default.schema in ("", schema) and default.owner == owner
                if fits and default.grantee != owner:
                    yield Grant(
                        grantee=default.grantee, privilege=default.privilege, on=on, grantable=default.grantable,
                        revoked=default.revoked,
                    )  # fmt: skip


def _places(item: DatabaseObject) -> Iterator[tuple[Ref, str, str]]:
    """An object and the sequences that its columns make: identity, kind in ALTER DEFAULT PRIVILEGES, schema."""
    word = _WORDS.get(type(item))
    if word is None or item.ref == Ref(Kind.SCHEMA, "", "public"):  # public is the database's own
        return
    yield item.ref, word, item.ref.schema
    if isinstance(item, Table):
        for column in item.columns:
            if column.serial or (column.identity is not None and item.partition_of is None):  # else its parent's
                yield item.ref.child(Kind.SEQUENCE, column.name), "sequences", item.ref.schema
