"""The live catalog: read in one round trip, put together here."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import Role
from bootstrap.dialects.base import Introspection, Scope, Unsupported
from bootstrap.dialects.postgresql.introspection.code import read_code
from bootstrap.dialects.postgresql.introspection.dependencies import (
    put_extension_members,
    read_dependencies,
    with_inheritance,
)
from bootstrap.dialects.postgresql.introspection.reader import Names, Rows, read_rows
from bootstrap.dialects.postgresql.introspection.replication import read_publications
from bootstrap.dialects.postgresql.introspection.security import read_default_privileges, read_grants, read_roles
from bootstrap.dialects.postgresql.introspection.tables import TableReader
from bootstrap.dialects.postgresql.introspection.types import read_types
from bootstrap.dialects.postgresql.session import PostgresSession

# Of the database itself, not of what is in it: an import names it and goes on.
_ONLY_NAMED = frozenset({"database setting", "setting of a role in this database", "comment of the database"})


def introspect(session: PostgresSession, scope: Scope) -> Introspection:
    """Read the live catalog."""
    rows = read_rows(session)
    names = Names(rows)
    tables = TableReader(rows, names)
    catalog = replace(_assemble(rows, names, tables), settings={"database": session.database})
    return Introspection(
        catalog=in_scope(catalog, scope), unsupported=_unsupported(rows, scope), borrowable=tuple(tables.foreign())
    )


def _assemble(rows: Rows, names: Names, tables: TableReader) -> Catalog:
    objects: dict[Ref, DatabaseObject] = {}

    def put(item: DatabaseObject) -> None:
        objects[item.ref] = item

    for role in read_roles(rows):
        put(role)
    for item in read_types(rows, names):
        put(item)
    for table in tables.tables():
        put(table)
    for sequence in tables.sequences():
        put(sequence)
    for item in read_code(rows, names, tables):
        put(item)
    for item in read_publications(rows, names):
        put(item)
    put_extension_members(rows, names)
    return Catalog(
        objects=objects,
        grants=read_grants(rows, names, tables.sequences_of_columns()),
        default_privileges=read_default_privileges(rows),
        dependencies=with_inheritance(read_dependencies(rows, names), objects),
    )


def _unsupported(rows: Rows, scope: Scope) -> tuple[Unsupported, ...]:
    found = (
        Unsupported(row["what"], row["name"], blocking=row["what"] not in _ONLY_NAMED) for row in rows["unsupported"]
    )
    return tuple(item for item in found if not _ignored({item.name, item.name.rpartition(".")[2]}, scope))


def in_scope(catalog: Catalog, scope: Scope) -> Catalog:
    """The part of a catalog that the scope names. Roles belong to the server: they are always in it."""
    if scope == Scope():
        return catalog
    objects = {ref: item for ref, item in catalog.objects.items() if isinstance(item, Role) or _chosen(ref, scope)}
    grants = frozenset(
        grant for grant in catalog.grants if grant.on is None or {grant.on, grant.on.owner} & objects.keys()
    )
    defaults = frozenset(item for item in catalog.default_privileges if _matches(item.schema, scope.schemas))
    return Catalog(
        objects=objects,
        grants=grants,
        default_privileges=defaults,
        dependencies=catalog.dependencies,
        settings=catalog.settings,
    )


def _chosen(ref: Ref, scope: Scope) -> bool:
    schema = ref.name if ref.kind is Kind.SCHEMA else ref.schema
    relation = ref.table or ref.name
    paths = {relation, f"{schema}.{relation}", ref.path}
    if _ignored({*paths, schema}, scope):
        return False
    if schema and not _matches(schema, scope.schemas):
        return False
    if scope.tables and (ref.kind is Kind.TABLE or ref.table):
        return any(fnmatchcase(path, pattern) for path in paths for pattern in scope.tables)
    return True


def _ignored(names: set[str], scope: Scope) -> bool:
    return any(fnmatchcase(name, pattern) for name in names for pattern in scope.ignore)


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return not patterns or not name or any(fnmatchcase(name, pattern) for pattern in patterns)
