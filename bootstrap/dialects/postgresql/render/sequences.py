"""Sequences that are objects of their own."""

from __future__ import annotations

from dataclasses import replace

from bootstrap.catalog.columns import SequenceOptions
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import Sequence
from bootstrap.dialects.postgresql.names import qualified
from bootstrap.dialects.postgresql.render import security
from bootstrap.dialects.postgresql.render.owned import given_to_column, serial_column_of
from bootstrap.dialects.postgresql.render.sequence_options import changed_options, narrows, options_sql, restarting
from bootstrap.dialects.postgresql.render.statements import (
    comment_change,
    owner_change,
    statement,
)
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Statement


def create_sequence(item: Sequence, context: RenderContext) -> list[Statement]:
    """``CREATE SEQUENCE``. OWNED BY follows with the table where that is not there yet."""
    existing = serial_column_of(context.current, item.schema, item.name)
    if existing is not None:  # made by a serial column that is one no longer: it stays and changes
        table, column = existing
        changed = changed_options(SequenceOptions(data_type=column.type), item.options, "bigint")
        made = [statement(f"ALTER SEQUENCE {qualified(item.schema, item.name)} {changed}", item.ref, context)]
        made = made if changed else []
        if item.owned_by != (table.schema, table.name, column.name):
            made += _let_go_or_owned(item, context)
        return made + comment_change(item.ref, None, item.comment, context)
    unlogged = "UNLOGGED " if item.unlogged else ""
    sql = f"CREATE {unlogged}SEQUENCE {qualified(item.schema, item.name)}{options_sql(item.options)}"
    made = [statement(sql, item.ref, context, creates=True)]
    made += owner_change(item.ref, None, item.owner, context)
    made += comment_change(item.ref, None, item.comment, context)
    return made + (owned(item, context) if _column_exists(item, context) else [])


def owned(item: Sequence, context: RenderContext) -> list[Statement]:
    """``OWNED BY``."""
    sql = f"ALTER SEQUENCE {qualified(item.schema, item.name)} OWNED BY NONE"
    if item.owned_by:
        schema, table, column = item.owned_by
        sql = given_to_column(item.ref, Ref(Kind.TABLE, schema, table), column, context)
    return [statement(sql, item.ref, context)]


def _let_go_or_owned(item: Sequence, context: RenderContext) -> list[Statement]:
    """``OWNED BY``, where a column that is not there yet gets it when it is made."""
    there = _column_exists(item, context)
    return owned(item if there else replace(item, owned_by=None), context)


def _column_exists(item: Sequence, context: RenderContext) -> bool:
    if not item.owned_by:
        return False
    schema, table, column = item.owned_by
    ref = Ref(Kind.TABLE, schema, table)
    found = context.current.objects.get(ref)
    return isinstance(found, Table) and ref not in context.created and found.column(column) is not None


def drop_sequence(item: Sequence, context: RenderContext) -> list[Statement]:
    """``DROP SEQUENCE``; one that a dropped column owned is gone already, one that becomes a serial's stays."""
    serial = serial_column_of(context.desired, item.schema, item.name)
    if serial is not None:
        table, column = serial
        bare = comment_change(item.ref, item.comment, None, context)
        return bare + _no_longer_given(item, table.ref.child(Kind.SEQUENCE, column.name), context)
    sql = f"DROP SEQUENCE IF EXISTS {qualified(item.schema, item.name)}"
    return [statement(sql, item.ref, context)]


def _no_longer_given(item: Sequence, column: Ref, context: RenderContext) -> list[Statement]:
    """Privileges on a sequence that a serial column does not have declared for its own."""
    declared = {(grant.grantee, grant.privilege) for grant in context.desired.grants if grant.on == column}
    grantees = {grantee for grantee, _ in declared}
    return [
        statement
        for grant in sorted(grant for grant in context.current.grants if grant.on == item.ref)
        if (grant.grantee, grant.privilege) not in declared and (context.exact or grant.grantee in grantees)
        for statement in security.revoke(grant, context)
    ]


def alter_sequence(before: Sequence, after: Sequence, context: RenderContext) -> list[Statement]:
    """``ALTER SEQUENCE``; the current value stays."""
    name = qualified(after.schema, after.name)
    made = []
    changed = changed_options(before.options, after.options, "bigint")
    if changed:
        bounds = narrows(before.options, after.options, "bigint")
        sql = restarting(name, f"ALTER SEQUENCE {name} {changed}", "RESTART", bounds)
        made.append(statement(sql, after.ref, context))
    if before.unlogged != after.unlogged:
        word = "UNLOGGED" if after.unlogged else "LOGGED"
        made.append(statement(f"ALTER SEQUENCE {name} SET {word}", after.ref, context))
    there = after.owned_by is None or _column_exists(after, context)
    if before.owned_by != after.owned_by and (there or before.owned_by is not None):
        made += _let_go_or_owned(after, context)
    if not after.owned_by:  # an owned sequence has its table's owner
        made += owner_change(after.ref, before.owner, after.owner, context)
    return made + comment_change(after.ref, before.comment, after.comment, context)
