"""ADD, DROP, MODIFY and RENAME COLUMN as clauses of an ALTER TABLE."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace

from bootstrap.catalog.changes import AddColumn, AlterColumn, DropColumn
from bootstrap.catalog.columns import Column, GeneratedKind
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.dialects.mysql.render.conversions import conversion, text_conversion
from bootstrap.dialects.mysql.render.expressions import differs_by_row
from bootstrap.dialects.mysql.render.parts import column_definition, default_text, loses_default
from bootstrap.dialects.mysql.render.statements import Clause, Cost, Place, data_loss, note, plain
from bootstrap.dialects.mysql.render.unfilled import unfilled_new, unfilled_timestamp
from bootstrap.dialects.mysql.render.versioning import begins
from bootstrap.dialects.mysql.text import quote
from bootstrap.hazards import HazardKind
from bootstrap.plan.context import RenderContext
from bootstrap.plan.operations import AlterTable
from bootstrap.plan.server import Server
from bootstrap.plan.statement import Hazard, Statement

LEFTOVER_CHECK = "db_bootstrap_"  # the beginning of the name of a check that is there only between two statements

_LITERAL = re.compile(r"'|-?\d")
# Functions whose value another server would not repeat.
_RANDOM = re.compile(r"\b(uuid|uuid_short|rand|random_bytes)\s*\(", re.IGNORECASE)


def add_column(change: AddColumn, operation: AlterTable, context: RenderContext, *, placed: bool = True) -> Clause:
    """ADD COLUMN in its place, or as the last one."""
    column = change.after
    if fills_later(column, context.server):
        column = replace(column, default=None)
    column = replace(column, without_system_versioning=is_left_out(column, operation))
    place = _place(change) if placed else ""
    hazards = () if column.generated or operation.is_new else tuple(_hazards_of_adding(change, context))
    return Clause(
        text=f"ADD COLUMN {_definition(column, operation, context)}{place}",
        place=Place.COLUMN,
        cost=_cost_of_adding(column, context.server),
        subject=change.ref,
        hazards=hazards,
    )


def in_place(change: AddColumn, operation: AlterTable, context: RenderContext) -> Clause:
    """MODIFY COLUMN of a column that was added as the last one, without a demand: as it is declared, in its place."""
    text = f"MODIFY COLUMN {_definition(change.after, operation, context)}{_place(change)}"
    hazards = tuple(_hazards_of_adding(change, context))
    return Clause(text=text, place=Place.COLUMN, cost=Cost.REBUILD, subject=change.ref, hazards=hazards)


def _place(change: AddColumn) -> str:
    return f" AFTER {quote(change.previous)}" if change.previous else " FIRST"


def is_left_out(column: Column, operation: AlterTable) -> bool:
    """Whether WITHOUT SYSTEM VERSIONING can be said now: only of a table that is versioned already."""
    return column.without_system_versioning and operation.before.system_versioned and not begins(operation)


def _definition(column: Column, operation: AlterTable, context: RenderContext) -> str:
    """The column; what it has from its table need not be said where the table has it before and after."""
    before, after = operation.before.collation, operation.after.collation
    return column_definition(column, context.server, table_collation=after if before == after else None)


def fills_later(column: Column, server: Server) -> bool:
    """Whether the server refuses to fill the rows with the default (1674), so that the column gets it afterwards."""
    if column.default is None or "random_defaults" in server.capabilities:
        return False
    return _RANDOM.search(column.default) is not None


def later_default(change: AddColumn, context: RenderContext) -> Clause:
    """The default of a new column, where the server refuses to fill rows with it."""
    column = change.after
    hazard = note(HazardKind.BREAKS_RUNNING_CODE, change.ref,
                  "this server fills rows that exist with NULL, or the type's zero value, and not with the default",
                  "fill them by a step that runs after")  # fmt: skip
    default = default_text(column.default or "NULL", column.type, context.server)
    text = f"ALTER COLUMN {quote(column.name)} SET DEFAULT {default}"
    return Clause(text=text, place=Place.DEFAULT, cost=Cost.INSTANT, subject=change.ref, hazards=(hazard,))


def _cost_of_adding(column: Column, server: Server) -> Cost:
    if column.auto_increment:
        return Cost.SHARED
    if column.generated:
        return Cost.COPY if column.generated.kind is GeneratedKind.STORED else Cost.INSTANT
    if column.check is not None or differs_by_row(column.default, column.type, server):
        return Cost.COPY
    return Cost.INSTANT


def _hazards_of_adding(change: AddColumn, context: RenderContext) -> Iterator[Hazard]:
    column = change.after
    if column.nullable or column.default is not None or column.auto_increment:
        return
    yield note(HazardKind.BREAKS_RUNNING_CODE, change.ref,
               "not null without a default: code that does not know the column cannot insert any more",
               "give it a default, or make it nullable first")  # fmt: skip
    if not column.backfill:
        yield from unfilled_new(change.ref, change.table.ref, column, context)


def drop_column(change: DropColumn) -> Clause:
    """DROP COLUMN."""
    loss = data_loss(
        change.ref, "the column is dropped with all its values", "stop using it first, and drop it a release later"
    )
    return Clause(
        text=f"DROP COLUMN {quote(change.before.name)}",
        place=Place.DROP,
        cost=_cost_of_dropping(change.before),
        subject=change.ref,
        hazards=() if change.before.generated else (loss,),
    )


def _cost_of_dropping(column: Column) -> Cost:
    """What a virtual column held is nowhere in the rows."""
    stored = column.generated is not None and column.generated.kind is GeneratedKind.STORED
    return Cost.REBUILD if stored else Cost.INSTANT


def alter_column(change: AlterColumn, operation: AlterTable, context: RenderContext) -> Iterator[Clause]:
    """MODIFY COLUMN with the whole definition, for what is not said is lost."""
    before = change.before
    after = replace(change.after, without_system_versioning=is_left_out(change.after, operation))
    if before == after or (loses_default(after) and replace(before, options=after.options) == after):
        return
    found = conversion(before, after)
    yield Clause(
        text=f"MODIFY COLUMN {_definition(after, operation, context)}",
        place=Place.COLUMN,
        cost=max(found.cost, _cost_of_altering(before, after)),
        subject=change.ref,
        hazards=() if operation.is_new else tuple(_hazards_of_altering(change, after, found.loses, context)),
    )


def converts_as_text(change: AlterColumn) -> bool:
    """Whether values only pass as text: the column is one for a moment, and they are rewritten in it."""
    return bool(text_conversion(change.before.type, change.after.type))


def text_meanwhile(change: AlterColumn, context: RenderContext) -> Clause:
    """The column as text."""
    passing = replace(change.before, type="varchar(45)", default=None, on_update=None)
    definition = column_definition(passing, context.server, table_collation=None)
    return Clause(text=f"MODIFY COLUMN {definition}", place=Place.COLUMN, cost=Cost.COPY, subject=change.ref)


def rewrite_text(change: AlterColumn, operation: AlterTable, context: RenderContext) -> Statement:
    """Turn the values, which are text now, into what the new type takes."""
    name = quote(change.before.name)
    expression = text_conversion(change.before.type, change.after.type)
    untouched = [f"{quote(c.name)} = {quote(c.name)}" for c in operation.before.columns if c.on_update]
    assigned = ", ".join([f"{name} = {expression.format(name)}", *untouched])
    hazard = note(HazardKind.BREAKS_RUNNING_CODE, change.ref, "the values are rewritten: triggers of the table run")
    sql = f"UPDATE {quote(operation.after.name)} SET {assigned} WHERE {name} IS NOT NULL"
    return plain(sql, change.ref, hazards=[hazard], context=context)


def srid_held(change: AlterColumn) -> Iterator[Clause]:
    """A CHECK that finds out whether all values have the new SRID, before anything is given up for it."""
    if change.after.srid is not None:
        text = f"ADD CONSTRAINT {_srid_check(change)} CHECK (ST_SRID({quote(change.after.name)}) = {change.after.srid})"
        yield Clause(text=text, place=Place.CONSTRAINT, cost=Cost.COPY, subject=change.ref)


def srid_let_go(change: AlterColumn) -> Iterator[Clause]:
    """Drop that CHECK again: the column's own SRID does its work."""
    if change.after.srid is not None:
        text = f"DROP CHECK {_srid_check(change)}"
        yield Clause(text=text, place=Place.DROP, cost=Cost.INSTANT, subject=change.ref)


