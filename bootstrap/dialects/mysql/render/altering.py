"""An AlterTable operation as statements: one ALTER TABLE, and what the servers do not take in the same one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from bootstrap.catalog.changes import (
    AddColumn,
    AddConstraint,
    Alter,
    AlterColumn,
    AlterConstraint,
    AlterIndex,
    CreateIndex,
    DropColumn,
    DropConstraint,
    DropIndex,
    Leave,
    RenameColumn,
    Repartition,
)
from bootstrap.catalog.tables import Table
from bootstrap.dialects.mysql.render import columns, keys, tables, versioning
from bootstrap.dialects.mysql.render.backfill import backfill, is_backfilled, meanwhile
from bootstrap.dialects.mysql.render.parts import loses_default
from bootstrap.dialects.mysql.render.renaming import rename_columns
from bootstrap.dialects.mysql.render.statements import Clause, alter_table
from bootstrap.dialects.mysql.text import quote
from bootstrap.plan.context import RenderContext
from bootstrap.plan.operations import AlterTable, TableAction
from bootstrap.plan.statement import Statement


@dataclass(slots=True)
class _Parts:
    """The clauses of the ALTER TABLE, and those that the server takes only before it or after it."""

    before: list[Clause] = field(default_factory=list)
    defaults: list[Clause] = field(default_factory=list)
    between: list[Statement] = field(default_factory=list)
    main: list[Clause] = field(default_factory=list)
    after: list[Clause] = field(default_factory=list)


def alter(operation: AlterTable, context: RenderContext) -> list[Statement]:
    """The statements of an operation on one table."""
    match operation.actions[0]:
        case RenameColumn():
            return rename_columns(operation, context)
        case Leave() | Repartition():
            return tables.partition_statements(operation, context)
    parts = _Parts()
    for action in operation.actions:
        if not isinstance(action, AddColumn):
            _sort_in(parts, action, operation, context)
    for added in _added_columns(operation):
        _add_column(parts, added, operation, context)
    _version(parts, operation, context)
    _make_way(parts, operation)
    statements = []
    for clauses in (parts.before, parts.defaults, parts.main, parts.after):
        unique = list({clause.text: clause for clause in clauses}.values())
        statements += alter_table(operation, unique, context) if unique else []
        if clauses is parts.defaults:
            statements += parts.between
    return statements


def _make_way(parts: _Parts, operation: AlterTable) -> None:
    """Take out of the way, before anything else, what the server looks at although it goes in the same ALTER: foreign
    keys of columns that change twice, and spatial indexes under a new SRID (3644).
    """
    changed = [action for action in operation.actions if isinstance(action, AlterColumn) and _changes_srid(action)]
    spatial = {f"DROP INDEX {quote(index.name)}" for index in operation.before.indexes if index.method == "spatial"}
    early = [clause for clause in parts.main if changed and clause.text in spatial]
    if early:
        for action in changed:
            parts.before += columns.srid_held(action)
            parts.main += columns.srid_let_go(action)
    if early or parts.before:
        early += [clause for clause in parts.main if clause.text.startswith("DROP FOREIGN KEY")]
    parts.main = [clause for clause in parts.main if clause not in early]
    parts.before = [*early, *parts.before]


def _changes_srid(action: AlterColumn) -> bool:
    return action.before.srid != action.after.srid


def _sort_in(parts: _Parts, action: TableAction, operation: AlterTable, context: RenderContext) -> None:
    """File the clauses of one action."""
    match action:
        case Alter(before=Table() as before, after=Table() as after):
            parts.before += tables.early_options(action, before, after)
            parts.main += tables.property_clauses(action, before, after, context.server)
            parts.after += tables.late_options(action, before, after)
        case DropColumn():
            if not versioning.is_row_column(action.before):
                parts.main.append(columns.drop_column(action))
        case AlterColumn():
            _alter_column(parts, action, operation, context)
        case AlterIndex() if keys.swaps_parser(action):
            parts.before.append(keys.drop_member(DropIndex(action.owner, action.before), context))
            parts.main += keys.add_member(CreateIndex(action.owner, action.after), operation, context)
        case AddConstraint() | CreateIndex():
            parts.main += keys.add_member(action, operation, context)
        case DropConstraint() | DropIndex():
            parts.main.append(keys.drop_member(action, context))
        case AlterConstraint() | AlterIndex():
            parts.main += keys.alter_member(action, operation, context)
        case _:
            raise TypeError(action)


def _added_columns(operation: AlterTable) -> Iterator[AddColumn]:
    """The new columns from left to right, so that each stands behind one that is there; those that versioning brings
    among them.
    """
    added = {action.after.name for action in operation.actions if isinstance(action, AddColumn)}
    if versioning.begins(operation):
        added |= {column.name for column in versioning.row_columns(operation.after)}
    previous = ""
    for column in operation.after.columns:
        if column.name in added:
            yield AddColumn(operation.after, column, previous)
        previous = column.name


def _add_column(parts: _Parts, action: AddColumn, operation: AlterTable, context: RenderContext) -> None:
    if is_backfilled(None, action.after, operation):
        _add_backfilled(parts, action, operation, context)
        return
    parts.main.append(columns.add_column(action, operation, context))
    if columns.fills_later(action.after, context.server):
        parts.after.append(columns.later_default(action, context))
    if loses_default(action.after):
        parts.after.append(columns.lost_default(action.ref, action.after))


def _add_backfilled(parts: _Parts, action: AddColumn, operation: AlterTable, context: RenderContext) -> None:
    """Add a column without a demand, fill it, then demand a value: a run that stops in between goes on from there."""
    empty = replace(meanwhile(action.after), default=None)
    parts.before.append(columns.add_column(AddColumn(action.table, empty), operation, context, placed=False))
    parts.defaults += columns.early_default(action.ref, action.after, context.server)
    parts.between.append(backfill(action.ref, action.after, operation, context))
    parts.main.append(columns.in_place(action, operation, context))


def _alter_column(parts: _Parts, action: AlterColumn, operation: AlterTable, context: RenderContext) -> None:
    if versioning.is_row_column(action.after) and versioning.begins(operation):
        return
    if columns.converts_as_text(action):
        parts.before.append(columns.text_meanwhile(action, context))
        parts.between.append(columns.rewrite_text(action, operation, context))
    if is_backfilled(action.before, action.after, operation):
        if action.before.type != action.after.type:
            nullable = AlterColumn(action.table, action.before, meanwhile(action.after))
            parts.before += columns.alter_column(nullable, operation, context)
        elif action.before.default != action.after.default:
            parts.defaults += columns.early_default(action.ref, action.after, context.server)
        parts.between.append(backfill(action.ref, action.after, operation, context))
    parts.main += columns.alter_column(action, operation, context)
    if loses_default(action.after):
        parts.after.append(columns.lost_default(action.ref, action.after))


def _version(parts: _Parts, operation: AlterTable, context: RenderContext) -> None:
    """System versioning ends and begins in the same ALTER as the rest; in two where it does both (4135)."""
    ends, begins = versioning.ends(operation), versioning.begins(operation)
    if ends:
        (parts.before if begins else parts.main).extend(versioning.end(operation))
    if begins:
        parts.main += versioning.begin(operation)
        parts.after += versioning.left_out(operation, context.server)
