"""Which tables the server reads by a query of its own to carry out a change.

It checks a foreign key, and fills a materialized view, by a query that runs as our account. Where a table forces its
policies on its owner, such a query is refused (sessions of ours have ``row_security = off``) or would see some of the
rows only: then the executor suspends that for the length of the transaction.
"""

from __future__ import annotations

from collections.abc import Iterator

from bootstrap.catalog.changes import AddConstraint, Alter, AlterColumn, AlterConstraint, Change, Create
from bootstrap.catalog.code import View
from bootstrap.catalog.constraints import ForeignKey
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.postgresql.names import split_qualified
from bootstrap.plan.context import RenderContext

_VIEWS = (Kind.VIEW, Kind.MATERIALIZED_VIEW)


def tables_read_by(change: Change, context: RenderContext) -> tuple[Ref, ...]:
    """Those of the tables that force their policies on their owner, now or after the plan."""
    forced = context.current.forced_row_security | context.desired.forced_row_security
    if not forced:
        return ()
    return tuple(sorted(forced & set(_read(change, context)), key=str))


def _read(change: Change, context: RenderContext) -> Iterator[Ref]:
    match change:
        case (
            AddConstraint(table=table, after=ForeignKey() as key)
            | AlterConstraint(table=table, after=ForeignKey() as key)
        ):
            yield _referenced(key)
            yield from _with_heirs(table.ref, context)
        case AlterColumn(table=table, before=before, after=after) if before.type != after.type:
            yield from _linked(table, context)  # the server checks the keys over the column again
        case Alter(before=Table(), after=Table() as table) if table.partition_of is not None:
            yield from _linked(table, context)  # a partition is checked against its parent's keys
        case Create(after=View(materialized=True) as view) | Alter(after=View(materialized=True) as view):
            yield from _under(view.ref, context)
        case _:
            pass


def _linked(table: Table, context: RenderContext) -> Iterator[Ref]:
    """The table and those below it, and what is at the other end of its foreign keys, in both directions."""
    mine = set(_with_heirs(table.ref, context))
    yield from mine
    for catalog in (context.current, context.desired):
        for other in catalog.of(Table):
            for key in other.foreign_keys:
                if other.ref in mine or _referenced(key) in mine:
                    yield from (other.ref, _referenced(key))


def _referenced(key: ForeignKey) -> Ref:
    return Ref(Kind.TABLE, key.ref_schema, key.ref_table)


def _with_heirs(table: Ref, context: RenderContext) -> Iterator[Ref]:
    """The table, its partitions and the tables that inherit from it, at every depth."""
    yield table
    name = (table.schema, table.name)
    for catalog in (context.current, context.desired):
        for item in catalog.of(Table):
            bound = item.partition_of
            if (bound is not None and (bound.schema, bound.table) == name) or name in map(
                split_qualified, item.inherits
            ):
                yield from _with_heirs(item.ref, context)


def _under(view: Ref, context: RenderContext) -> Iterator[Ref]:
    """The tables that a view reads, through whatever other views."""
    pending, seen = [view], {view}
    while pending:
        for need in context.desired.dependencies.get(pending.pop(), ()):
            found = need if need.kind in (*_VIEWS, Kind.TABLE) else need.owner
            if found is not None and found not in seen:
                seen.add(found)
                pending += [found] if found.kind in _VIEWS else []
                yield found