def _srid_check(change: AlterColumn) -> str:
    digest = hashlib.sha256(change.ref.path.encode()).hexdigest()[:12]  # one namespace for the checks of all tables
    return quote(f"{LEFTOVER_CHECK}{digest}_other_srid")


def early_default(ref: Ref, column: Column, server: Server) -> list[Clause]:
    """SET DEFAULT before rows are filled, so that rows that come meanwhile have a value too: a literal, as MySQL takes
    no other default there.
    """
    text = default_text(column.default or "", column.type, server)
    if _LITERAL.match(text) is None:
        return []
    change = f"ALTER COLUMN {quote(column.name)} SET DEFAULT {text}"
    return [Clause(text=change, place=Place.DEFAULT, cost=Cost.INSTANT, subject=ref)]


def lost_default(ref: Ref, column: Column) -> Clause:
    """DROP DEFAULT: also the default NULL."""
    text = f"ALTER COLUMN {quote(column.name)} DROP DEFAULT"
    return Clause(text=text, place=Place.DEFAULT, cost=Cost.INSTANT, subject=ref)


def _cost_of_altering(before: Column, after: Column) -> Cost:
    if before.generated != after.generated:
        stored = [item for item in (before.generated, after.generated) if item and item.kind is GeneratedKind.STORED]
        return Cost.COPY if stored else Cost.REBUILD
    if before.check != after.check or before.auto_increment != after.auto_increment:
        return Cost.COPY
    if before.nullable != after.nullable or before.srid != after.srid:
        return Cost.REBUILD
    return Cost.INSTANT


def _hazards_of_altering(change: AlterColumn, after: Column, loses: str, context: RenderContext) -> Iterator[Hazard]:
    ref, before = change.ref, change.before
    if not after.backfill:
        yield from unfilled_timestamp(ref, change.table.ref, before, after, context)
    if loses and not before.generated:
        message = f"{before.type} becomes {after.type}: {loses}"
        yield data_loss(ref, message, "add a column of the new type, fill it by a step, and drop the old one later")
    if not before.generated and after.generated:
        yield data_loss(ref, "the column becomes a generated one: its values are replaced by computed ones")
    if before.nullable and not after.nullable:
        message = "rows with NULL make the statement fail; nothing is changed then"
        advice = "say by backfill: what they get, or fill them by a step that runs before"
        yield note(HazardKind.VALIDATION_MAY_FAIL, ref, message, "" if after.backfill else advice)
    if after.check is not None and after.check != before.check:
        yield note(HazardKind.VALIDATION_MAY_FAIL, ref, "rows that break the check make the statement fail")
    if after.srid is not None and after.srid != before.srid:
        message = f"values with another SRID than {after.srid} make the statement fail; nothing is changed then"
        yield note(HazardKind.VALIDATION_MAY_FAIL, ref, message, "fix them by a step that runs before")


def column_ref(operation: AlterTable, name: str) -> Ref:
    """A column of the operation's table."""
    return operation.ref.child(Kind.COLUMN, name)
