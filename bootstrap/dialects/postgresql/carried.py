"""Changes that another change of the plan carries out: they have hazards, and no statement."""

from __future__ import annotations

from bootstrap.catalog.changes import (
    AddConstraint,
    Change,
    Drop,
    DropColumn,
    DropConstraint,
    DropIndex,
    RenameColumn,
)
from bootstrap.catalog.constraints import Check, KeyConstraint
from bootstrap.catalog.tables import Table
from bootstrap.dialects.postgresql.family import goes_with_parent, is_detached, is_joining
from bootstrap.dialects.postgresql.rebuilt import is_converted, parent_is_converted
from bootstrap.dialects.postgresql.render.regrouping import is_awaited
from bootstrap.plan.context import RenderContext


def is_carried(change: Change, context: RenderContext) -> bool:
    """Whether a change is done by that of a parent table, of the index it belongs to, or of a table that is rebuilt."""
    match change:
        case Drop(before=Table() as table):  # its rows go to the table that is rebuilt, or that they wait for
            rebuilt = is_converted(table.ref, context) or parent_is_converted(table, context)
            return rebuilt or is_awaited(table, context)
        case DropColumn(table=table, before=column):
            return column.inherited and goes_with_parent(table.ref, column.name, context)
        case RenameColumn(before=column):
            return column.inherited
        case AddConstraint(table=table, after=Check(inherited=True)):
            return not is_joining(table.ref, context)
        case DropConstraint(table=table, before=Check(inherited=True) as check):
            return goes_with_parent(table.ref, check.name, context)
        case DropConstraint(table=table, before=KeyConstraint(parent=parent)) if parent is not None:
            return not is_detached(table.ref, context)
        case DropIndex(owner=owner, before=index) if index.parent is not None:
            return not is_detached(owner, context)
        case _:
            return False
