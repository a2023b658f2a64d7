"""Partitions take their place beside others, and get other bounds."""

from __future__ import annotations

from bootstrap.catalog.tables import PartitionOf, Table
from bootstrap.dialects.postgresql.names import qualified
from bootstrap.dialects.postgresql.render.regrouping import Regrouping, attach
from bootstrap.dialects.postgresql.render.statements import rows_of, statement
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Statement


def attached(table: Table, part: PartitionOf, context: RenderContext, *, creates: bool = False) -> Statement:
    """``ATTACH PARTITION``; its rows in the default partition are moved into it."""
    around = Regrouping(part, context)
    default = None if around.is_new else around.default
    if around.lets_wait():
        return statement(around.taken_in(table, part), table.ref, context)
    if default is None or default.ref == table.ref or _stays_empty(default, around, context):
        return statement(attach(table, part), table.ref, context, creates=creates)
    return statement(around.taken_in(table, part), table.ref, context)


def _stays_empty(default: Table, around: Regrouping, context: RenderContext) -> bool:
    """Whether the default partition has no rows, and gets none from partitions whose bounds change before."""
    return rows_of(default.ref, context) == 0 and not around.changed


def rebound(table: Table, part: PartitionOf, context: RenderContext) -> list[Statement]:
    """Other bounds for partitions of one table, all at once: rows move between them and the default partition, or wait
    for partitions that are still to come.
    """
    around = Regrouping(part, context)
    if table.ref != around.changed[0][0].ref:
        return []  # done with the first of them
    if around.default is None and len(around.changed) == 1 and not around.coming:
        detach = f"ALTER TABLE {around.name} DETACH PARTITION {qualified(table.schema, table.name)}"
        return [statement(f"{detach};\n{attach(table, part)}", table.ref, context)]
    return [statement(around.rebound(), table.ref, context)]
