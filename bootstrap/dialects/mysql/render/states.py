"""A table on both sides of the plan, and what its columns have from it."""

from __future__ import annotations

from bootstrap.catalog.tables import Table
from bootstrap.dialects.base import RenderContext


def live_table(table: Table, context: RenderContext) -> Table:
    """The table as it is before this plan; the wanted one where it does not exist yet."""
    found = context.current.objects.get(table.ref)
    return found if isinstance(found, Table) else table


def wanted_table(table: Table, context: RenderContext) -> Table:
    """The table as it will be after this plan."""
    found = context.desired.objects.get(table.ref)
    return found if isinstance(found, Table) else table


def inherited_collation(table: Table, context: RenderContext) -> str | None:
    """The collation that a column need not say: only where the table has it before and after."""
    before, after = live_table(table, context).collation, wanted_table(table, context).collation
    return after if before == after else None
