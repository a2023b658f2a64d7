"""Sequences of MariaDB."""

from __future__ import annotations

from dataclasses import replace

from bootstrap.catalog.columns import SequenceOptions
from bootstrap.catalog.types import Sequence
from bootstrap.dialects.mysql.render.statements import data_loss, plain
from bootstrap.dialects.mysql.text import literal, quote
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Statement
from bootstrap.problems import Refused


def create_sequence(item: Sequence, context: RenderContext) -> list[Statement]:
    """CREATE SEQUENCE of MariaDB."""
    if "sequences" not in context.server.capabilities:
        raise Refused(f"{item.ref}: only MariaDB has sequences; use an AUTO_INCREMENT column")
    text = f"CREATE SEQUENCE {quote(item.name)}{_sequence_options(item.options)}"
    text += f" ENGINE={item.engine}" if item.engine else ""
    text += f" COMMENT={literal(item.comment)}" if item.comment else ""
    return [plain(text, item.ref, creates=True)]


def drop_sequence(item: Sequence, context: RenderContext) -> list[Statement]:
    """DROP SEQUENCE."""
    hazard = data_loss(item.ref, "the sequence is dropped with the number that it has reached")
    return [plain(f"DROP SEQUENCE {quote(item.name)}", item.ref, hazards=[hazard], context=context)]


def alter_sequence(before: Sequence, after: Sequence, context: RenderContext) -> list[Statement]:
    """ALTER SEQUENCE; where the counter stands is left alone, unless it is outside of the new range: MariaDB refuses a
    range that begins behind it (4085), and only the run itself knows where it stands.
    """
    statements = _alter_numbers(before, after, context) if before.options != after.options else []
    clauses = [f"ENGINE={after.engine or 'InnoDB'}"] if before.engine != after.engine else []
    clauses += [f"COMMENT={literal(after.comment or '')}"] if before.comment != after.comment else []
    if clauses:
        sql = f"ALTER TABLE {quote(after.name)} {', '.join(clauses)}"  # ALTER SEQUENCE takes numbers only
        statements.append(plain(sql, after.ref, context=context))
    return statements


def _alter_numbers(before: Sequence, after: Sequence, context: RenderContext) -> list[Statement]:
    options = replace(
        after.options,
        data_type=None if after.options.data_type == before.options.data_type else after.options.data_type,
    )
    name, text = quote(after.name), _sequence_options(options)
    sql = f"ALTER SEQUENCE {name}{text}"
    if _first(before.options) != _first(after.options):
        furthest = "GREATEST" if _ascends(after.options) else "LEAST"
        counter = f"(SELECT {furthest}(next_not_cached_value, {_first(after.options)}) FROM {name})"
        altered = f"CONCAT({literal(f'ALTER SEQUENCE {name} RESTART WITH ')}, counter, {literal(text)})"
        sql = f"BEGIN NOT ATOMIC\n  DECLARE counter bigint DEFAULT {counter};\n  EXECUTE IMMEDIATE {altered};\nEND"
    return [plain(sql, after.ref, context=context)]


def _ascends(options: SequenceOptions) -> bool:
    return (options.increment if options.increment is not None else 1) >= 0


def _first(options: SequenceOptions) -> int:
    """The bound that a sequence counts away from."""
    if _ascends(options):
        return 1 if options.minimum is None else options.minimum
    return -1 if options.maximum is None else options.maximum


def _sequence_options(options: SequenceOptions) -> str:
    text = f" AS {options.data_type}" if options.data_type else ""
    for words, value in (("START WITH", options.start), ("MINVALUE", options.minimum), ("MAXVALUE", options.maximum),
                         ("INCREMENT BY", options.increment)):  # fmt: skip
        if value is not None:
            text += f" {words} {value}"
    if options.cache is not None:
        text += f" CACHE {options.cache}" if options.cache else " NOCACHE"
    return f"{text} {'CYCLE' if options.cycle else 'NOCYCLE'}"
