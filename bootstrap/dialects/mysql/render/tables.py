"""CREATE, DROP, ALTER and RENAME TABLE."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from bootstrap.catalog.changes import Alter, Create, Drop, Rename
from bootstrap.catalog.ref import Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.base import RenderContext
from bootstrap.dialects.mysql.keys import table_keys
from bootstrap.dialects.mysql.render import versioning
from bootstrap.dialects.mysql.render.conversions import needs_prefix
from bootstrap.dialects.mysql.render.partitions import repartition
from bootstrap.dialects.mysql.render.parts import (
    application_period,
    check_definition,
    column_definition,
    foreign_key_definition,
    key_definition,
    loses_default,
    option_text,
    partitioning_text,
    period,
    table_options,
)
from bootstrap.dialects.mysql.render.statements import Cost, alter, data_loss, note, plain
from bootstrap.dialects.mysql.render.states import live_table
from bootstrap.dialects.mysql.text import literal, quote
from bootstrap.hazards import HazardKind
from bootstrap.plan.statement import Hazard, Statement
from bootstrap.problems import Refused

# What an option is set to when it is no longer declared; every other one knows the word DEFAULT.
_RESET = {"key_block_size": "0", "max_rows": "0", "min_rows": "0", "avg_row_length": "0", "checksum": "0",
          "delay_key_write": "0", "compression": "''", "encryption": "'N'", "connection": "''", "union": "()",
          "transactional": "DEFAULT", "stats_sample_pages": "DEFAULT"}  # fmt: skip
_STAYING = frozenset({"storage", "tablespace"})
_INSTANT_OPTIONS = frozenset({"stats_persistent", "stats_auto_recalc", "stats_sample_pages", "max_rows", "min_rows"})


def create_table(change: Create, table: Table, context: RenderContext) -> list[Statement]:
    """CREATE TABLE with columns, keys and checks; other foreign keys than the inline ones are changes of their own."""
    return _create(change.ref, table, context, [foreign_key_definition(key) for key in change.inline_keys])


def create_table_with_keys(table: Table, context: RenderContext) -> list[Statement]:
    """CREATE TABLE with its foreign keys: one statement instead of many, where what they reference exists."""
    return _create(table.ref, table, context, [foreign_key_definition(key) for key in table.foreign_keys])


def _create(ref: Ref, table: Table, context: RenderContext, foreign_keys: list[str]) -> list[Statement]:
    server = context.server
    lines = [column_definition(column, server, table_collation=table.collation) for column in table.columns]
    lines += [key_definition(key, server) for key in table_keys(table)]
    lines += [check_definition(check) for check in table.checks]
    system_time = period(table.columns)
    if system_time:
        lines.append(system_time)
    if table.period:
        lines.append(application_period(table.period, server))
    lines += foreign_keys
    text = f"CREATE TABLE {quote(table.name)} (\n  " + ",\n  ".join(lines) + "\n)"
    options = " ".join(table_options(table))
    text += f" {options}" if options else ""
    if table.partitioning:
        text += "\n" + partitioning_text(table.partitioning)
    statements = [plain(text, ref, creates=True)]
    without_default = [f"ALTER COLUMN {quote(c.name)} DROP DEFAULT" for c in table.columns if loses_default(c)]
    if without_default:
        sql = f"ALTER TABLE {quote(table.name)} {', '.join(without_default)}"
        statements.append(plain(sql, ref, creates=True))
    return statements


def drop_table(change: Drop, table: Table, context: RenderContext) -> list[Statement]:
    """DROP TABLE."""
    hazard = data_loss(
        change.ref, "the table is dropped with all its rows", "rename it first, and drop it a release later"
    )
    return [plain(f"DROP TABLE {quote(table.name)}", change.ref, hazards=[hazard], context=context)]


def rename_table(change: Rename, before: Table, after: Table, context: RenderContext) -> list[Statement]:
    """RENAME TABLE; views, routines and triggers that name it are not rewritten by the server."""
    hazard = note(HazardKind.BREAKS_RUNNING_CODE, change.ref, f"code that still says {before.name} fails from now on",
                  "deploy code that knows both names first, or leave a view under the old name")  # fmt: skip
    sql = f"RENAME TABLE {quote(before.name)} TO {quote(after.name)}"
    return [plain(sql, change.ref, hazards=[hazard], context=context)]


def alter_table(change: Alter, before: Table, after: Table, context: RenderContext) -> list[Statement]:
    """The table's own properties but its partitions; system versioning in statements of its own."""
    statements = []
    if before.system_versioned and not after.system_versioned:
        statements += versioning.end(before, context, subject=change.ref)
    for old, new in pairwise(_property_steps(before, after)):
        statements += _properties(change, old, new, context)
    if after.system_versioned and not before.system_versioned:
        statements += versioning.begin(live_table(after, context), after, context, subject=change.ref)
    if after.period != before.period:
        statements += versioning.change_period(before, after, context, subject=change.ref)
    return statements


