"""Partitions take their place beside others, and get other bounds."""

from __future__ import annotations

from bootstrap.catalog.tables import PartitionOf, Table
from bootstrap.dialects.base import RenderContext
from bootstrap.dialects.postgresql.names import qualified
from bootstrap.dialects.postgresql.render.regrouping import Regrouping, attach
from bootstrap.dialects.postgresql.render.statements import long_work, rows_of, statement
from bootstrap.hazards import HazardKind
from bootstrap.plan.statement import Hazard, Statement


def attached(table: Table, part: PartitionOf, context: RenderContext, *, creates: bool = False) -> Statement:
    """``ATTACH PARTITION``; its rows in the default partition are moved into it."""
    hazards = long_work(
        HazardKind.LONG_LOCK, table.ref, table.ref, context,
        f"attaching {table.ref} reads all its rows to prove that they belong there",
        "declare a check that says the same first: then nothing is read",
    )  # fmt: skip
    around = Regrouping(part, context)
    default = None if around.is_new else around.default
    if around.lets_wait():
        return statement(around.taken_in(table, part), table.ref, context, hazards=hazards)
    if default is None or default.ref == table.ref or rows_of(default.ref, context) == 0:
        return statement(attach(table, part), table.ref, context, creates=creates, hazards=hazards)
    moves = _moves(table, default, context)
    return statement(around.taken_in(table, part), table.ref, context, hazards=[*hazards, *moves])


def rebound(table: Table, part: PartitionOf, context: RenderContext) -> list[Statement]:
    """Other bounds for partitions of one table, all at once: rows move between them and the default partition, or wait
    for partitions that are still to come.
    """
    around = Regrouping(part, context)
    if table.ref != around.changed[0][0].ref:
        return []  # done with the first of them
    hazards = [
        hazard
        for item, _ in around.changed
        for hazard in long_work(
            HazardKind.LONG_LOCK, item.ref, item.ref, context,
            f"other bounds for {item.ref}: all its rows are read, and moved where they do not belong there any more",
            "do it in a quiet hour",
        )
    ]  # fmt: skip
    if around.default is not None:
        hazards += _moves(table, around.default, context)
    if around.default is None and len(around.changed) == 1 and not around.coming:
        detach = f"ALTER TABLE {around.name} DETACH PARTITION {qualified(table.schema, table.name)}"
        return [statement(f"{detach};\n{attach(table, part)}", table.ref, context, hazards=hazards)]
    return [statement(around.rebound(), table.ref, context, hazards=hazards)]


def _moves(table: Table, default: Table, context: RenderContext) -> list[Hazard]:
    return long_work(
        HazardKind.LONG_LOCK, table.ref, default.ref, context,
        f"rows of {default.ref} that belong to {table.ref} are moved there under an exclusive lock",
        "move them in batches in a step before",
    )  # fmt: skip
