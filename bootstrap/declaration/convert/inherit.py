"""Columns and checks that partitions and child tables have from their parents: nobody writes them twice."""

from __future__ import annotations

from dataclasses import replace

from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import Check
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.declaration.convert.assembly import Assembly
from bootstrap.declaration.names import quote_lower, split_path
from bootstrap.sql.lexer import SqlTextError

_SERIAL = {
    "smallserial": "smallint", "serial2": "smallint", "serial": "integer", "serial4": "integer", "bigserial": "bigint",
    "serial8": "bigint",
}  # fmt: skip


def fill_inherited(assembly: Assembly) -> None:
    """Give every table what it inherits. A parent that is not declared gives nothing; a circle ends by itself."""
    done: set[Ref] = set()
    for ref in list(assembly.objects):
        if ref.kind is Kind.TABLE:
            _fill(ref, assembly, done)


def _fill(ref: Ref, assembly: Assembly, done: set[Ref]) -> None:
    table = assembly.objects.get(ref)
    if ref in done or not isinstance(table, Table):
        return
    done.add(ref)
    parents = parents_of(table)
    for parent in parents:
        _fill(parent, assembly, done)
    if parents and ref not in assembly.keeps_columns:
        found = [assembly.objects.get(parent) for parent in parents]
        assembly.objects[ref] = inherit(table, [item for item in found if isinstance(item, Table)])


def parents_of(table: Table) -> list[Ref]:
    """The tables that this one has columns from."""
    if table.partition_of:
        return [Ref(Kind.TABLE, table.partition_of.schema, table.partition_of.table)]
    found = []
    for text in table.inherits:
        try:
            parts = split_path(text)
        except SqlTextError:
            continue
        if len(parts) == 2:  # noqa: PLR2004  # schema and name
            found.append(Ref(Kind.TABLE, parts[0], parts[1]))
    return found


def inherit(table: Table, parents: list[Table]) -> Table:
    """The table with its parents' columns in front, where it does not have them itself, and their checks."""
    own = {column.name: column for column in table.columns}
    columns: dict[str, Column] = {}
    checks = {check.name: check for check in table.checks}
    for parent in parents:
        for column in parent.columns:
            mine = own.pop(column.name) if column.name in own else inherited_column(column, parent, table)
            columns.setdefault(column.name, mine)
        for check in parent.checks:
            if check.name and not check.no_inherit:
                checks.setdefault(check.name, inherited_check(check))
    merged = tuple(columns.values()) + tuple(own.values())
    return replace(table, columns=merged, checks=tuple(sorted(checks.values(), key=lambda check: check.name)))


def inherited_column(column: Column, parent: Table, table: Table) -> Column:
    """A column as a child has it: with the default, but without comment and settings. Only a partition has the
    identity too; of a serial column the child draws from the parent's sequence.
    """
    kind, default = column.type, column.default
    if kind.lower() in _SERIAL:
        kind = _SERIAL[kind.lower()]
        sequence = quote_lower(f"{parent.name}_{column.name}_seq").replace("'", "''")
        default = f"nextval('{quote_lower(parent.schema)}.{sequence}'::regclass)"
    return Column(
        name=column.name,
        type=kind,
        nullable=column.nullable,
        default=default,
        generated=column.generated,
        collation=column.collation,
        identity=column.identity if table.partition_of else None,
        compression=column.compression,
        storage=column.storage,
        inherited=True,
    )


def inherited_check(check: Check) -> Check:
    """A check as a child has it."""
    return replace(check, inherited=True, comment=None, renamed_from=None)
