"""Who needs whom, from pg_depend."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from bootstrap.catalog.catalog import DatabaseObject
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.postgresql.introspection.reader import Names, Rows
from bootstrap.dialects.postgresql.names import split_qualified

_ATTACHED = frozenset({Kind.INDEX, Kind.PRIMARY_KEY, Kind.UNIQUE, Kind.EXCLUSION})


def put_extension_members(rows: Rows, names: Names) -> None:
    """Let everything that an extension made stand for the extension."""
    for row in rows["dependencies"]:
        if row["type"] == "e":
            extension = names.find("pg_extension", row["ref_id"])
            if extension is not None:
                names.put(row["class"], row["id"], extension)


def read_dependencies(rows: Rows, names: Names) -> Mapping[Ref, frozenset[Ref]]:
    """For each identity what it needs.

    Two edges of the server are turned round or left out, because they are none of order: an index of a partitioned
    table takes in the indexes of its partitions, so these come first; a sequence with OWNED BY outlives its column's
    default, so it comes before the column.
    """
    needs: dict[Ref, set[Ref]] = defaultdict(set)
    for row in rows["dependencies"]:
        if row["type"] == "e":
            continue
        one = names.find(row["class"], row["id"], row["number"])
        other = names.find(row["ref_class"], row["ref_id"], row["ref_number"])
        if one is None or other is None or one == other:
            continue
        if one.kind is Kind.SEQUENCE and other.kind in (Kind.COLUMN, Kind.TABLE):
            continue
        if one.kind in _ATTACHED and other.kind in _ATTACHED and row["type"] == "P":
            one, other = other, one
        needs[one].add(other)
    return {ref: frozenset(found) for ref, found in needs.items()}


def with_inheritance(
    needs: Mapping[Ref, frozenset[Ref]], objects: Mapping[Ref, DatabaseObject]
) -> Mapping[Ref, frozenset[Ref]]:
    """Columns and checks of partitions and child tables need those of their parents, which the server does not note."""
    found = {ref: set(wanted) for ref, wanted in needs.items()}
    for table in objects.values():
        for parent in _parents(table) if isinstance(table, Table) else ():
            above = objects.get(parent)
            if not isinstance(table, Table) or not isinstance(above, Table):
                continue
            for kind, mine, theirs in (
                (Kind.COLUMN, table.columns, above.columns), (Kind.CHECK, table.checks, above.checks)
            ):  # fmt: skip
                shared = {item.name for item in mine} & {item.name for item in theirs}
                for name in shared:
                    found.setdefault(table.ref.child(kind, name), set()).add(parent.child(kind, name))
    return {ref: frozenset(wanted) for ref, wanted in found.items()}


def _parents(table: Table) -> list[Ref]:
    names = [split_qualified(name) for name in table.inherits]
    if table.partition_of:
        names.append((table.partition_of.schema, table.partition_of.table))
    return [Ref(Kind.TABLE, schema, name) for schema, name in names]
