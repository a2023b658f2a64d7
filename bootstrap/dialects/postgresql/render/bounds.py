"""Partitions take their place beside the default partition: rows move between the two, to where they belong.

The server refuses a partition for rows that the default partition holds. They are moved in one statement, while both
are tables of their own: then neither foreign keys nor the triggers of their parent see the rows go and come.
"""

from __future__ import annotations

from collections.abc import Iterator

from bootstrap.catalog.constraints import ForeignKey
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import PartitionOf, Table
from bootstrap.declaration.permissions import HazardKind
from bootstrap.dialects.base import RenderContext
from bootstrap.dialects.postgresql.names import literal, qualified, quote
from bootstrap.dialects.postgresql.render.constraints import constraint_sql
from bootstrap.dialects.postgresql.render.statements import long_work, rows_of, statement
from bootstrap.plan.statement import Hazard, Statement

_PROBE = "db_bootstrap_bound"


def attached(table: Table, part: PartitionOf, context: RenderContext, *, creates: bool = False) -> Statement:
    """``ATTACH PARTITION``; its rows in the default partition are moved into it."""
    hazards = long_work(
        HazardKind.LONG_LOCK, table.ref, table.ref, context,
        f"attaching {table.ref} reads all its rows to prove that they belong there",
        "declare a check that says the same first: then nothing is read",
    )  # fmt: skip
    default = _default_beside(part, table, context)
    if default is None or rows_of(default.ref, context) == 0:
        return statement(_attach(part, table), table.ref, context, creates=creates, hazards=hazards)
    sql = _moving(table, part, default, context, detach="")
    return statement(sql, table.ref, context, hazards=[*hazards, *_moves(table, default, context)])


def rebound(table: Table, part: PartitionOf, context: RenderContext) -> Statement:
    """Other bounds for a partition; rows move between it and the default partition where there is one."""
    detach = f"ALTER TABLE {qualified(part.schema, part.table)} DETACH PARTITION {qualified(table.schema, table.name)}"
    default = _default_beside(part, table, context)
    if default is None:
        hazards = long_work(
            HazardKind.LONG_LOCK, table.ref, table.ref, context,
            f"other bounds for {table.ref}: all its rows are read to prove that they belong there",
            "do it in a quiet hour",
        )  # fmt: skip
        return statement(f"{detach};\n{_attach(part, table)}", table.ref, context, hazards=hazards)
    sql = _moving(table, part, default, context, detach=detach)
    return statement(sql, table.ref, context, hazards=_moves(table, default, context))


def _default_beside(part: PartitionOf, table: Table, context: RenderContext) -> Table | None:
    """The default partition that is there and stays, where this is another one."""
    for item in context.current.partitions.get(Ref(Kind.TABLE, part.schema, part.table), ()):
        after = context.desired.objects.get(item.ref)
        stays = isinstance(after, Table) and after.partition_of == item.partition_of
        if stays and item.ref != table.ref and item.partition_of and item.partition_of.bound == "DEFAULT":
            return item
    return None


def _attach(part: PartitionOf, table: Table) -> str:
    return (
        f"ALTER TABLE {qualified(part.schema, part.table)}"
        f" ATTACH PARTITION {qualified(table.schema, table.name)} {part.bound}"
    )


def _moves(table: Table, default: Table, context: RenderContext) -> list[Hazard]:
    return long_work(
        HazardKind.LONG_LOCK, table.ref, default.ref, context,
        f"rows of {default.ref} that belong to {table.ref} are moved there under an exclusive lock",
        "move them in batches in a step before",
    )  # fmt: skip


def _moving(table: Table, part: PartitionOf, default: Table, context: RenderContext, *, detach: str) -> str:
    """The server itself says, of a partition made only to ask it, which rows belong within the bounds."""
    parent, other = qualified(part.schema, part.table), qualified(default.schema, default.name)
    mine = qualified(table.schema, table.name)
    probe = qualified(part.schema, _PROBE)
    keys = list(references_to(Ref(Kind.TABLE, part.schema, part.table), context))
    steps = [f"ALTER TABLE {owner} DROP CONSTRAINT {quote(key.name)}" for owner, key, _ in keys]
    steps += [detach] if detach else []
    steps += [
        f"ALTER TABLE {parent} DETACH PARTITION {other}",
        f"CREATE TABLE {probe} PARTITION OF {parent} {part.bound}",
        f"belongs := pg_get_partition_constraintdef({literal(probe)}::regclass)",
        f"DROP TABLE {probe}",
    ]
    if detach:
        steps.append(_move(mine, other, default, "NOT "))
    steps += [
        _move(other, mine, default, ""),
        _attach(part, table),
        f"ALTER TABLE {parent} ATTACH PARTITION {other} DEFAULT",
        *(f"ALTER TABLE {owner} ADD {definition}" for owner, _, definition in keys),
    ]
    body = "".join(f"  {step};\n" for step in steps)
    return f"DO $do$\nDECLARE\n  belongs text;\nBEGIN\n{body}END\n$do$"


def _move(source: str, target: str, shape: Table, negation: str) -> str:
    names = ", ".join(quote(column.name) for column in shape.columns if column.generated is None)
    columns = f" ({names}) OVERRIDING SYSTEM VALUE SELECT {names}" if names else " SELECT"
    query = f"INSERT INTO {target}{columns} FROM moved"
    return (
        f"EXECUTE {literal(f'WITH moved AS (DELETE FROM {source} WHERE {negation}(')} || belongs"
        f" || {literal(f') RETURNING *) {query}')}"
    )


def references_to(parent: Ref, context: RenderContext) -> Iterator[tuple[str, ForeignKey, str]]:
    """Foreign keys to the parent, which would hold back the rows that move, each with what makes it again."""
    for item in context.current.of(Table):
        after = context.desired.objects.get(item.ref)
        for key in item.foreign_keys:
            refers = (key.ref_schema, key.ref_table) == (parent.schema, parent.name)
            if refers and isinstance(after, Table) and key in after.foreign_keys:
                yield qualified(item.schema, item.name), key, constraint_sql(key, validated=key.validated)
