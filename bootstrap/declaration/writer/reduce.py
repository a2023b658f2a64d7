"""A catalog without what the server says by itself: what a person would not have written.

What is left out here comes back by itself when the declaration is built on a server. The two catalogs mean the same.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import ForeignKey, KeyConstraint
from bootstrap.catalog.partition_keys import beside
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import Role
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import Schema
from bootstrap.sql.lexer import MYSQL

_SERIAL = {"smallint": "smallserial", "integer": "serial", "bigint": "bigserial"}
_BYTES = 63


def reduced(catalog: Catalog, engine: str, *, owner: str | None = None) -> Catalog:
    """The catalog as it is declared.

    Args:
        catalog: what a server printed.
        engine: postgresql or mysql.
        owner: who applies declarations: what belongs to that role has no owner written. Default: who owns the most.
    """
    owner = owner or _usual_owner(catalog)
    keys = _keys(catalog)
    told = frozenset(_parent(table) for table in catalog.of(Table) if beside(table)) - {None}
    catalog = _roles_without_hosts(catalog) if engine == MYSQL else catalog
    objects: dict[Ref, DatabaseObject] = {}
    for ref, item in catalog.objects.items():
        made: Any = item
        # Who applies the declaration owns what it makes; the schema public is there already.
        usual = "pg_database_owner" if ref == Ref(Kind.SCHEMA, "", "public") else owner
        if usual is not None and getattr(item, "owner", None) == usual:
            made = replace(made, owner=None)
        if isinstance(made, Table):
            made = _mysql_table(made, catalog) if engine == MYSQL else _postgresql_table(made, keys, told)
        elif engine == MYSQL and owner is not None and getattr(made, "definer", None) == owner:
            made = replace(made, definer=None)
        elif engine == MYSQL and isinstance(made, Role):
            made = _mysql_role(made)
        objects[ref] = made
    public = Schema(name="public")
    if objects.get(public.ref) == public and not any(grant.on == public.ref for grant in catalog.grants):
        del objects[public.ref]
    return replace(catalog, objects=objects)


def _usual_owner(catalog: Catalog) -> str | None:
    items: list[Any] = [item for item in catalog.objects.values() if not isinstance(item, Schema)]
    owners: Counter[str] = Counter(item.owner for item in items if getattr(item, "owner", None) is not None)
    return min(owners, key=lambda name: (-owners[name], name)) if owners else None


def _mysql_role(role: Role) -> Role:
    """Whether it may log in goes without saying: an account has a host, a role has none."""
    unsaid = ("login", "false" if "@" not in role.name else "true")
    return replace(role, attributes=tuple(attribute for attribute in role.attributes if attribute != unsaid))


def _roles_without_hosts(catalog: Catalog) -> Catalog:
    """MySQL gives a role the host ``%``, which nobody writes; a name without a host is a role on both vendors."""
    roles = [role.name for role in catalog.of(Role) if ("login", "false") in role.attributes]
    short = {name: name.removesuffix("@%") for name in roles if name.endswith("@%")}
    if not short:
        return catalog
    objects: dict[Ref, DatabaseObject] = {}
    for item in catalog.objects.values():
        made = item
        if isinstance(item, Role):
            members = tuple(short.get(name, name) for name in item.member_of)
            made = replace(item, name=short.get(item.name, item.name), member_of=members)
        objects[made.ref] = made
    grants = frozenset(replace(grant, grantee=short.get(grant.grantee, grant.grantee)) for grant in catalog.grants)
    return replace(catalog, objects=objects, grants=grants)


def _keys(catalog: Catalog) -> frozenset[tuple[Kind, str]]:
    """Primary keys and unique constraints by kind and qualified name. A partition's key may hang on a plain unique
    index of its parent: then the parent gives it nothing.
    """
    return frozenset(
        (item.kind, f"{table.schema}.{item.name}")
        for table in catalog.of(Table)
        for item in table.constraints
        if isinstance(item, KeyConstraint)
    )


def _from_key(key: KeyConstraint, keys: frozenset[tuple[Kind, str]]) -> bool:
    return key.parent is not None and (key.kind, key.parent.replace('"', "")) in keys


def _parent(table: Table) -> tuple[str, str] | None:
    return (table.partition_of.schema, table.partition_of.table) if table.partition_of else None


def _postgresql_table(
    table: Table, keys: frozenset[tuple[Kind, str]], told: frozenset[tuple[str, str] | None]
) -> Table:
    key = table.primary_key
    if _parent(table) in told:  # which key of a partition is its parent's must be said, of all partitions together
        return replace(
            table, columns=tuple(_serial(column) for column in table.columns), foreign_keys=_foreign_keys(table)
        )
    if key and key.name == f"{table.name}_pkey" and _fits(key.name):
        key = replace(key, name="")
    return replace(
        table,
        columns=tuple(_serial(column) for column in table.columns),
        primary_key=None if key and _attached(key, keys) else key,
        uniques=tuple(item for item in table.uniques if not _attached_unique(item, table, keys)),
        indexes=tuple(
            item
            for item in table.indexes
            if not (item.parent and item.name == _usual_index(table, item.parts, "idx") and _bare(item))
        ),
        foreign_keys=_foreign_keys(table),
    )


def _serial(column: Column) -> Column:
    if column.serial and column.type in _SERIAL:
        return replace(column, type=_SERIAL[column.type], default=None)
    return column


def _attached(key: KeyConstraint, keys: frozenset[tuple[Kind, str]]) -> bool:
    """A partition's copy of its parent's key, under the name that it gets by itself."""
    return _from_key(key, keys) and key.name == "" and key.comment is None


def _attached_unique(key: KeyConstraint, table: Table, keys: frozenset[tuple[Kind, str]]) -> bool:
    return _from_key(key, keys) and key.comment is None and key.name == _usual_index(table, key.columns, "key")


def _bare(index: Any) -> bool:
    return index.comment is None and index.valid and not index.clustered and not index.replica_identity


def _usual_index(table: Table, parts: Any, suffix: str) -> str | None:
    """The name that the server chooses for an index over plain columns."""
    if any(part.column is None for part in parts):
        return None
    name = "_".join([table.name, *(part.column for part in parts), suffix])
    return name if _fits(name) else None


def _fits(name: str) -> bool:
    return len(name.encode()) <= _BYTES


def _foreign_keys(table: Table) -> tuple[ForeignKey, ...]:
    """Keys under the name that the server chooses anyway are declared by their column."""
    found = []
    for key in table.foreign_keys:
        usual = "_".join([table.name, *key.columns, "fkey"])
        taken = any(other.name == key.columns[0] for other in table.foreign_keys)
        unnamed = not taken and len(key.columns) == 1 and key.name == usual and _fits(usual) and key.comment is None
        found.append(replace(key, name="") if unnamed else key)
    return tuple(sorted(found, key=lambda key: key.name))


def _mysql_table(table: Table, catalog: Catalog) -> Table:
    collation = table.collation or catalog.settings.get("collation")
    charset = table.charset or catalog.settings.get("charset")
    key = table.primary_key
    if key and key.name == "PRIMARY":
        key = replace(key, name="")
    same = table.collation is None or table.collation == catalog.settings.get("collation")
    return replace(
        table,
        columns=tuple(_mysql_column(column, charset, collation) for column in table.columns),
        primary_key=key,
        engine=None if table.engine == "InnoDB" else table.engine,
        charset=None if same or _implied(table.charset, table.collation) else table.charset,
        collation=None if same else table.collation,
    )


def _mysql_column(column: Column, charset: str | None, collation: str | None) -> Column:
    if column.collation is not None and column.collation == collation:
        return replace(column, charset=None, collation=None)
    if column.collation is None and column.charset is not None and column.charset == charset:
        return column
    return replace(column, charset=None) if _implied(column.charset, column.collation) else column


def _implied(charset: str | None, collation: str | None) -> bool:
    """Whether the collation says which character set it is of."""
    return charset is None or (collation is not None and collation.split("_", 1)[0] == charset)
