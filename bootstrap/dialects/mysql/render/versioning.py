"""Periods of MariaDB: of system versioning, with columns of its own or with ones that nobody sees, and of the
application's own time.

The server lets neither the columns of a period nor the versioning come or go without the other: they share one ALTER.
"""

from __future__ import annotations

from bootstrap.catalog.columns import Column
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.base import RenderContext
from bootstrap.dialects.mysql.render.parts import application_period, column_definition, period
from bootstrap.dialects.mysql.render.statements import Cost, alter, data_loss
from bootstrap.dialects.mysql.text import quote
from bootstrap.plan.statement import Statement

_START, _END = "ROW START", "ROW END"


def is_row_column(column: Column) -> bool:
    """Whether the column is one end of the period of system time."""
    return column.generated is not None and column.generated.expression in (_START, _END)


def row_columns(table: Table) -> list[Column]:
    """Both ends of the period, where they are columns that were named."""
    return [column for column in table.columns if is_row_column(column)]


def begin(live: Table, wanted: Table, context: RenderContext, *, subject: Ref) -> list[Statement]:
    """ADD SYSTEM VERSIONING, with its columns where they are declared."""
    clauses = []
    if row_columns(wanted) != row_columns(live):
        names = [column.name for column in wanted.columns]
        for column in row_columns(wanted):
            previous = names[names.index(column.name) - 1] if names[0] != column.name else ""
            stays = live.column(previous) and live.ref.child(Kind.COLUMN, previous) not in context.dropped
            known = stays or previous in (other.name for other in row_columns(wanted))
            place = f" AFTER {quote(previous)}" if known else ("" if previous else " FIRST")
            clauses.append(f"ADD COLUMN {column_definition(column, context.server, table_collation=None)}{place}")
        system_time = period(wanted.columns)
        clauses += [f"ADD {system_time}"] if system_time else []
    clauses.append("ADD SYSTEM VERSIONING")
    statements = [alter(wanted, clauses, context, subject=subject, cost=Cost.COPY)]
    outside = [column for column in wanted.columns if column.without_system_versioning and live.column(column.name)]
    if outside:
        definitions = [column_definition(column, context.server, table_collation=None) for column in outside]
        clauses = [f"MODIFY COLUMN {definition}" for definition in definitions]
        statements.append(alter(wanted, clauses, context, subject=subject, cost=Cost.COPY))
    return statements


def end(live: Table, context: RenderContext, *, subject: Ref) -> list[Statement]:
    """DROP SYSTEM VERSIONING, with the columns of its period."""
    clauses = ["DROP SYSTEM VERSIONING", *(f"DROP COLUMN {quote(column.name)}" for column in row_columns(live))]
    hazard = data_loss(live.ref, "the history of all rows is dropped")
    return [alter(live, clauses, context, subject=subject, cost=Cost.COPY, hazards=[hazard])]


def another_period(live: Table, wanted: Table, context: RenderContext, *, subject: Ref) -> list[Statement]:
    """From one form of versioning to the other."""
    return end(live, context, subject=subject) + begin(live, wanted, context, subject=subject)


def old_period_first(live: Table, wanted: Table, column: str) -> list[str]:
    """DROP PERIOD, where it holds a column that changes and is not wanted any more as it is."""
    period = live.period
    if period is None or period == wanted.period or column not in (period.start, period.end):
        return []
    return [f"DROP PERIOD IF EXISTS FOR {quote(period.name)}"]


def end_with_start(live: Table, wanted: Table) -> tuple[str, str] | None:
    """Both ends of the period, where they change their type: one type at all times, so in one ALTER (4153)."""
    if wanted.period is None:
        return None
    ends = (wanted.period.start, wanted.period.end)
    pairs = [(live.column(name), wanted.column(name)) for name in ends]
    changed = all(old is not None and new is not None and old.type != new.type for old, new in pairs)
    return ends if changed else None


def new_period_first(live: Table, wanted: Table, context: RenderContext) -> list[str]:
    """ADD PERIOD, before the key that needs it."""
    if wanted.period is None or live.period == wanted.period:
        return []
    text = application_period(wanted.period, context.server)
    return [f"ADD {text.replace('PERIOD FOR', 'PERIOD IF NOT EXISTS FOR', 1)}"]


def new_period_after(live: Table, wanted: Table, column: str, context: RenderContext) -> list[str]:
    """ADD PERIOD together with the last of its columns that is new."""
    missing = _missing_ends(live, wanted)
    return new_period_first(live, wanted, context) if missing and missing[-1] == column else []


def _missing_ends(live: Table, wanted: Table) -> list[str]:
    ends = (wanted.period.start, wanted.period.end) if wanted.period else ()
    return [column.name for column in wanted.columns if column.name in ends and live.column(column.name) is None]


def change_period(live: Table, wanted: Table, context: RenderContext, *, subject: Ref) -> list[Statement]:
    """The period of the application's own time; keys over it are made anew around this."""
    clauses = []
    if live.period is not None:
        clauses.append(f"DROP PERIOD IF EXISTS FOR {quote(live.period.name)}")
    if not _missing_ends(live, wanted):
        clauses += new_period_first(live, wanted, context)
    return [alter(wanted, clauses, context, subject=subject, cost=Cost.COPY)] if clauses else []
