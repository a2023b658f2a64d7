"""Which changes of one table PostgreSQL takes in one ALTER TABLE.

Seen on a server, and read in its source: whatever their order in the statement, it drops first, then changes types,
adds columns, adds constraints, sets attributes, and does the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bootstrap.catalog.changes import AddColumn, AddConstraint, Alter, AlterColumn, Change, DropColumn, DropConstraint
from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import Check
from bootstrap.catalog.ref import Kind
from bootstrap.catalog.tables import Table
from bootstrap.dialects.postgresql.every_value import fills_every_row
from bootstrap.dialects.postgresql.render.casts import rewrites

# The server's own order.
_PLACES: dict[type, int] = {DropConstraint: 0, DropColumn: 0, AlterColumn: 1, AddColumn: 2, AddConstraint: 3, Alter: 4}


class PostgresJoining:
    """Implements ``bootstrap.plan.rules.Joining``."""

    def joins(self, change: Change, actions: Sequence[Change]) -> bool:  # noqa: ARG002  # with whichever others
        """Whether a change is an action of a plain table that waits for nothing but its turn."""
        match change:
            case AddColumn(table=table, after=column):
                return _is_plain(table) and not column.backfill
            case DropColumn(table=table):
                return _is_plain(table)
            case AlterColumn(table=table, before=before, after=after):
                return _is_plain(table) and _is_of_actions(before, after)
            case AddConstraint(table=table, after=constraint):
                return _is_plain(table) and isinstance(constraint, Check)
            case DropConstraint(table=table, before=constraint):
                return _is_plain(table) and constraint.kind is not Kind.FOREIGN_KEY  # that locks two tables
            case Alter(before=Table() as before_table, after=Table() as after_table):
                return _is_plain(after_table) and _is_of_storage(before_table, after_table)
            case _:
                return False

    def keeps_order(self, first: Change, then: Change) -> bool:
        """Whether the server does the first one before the other, or as early and in the order of the statement."""
        return _PLACES[type(first)] <= _PLACES[type(then)]

    def rewrites(self, change: Change) -> bool:
        """Whether the server goes over all rows of the table for a change."""
        match change:
            case AddColumn(after=column):
                return fills_every_row(column)
            case AlterColumn(before=before, after=after):
                return rewrites(before.type, after.type)
            case Alter(before=Table() as old, after=Table() as new):
                return (old.unlogged, old.access_method) != (new.unlogged, new.access_method)
            case _:
                return False

    def may_stand_apart(self, change: Change) -> bool:  # noqa: ARG002  # every one of them
        """Each may be a statement of its own."""
        return True


def _is_plain(table: Table) -> bool:
    """Whether a table has no parent, no type and no partitions: what these have changes with them."""
    return not (table.partition_by or table.partition_of or table.inherits or table.of_type)


def _is_of_actions(before: Column, after: Column) -> bool:
    """Whether a column changes by actions of ALTER TABLE alone, which read no other column."""
    if after.backfill or after.using:
        return False
    numbering = ((item.serial, item.identity, item.generated) for item in (before, after))
    one, other = numbering
    return one == other


def _is_of_storage(before: Table, after: Table) -> bool:
    moved = replace(
        before, options=after.options, unlogged=after.unlogged, access_method=after.access_method,
        tablespace=after.tablespace, comment=after.comment,
    )  # fmt: skip
    members = ("columns", "primary_key", "uniques", "foreign_keys", "checks", "exclusions", "indexes")
    return replace(moved, **{name: getattr(after, name) for name in members}) == after
