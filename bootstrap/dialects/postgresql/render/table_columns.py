"""The columns inside of a CREATE TABLE: what a parent or a type says already is not said again."""

from __future__ import annotations

from dataclasses import replace

from bootstrap.catalog.columns import Column
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.postgresql.names import quote, split_qualified
from bootstrap.dialects.postgresql.render.columns import column_sql
from bootstrap.dialects.postgresql.render.defaults import default_clause
from bootstrap.dialects.postgresql.render.nullability import with_not_null_name
from bootstrap.plan.context import RenderContext


def column_clauses(table: Table, context: RenderContext) -> list[str]:
    """The columns of a new table, each as CREATE TABLE takes it; those that it only inherits are not among them."""
    if table.of_type:
        parts = [_typed_column(with_not_null_name(column, table, context)) for column in table.columns]
        return [part for part in parts if part]
    # From 17 on a partition takes its identity from the parent when it is attached.
    partitioned = table.partition_of is not None and "partitioned_identity" in context.server.capabilities
    return [
        column_sql(
            with_not_null_name(_merged(column, table, context), table, context), identity_sequence=not partitioned
        )
        for column in table.columns
        if not column.inherited or table.partition_of
    ]


def _merged(column: Column, table: Table, context: RenderContext) -> Column:
    """A column of a child's own that its parent has too takes over how it is generated: up to 15 it may not say so."""
    parents = (context.desired.objects.get(Ref(Kind.TABLE, *split_qualified(name))) for name in table.inherits)
    theirs = [parent.column(column.name) for parent in parents if isinstance(parent, Table)]
    same = any(one is not None and one.generated == column.generated for one in theirs)
    return replace(column, generated=None) if same else column


def _typed_column(column: Column) -> str:
    """A column of a typed table: only what the type does not say."""
    parts = []
    if column.default is not None:
        parts.append(default_clause(column.default))
    if not column.nullable:
        parts.append(f"CONSTRAINT {quote(column.not_null_name)} NOT NULL" if column.not_null_name else "NOT NULL")
    return f"{quote(column.name)} WITH OPTIONS {' '.join(parts)}" if parts else ""
