"""CREATE, DROP, ALTER and RENAME TABLE."""

from __future__ import annotations

from collections.abc import Iterator

from bootstrap.catalog.changes import Alter, Create, Drop, Rename
from bootstrap.catalog.ref import Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.mysql.keys import table_keys
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
from bootstrap.dialects.mysql.render.statements import Clause, Cost, Place, alter_table, data_loss, note, plain
from bootstrap.dialects.mysql.text import literal, quote
from bootstrap.hazards import HazardKind
from bootstrap.plan.context import RenderContext
from bootstrap.plan.operations import AlterTable
from bootstrap.plan.server import Server
from bootstrap.plan.statement import Hazard, Statement
from bootstrap.problems import Refused

# What an option is set to when it is no longer declared; every other one knows the word DEFAULT.
_RESET = {"key_block_size": "0", "max_rows": "0", "min_rows": "0", "avg_row_length": "0", "checksum": "0",
          "delay_key_write": "0", "compression": "''", "encryption": "'N'", "connection": "''", "union": "()",
          "transactional": "DEFAULT", "stats_sample_pages": "DEFAULT"}  # fmt: skip
_STAYING = frozenset({"storage", "tablespace"})
_OF_ARIA = frozenset({"transactional", "page_checksum"})
_METADATA_OPTIONS = frozenset({"stats_persistent", "stats_auto_recalc", "stats_sample_pages", "max_rows", "min_rows"})


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


def property_clauses(change: Alter, before: Table, after: Table, server: Server) -> Iterator[Clause]:
    """What differs of the table itself: engine, options, character set, comment, and the application's own time."""
    texts: list[tuple[str, Cost]] = []
    if after.engine and after.engine != before.engine:
        texts.append((f"ENGINE={after.engine}", Cost.COPY))
    texts += _option_clauses(before, after)
    if (after.charset, after.collation) != (before.charset, before.collation) and after.charset:
        collation = f" COLLATE {after.collation}" if after.collation else ""
        # Only what new columns get: each existing column has a change of its own.
        texts.append((f"DEFAULT CHARACTER SET {after.charset}{collation}", Cost.METADATA))
    if after.comment != before.comment:
        texts.append((f"COMMENT={literal(after.comment or '')}", Cost.METADATA))
    yield from (Clause(text=text, place=Place.PROPERTY, cost=cost, subject=change.ref) for text, cost in texts)
    if after.period != before.period:
        yield from _period_clauses(change, before, after, server)


def _option_clauses(before: Table, after: Table) -> Iterator[tuple[str, Cost]]:
    old, new = dict(before.options), dict(after.options)
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) == new.get(name) or is_late(name, before, after):
            continue
        if name in _STAYING and name not in new:
            raise Refused(f"{after.ref}: MySQL has no way to take {name.upper()} back; declare it: {name}: {old[name]}")
        value = new.get(name) or _RESET.get(name, "DEFAULT")
        yield option_text(name, value), Cost.METADATA if name in _METADATA_OPTIONS else Cost.REBUILD


def early_options(change: Alter, before: Table, after: Table) -> Iterator[Clause]:
    """An option that the new engine does not even remove (1911): an ALTER before removes it."""
    if before.engine != after.engine and "transactional" in dict(before.options).keys() - dict(after.options).keys():
        text = option_text("transactional", _RESET["transactional"])
        yield Clause(text=text, place=Place.PROPERTY, cost=Cost.COPY, subject=change.ref)


def late_options(change: Alter, before: Table, after: Table) -> Iterator[Clause]:
    """An option that stays unless it goes when the table has its new engine."""
    if is_late("page_checksum", before, after) and "page_checksum" in dict(before.options):
        text = option_text("page_checksum", "DEFAULT")
        yield Clause(text=text, place=Place.PROPERTY, cost=Cost.COPY, subject=change.ref)


def is_late(name: str, before: Table, after: Table) -> bool:
    """Whether an option of the old engine does not go together with it, but before or after."""
    return name in _OF_ARIA and before.engine != after.engine and name not in dict(after.options)


def _period_clauses(change: Alter, before: Table, after: Table, server: Server) -> Iterator[Clause]:
    if before.period is not None:
        text = f"DROP PERIOD FOR {quote(before.period.name)}"
        yield Clause(text=text, place=Place.DROP, cost=Cost.COPY, subject=change.ref)
    if after.period is not None:
        text = f"ADD {application_period(after.period, server)}"
        yield Clause(text=text, place=Place.PERIOD, cost=Cost.COPY, subject=change.ref)


def partition_statements(operation: AlterTable, context: RenderContext) -> list[Statement]:
    """From one set of partitions to another; all rows stay where a declared partition takes them."""
    if operation.after.partitioning is None:
        return [_partition_statement(operation, "REMOVE PARTITIONING", Cost.COPY, (), context)]
    statements = []
    for step in repartition(operation.before.partitioning, operation.after.partitioning):
        hazards = tuple(
            data_loss(
                operation.ref,
                f"the partition {name} is dropped with its rows: no declared partition takes them",
                "move the rows that are to stay by a step, or declare the partition",
            )
            for name in step.dropped
        )
        statements.append(_partition_statement(operation, step.clause, step.cost, hazards, context))
    return statements


def _partition_statement(
    operation: AlterTable, text: str, cost: Cost, hazards: tuple[Hazard, ...], context: RenderContext
) -> Statement:
    """Partition clauses take no ALGORITHM beside themselves on every server: the plain form is all there is."""
    clause = Clause(text=text, place=Place.PROPERTY, cost=cost, subject=operation.ref, hazards=hazards)
    [statement] = alter_table(operation, [clause], context)
    sql = f"ALTER TABLE {quote(operation.after.name)} {text}"
    return plain(sql, operation.ref, hazards=statement.hazards, settings=statement.session_settings, context=context)
