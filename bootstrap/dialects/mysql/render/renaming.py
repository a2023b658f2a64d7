"""RENAME COLUMN, together with what names the column in its table."""

from __future__ import annotations

from collections.abc import Iterator

from bootstrap.catalog.changes import RenameColumn
from bootstrap.catalog.ref import Kind
from bootstrap.catalog.tables import MySqlPartitioning
from bootstrap.dialects.mysql.keys import key_of
from bootstrap.dialects.mysql.render.expressions import mentions
from bootstrap.dialects.mysql.render.parts import (
    check_definition,
    column_definition,
    default_text,
    key_definition,
    partitioning_text,
)
from bootstrap.dialects.mysql.render.statements import Clause, Cost, Place, alter_table, note
from bootstrap.dialects.mysql.text import quote
from bootstrap.hazards import HazardKind
from bootstrap.plan.context import RenderContext
from bootstrap.plan.operations import AlterTable
from bootstrap.plan.server import Server
from bootstrap.plan.statement import Statement


def rename_columns(operation: AlterTable, context: RenderContext) -> list[Statement]:
    """The names alone; everything else stays as it is."""
    renames = [action for action in operation.actions if isinstance(action, RenameColumn)]
    clauses = [_renamed(change, context.server) for change in renames]
    names = [change.after.name for change in renames]
    if "renames_in_expressions" in context.server.capabilities:
        return alter_table(operation, clauses, context)
    clauses += _followers(operation, names, context.server)
    return alter_table(operation, [*clauses, *_partitions(operation, names)], context)


def _renamed(change: RenameColumn, server: Server) -> Clause:
    hazard = note(HazardKind.BREAKS_RUNNING_CODE, change.ref,
                  f"code that still says {change.before.name} fails from now on",
                  "add the new column, fill it by a step, and drop the old one a release later")  # fmt: skip
    if "rename_column" in server.capabilities:
        text = f"RENAME COLUMN {quote(change.before.name)} TO {quote(change.after.name)}"
    else:
        definition = column_definition(change.after, server, table_collation=None)
        text = f"CHANGE COLUMN {quote(change.before.name)} {definition}"
    return Clause(text=text, place=Place.COLUMN, cost=Cost.INSTANT, subject=change.ref, hazards=(hazard,))


def _followers(operation: AlterTable, names: list[str], server: Server) -> Iterator[Clause]:
    """What this server does not rewrite: it refuses the rename, unless the same ALTER says all of it again."""
    table = operation.after
    for check in table.checks:
        if _reads(check.expression, names):
            ref = operation.ref.child(Kind.CHECK, check.name)
            yield Clause(text=f"DROP CHECK {quote(check.name)}", place=Place.DROP, cost=Cost.INSTANT, subject=ref)
            cost = Cost.COPY if check.enforced else Cost.METADATA
            yield Clause(text=f"ADD {check_definition(check)}", place=Place.CONSTRAINT, cost=cost, subject=ref)
    for index in table.indexes:
        if any(_reads(part.expression, names) for part in index.parts):
            ref = operation.ref.child(Kind.INDEX, index.name)
            yield Clause(text=f"DROP INDEX {quote(index.name)}", place=Place.DROP, cost=Cost.INDEX, subject=ref)
            text = f"ADD {key_definition(key_of(index), server)}"
            yield Clause(text=text, place=Place.KEY, cost=Cost.INDEX, subject=ref)
    for column in table.columns:
        ref = operation.ref.child(Kind.COLUMN, column.name)
        if column.generated is not None and _reads(column.generated.expression, names):
            text = f"MODIFY COLUMN {column_definition(column, server, table_collation=None)}"
            yield Clause(text=text, place=Place.COLUMN, cost=Cost.COPY, subject=ref)
        elif column.default is not None and _reads(_expression(column.default, column.type, server), names):
            text = f"ALTER COLUMN {quote(column.name)} SET DEFAULT {default_text(column.default, column.type, server)}"
            yield Clause(text=text, place=Place.DEFAULT, cost=Cost.INSTANT, subject=ref)


def _expression(default: str, column_type: str, server: Server) -> str:
    """A default that may read columns; nothing of one that is a literal."""
    text = default_text(default, column_type, server)
    return text if text.startswith("(") else ""


def _partitions(operation: AlterTable, names: list[str]) -> Iterator[Clause]:
    """The partitions, where the rows are divided by the column."""
    found = operation.after.partitioning
    if found is not None and _reads(_division(found), names):
        yield Clause(text=partitioning_text(found), place=Place.PARTITIONS, cost=Cost.COPY, subject=operation.ref)


def _division(found: MySqlPartitioning) -> str:
    return f"{found.expression} {found.sub_expression or ''}"


def _reads(expression: str | None, names: list[str]) -> bool:
    return any(mentions(expression, name) for name in names)
