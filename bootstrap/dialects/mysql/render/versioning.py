"""System versioning of MariaDB as clauses of an ALTER TABLE.

The server lets neither the columns of the period nor the versioning come or go without the other: they share one ALTER.
"""

from __future__ import annotations

from collections.abc import Iterator

from bootstrap.catalog.columns import Column
from bootstrap.catalog.tables import Table
from bootstrap.dialects.mysql.render.parts import column_definition, period
from bootstrap.dialects.mysql.render.statements import Clause, Cost, Place, data_loss
from bootstrap.dialects.mysql.text import quote
from bootstrap.plan.operations import AlterTable
from bootstrap.plan.server import Server
from bootstrap.plan.statement import Hazard

_START, _END = "ROW START", "ROW END"


def is_row_column(column: Column) -> bool:
    """Whether the column is one end of the period of system time."""
    return column.generated is not None and column.generated.expression in (_START, _END)


def row_columns(table: Table) -> list[Column]:
    """Both ends of the period, where they are columns that were named."""
    return [column for column in table.columns if is_row_column(column)]


def ends(operation: AlterTable) -> bool:
    """Whether the versioning ends, if only to begin again with other columns."""
    before, after = operation.before, operation.after
    return before.system_versioned and (not after.system_versioned or row_columns(before) != row_columns(after))


def begins(operation: AlterTable) -> bool:
    """Whether versioning begins, or begins again with other columns."""
    before, after = operation.before, operation.after
    return after.system_versioned and (not before.system_versioned or row_columns(before) != row_columns(after))


def end(operation: AlterTable) -> Iterator[Clause]:
    """DROP SYSTEM VERSIONING, with the columns of its period."""
    loss = data_loss(operation.ref, "the history of all rows is dropped")
    yield _clause("DROP SYSTEM VERSIONING", Place.DROP, operation, loss)
    for column in row_columns(operation.before):
        yield _clause(f"DROP COLUMN {quote(column.name)}", Place.DROP, operation)


def begin(operation: AlterTable) -> Iterator[Clause]:
    """ADD SYSTEM VERSIONING; the columns of its period, where they are declared, are added with the others."""
    system_time = period(operation.after.columns)
    if system_time:
        yield _clause(f"ADD {system_time}", Place.PERIOD, operation)
    yield _clause("ADD SYSTEM VERSIONING", Place.PERIOD, operation)


def left_out(operation: AlterTable, server: Server) -> Iterator[Clause]:
    """WITHOUT SYSTEM VERSIONING, which can be said only when the table is versioned."""
    for column in operation.after.columns:
        if column.without_system_versioning:
            definition = column_definition(column, server, table_collation=None)
            yield _clause(f"MODIFY COLUMN {definition}", Place.COLUMN, operation)


def _clause(text: str, place: Place, operation: AlterTable, *hazards: Hazard) -> Clause:
    return Clause(text=text, place=place, cost=Cost.COPY, subject=operation.ref, hazards=hazards)