def remove_partitions(table: Table, context: RenderContext) -> list[Statement]:
    """REMOVE PARTITIONING: all rows stay."""
    return [_partition_statement(table, "REMOVE PARTITIONING", Cost.COPY, context)]


def repartition_table(before: Table, after: Table, context: RenderContext) -> list[Statement]:
    """From one set of partitions to another."""
    if after.partitioning is None:
        return remove_partitions(after, context)
    statements = []
    for step in repartition(before.partitioning, after.partitioning):
        hazards = [
            data_loss(
                after.ref,
                f"the partition {name} is dropped with its rows: no declared partition takes them",
                "move the rows that are to stay by a step, or declare the partition",
            )
            for name in step.dropped
        ]
        statements.append(_partition_statement(after, step.clause, step.cost, context, hazards))
    return statements


def _property_steps(before: Table, after: Table) -> Iterator[Table]:
    """The table as it is, and how it is after each ALTER: two of Aria's options do not go in the one that leaves Aria.

    MyISAM refuses even to take TRANSACTIONAL back (1911), so it goes before; PAGE_CHECKSUM stays unless it goes after.
    """
    yield before
    if before.engine != after.engine:
        gone = [item for item in before.options if item[0] not in dict(after.options)]
        early = [item for item in gone if item[0] == "transactional"]
        late = [item for item in gone if item[0] == "page_checksum"]
        if early:
            yield replace(before, options=tuple(item for item in before.options if item not in early))
        if late:
            yield replace(after, options=tuple(sorted((*after.options, *late))))
    yield after


def _properties(change: Alter, before: Table, after: Table, context: RenderContext) -> list[Statement]:
    clauses, cost = list[str](), Cost.INSTANT
    if after.engine != before.engine and (after.engine or "").upper() == "MEMORY":
        clauses += _made_small(after, context)
    for clause, needed in _property_clauses(before, after):
        clauses.append(clause)
        cost = max(cost, needed)
    return [alter(after, clauses, context, subject=change.ref, cost=cost)] if clauses else []


def _made_small(table: Table, context: RenderContext) -> Iterator[str]:
    """A table goes into memory together with the new types of the columns that were too large for there."""
    for column in live_table(table, context).columns:
        after = table.column(column.name)
        if after is not None and needs_prefix(column.type):
            yield f"MODIFY COLUMN {column_definition(after, context.server, table_collation=None)}"


def _property_clauses(before: Table, after: Table) -> Iterator[tuple[str, Cost]]:
    if after.engine and after.engine != before.engine:
        yield f"ENGINE={after.engine}", Cost.COPY
    old, new = dict(before.options), dict(after.options)
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            if name in _STAYING and name not in new:
                raise Refused(
                    f"{after.ref}: MySQL has no way to take {name.upper()} back; declare it: {name}: {old[name]}"
                )
            value = new.get(name) or _RESET.get(name, "DEFAULT")
            yield option_text(name, value), Cost.INSTANT if name in _INSTANT_OPTIONS else Cost.INPLACE
    if (after.charset, after.collation) != (before.charset, before.collation) and after.charset:
        collation = f" COLLATE {after.collation}" if after.collation else ""
        # Only what new columns get: each existing column has a change of its own.
        yield f"DEFAULT CHARACTER SET {after.charset}{collation}", Cost.INSTANT
    if after.comment != before.comment:
        yield f"COMMENT={literal(after.comment or '')}", Cost.INSTANT


def _partition_statement(
    table: Table, clause: str, cost: Cost, context: RenderContext, hazards: Sequence[Hazard] = ()
) -> Statement:
    """Partition clauses take no ALGORITHM beside themselves on every server: the plain form is all there is."""
    statement = alter(table, [clause], context, subject=table.ref, cost=cost, hazards=hazards)
    sql = f"ALTER TABLE {quote(table.name)} {clause}"
    return plain(sql, table.ref, hazards=statement.hazards, settings=statement.session_settings, context=context)
