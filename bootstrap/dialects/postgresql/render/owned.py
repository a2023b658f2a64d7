"""Sequences that belong to columns: serial, identity, OWNED BY, and the ways from one to the other."""

from __future__ import annotations

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.changes import AlterColumn
from bootstrap.catalog.columns import Column
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import Sequence
from bootstrap.dialects.postgresql.names import literal, object_name, qualified, quote
from bootstrap.dialects.postgresql.render.row_security import seeing_all
from bootstrap.dialects.postgresql.render.sequence_options import (
    all_options,
    narrows,
    options_in_parentheses,
    restarting,
)
from bootstrap.dialects.postgresql.render.statements import comment_change, statement
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Statement


def serial_name(table: Table, column: Column) -> str:
    """The name of the sequence that a serial or identity column has."""
    if column.identity and column.identity.sequence_name:
        return column.identity.sequence_name
    return object_name(table.name, column.name, "seq")


def serial_column_of(catalog: Catalog, schema: str, name: str) -> tuple[Table, Column] | None:
    """The serial column whose sequence has that name, or None."""
    for item in catalog.objects.values():
        if isinstance(item, Table) and item.schema == schema:
            for column in item.columns:
                if column.serial and serial_name(item, column) == name:
                    return item, column
    return None


def made_sequence(table: Table, column: Column) -> bool:
    """Whether the column made a sequence for itself; the numbers of a partition are its parent's."""
    return column.serial or (column.identity is not None and table.partition_of is None)


def sequence_of(on: Ref, context: RenderContext) -> str | None:
    """The qualified name of the sequence that a column made, by the column; None where it has none any more."""
    if on.owner is None:
        return None
    after, before = (catalog.objects.get(on.owner) for catalog in (context.desired, context.current))
    column = after.column(on.name) if isinstance(after, Table) else None
    if isinstance(after, Table) and column is not None and made_sequence(after, column):
        return qualified(after.schema, serial_name(after, column))
    column = before.column(on.name) if isinstance(before, Table) else None
    if not isinstance(before, Table) or column is None or not made_sequence(before, column):
        return None
    name = serial_name(before, column)
    stays = not isinstance(after, Table) or Ref(Kind.SEQUENCE, before.schema, name) in context.desired.objects
    return qualified(before.schema, name) if stays else None


def owned_by(table: Table, column: Column, context: RenderContext) -> list[Statement]:
    """OWNED BY of the sequences that are declared on their own for this new column."""
    return [
        statement(
            given_to_column(item.ref, table.ref, column.name, context),
            item.ref, context, creates=item.ref not in context.current.objects,
        )
        for item in context.desired.sequences_of(table, column.name)
    ]  # fmt: skip


def given_to_column(sequence: Ref, table: Ref, column: str, context: RenderContext) -> str:
    """``OWNED BY``: for which the server asks that both have the same owner, whoever that is at that moment."""
    name, relation = qualified(sequence.schema, sequence.name), qualified(table.schema, table.name)
    owned = f"ALTER SEQUENCE {name} OWNED BY {relation}.{quote(column)}"
    found = [catalog.objects.get(ref) for catalog in (context.current, context.desired) for ref in (sequence, table)]
    owners = {getattr(item, "owner", None) for item in found} - {None}
    if owners <= {context.server.account}:
        return owned
    owner = f"(SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = {literal(relation)}::regclass)"
    return (
        f"ALTER SEQUENCE {name} OWNED BY NONE;\n"
        f"DO $do$\nBEGIN\n  EXECUTE format('ALTER SEQUENCE %s OWNER TO %I', {literal(name)}, {owner});\nEND\n$do$;\n"
        f"{owned}"
    )


def rename_owned(
    table: Table, column: Column, new_table: str, new_column: str, context: RenderContext
) -> list[Statement]:
    """Rename the sequence that the server made for a column along with its table or column."""
    if not (column.serial or (column.identity and not column.identity.sequence_name)):
        return []
    old, new = serial_name(table, column), object_name(new_table, new_column, "seq")
    if old == new:
        return []
    sql = f"ALTER SEQUENCE {qualified(table.schema, old)} RENAME TO {quote(new)}"
    return [statement(sql, table.ref.child(Kind.COLUMN, new_column), context)]


def change_of_serial(change: AlterColumn, context: RenderContext) -> list[Statement]:
    """serial ↔ plain column. The sequence keeps its value wherever it stays."""
    table, before, after = change.table, change.before, change.after
    relation, column = qualified(table.schema, table.name), quote(after.name)
    if before.serial:
        name = serial_name(table, before)
        kept = Ref(Kind.SEQUENCE, table.schema, name) in context.desired.objects
        action = "DROP DEFAULT" if after.default is None else f"SET DEFAULT {after.default}"
        # Partitions have copies of the default: they must be detached from the sequence too.
        only = "ONLY " if kept else ""
        made = [statement(f"ALTER TABLE {only}{relation} ALTER COLUMN {column} {action}", change.ref, context)]
        if not kept:
            sql = f"DROP SEQUENCE IF EXISTS {qualified(table.schema, name)}"
            made.append(statement(sql, change.ref, context))
        return made
    name = serial_name(table, after)
    sequence = qualified(table.schema, name)
    existing = context.current.objects.get(Ref(Kind.SEQUENCE, table.schema, name))
    if isinstance(existing, Sequence):
        options = "INCREMENT BY 1 NO MINVALUE NO MAXVALUE START WITH 1 CACHE 1 NO CYCLE"
        steps = [f"ALTER SEQUENCE {sequence} AS {after.type} {options}"]
    else:
        source = _previous_sequence(table, before, context)
        follow = f"max({column})) FROM {relation} HAVING max({column}) >= 1"
        if source is not None:
            follow = f"last_value, is_called) FROM {source}"
        moved = [f"SELECT setval({literal(sequence)}, {follow}"]
        moved = moved if source is not None else [";\n".join(seeing_all([table], context, moved))]
        steps = [f"CREATE SEQUENCE {sequence} AS {after.type}", *moved]
    steps += [
        f"ALTER TABLE ONLY {relation} ALTER COLUMN {column} SET DEFAULT nextval({literal(sequence)}::regclass)",
        given_to_column(Ref(Kind.SEQUENCE, table.schema, name), table.ref, after.name, context),
    ]
    return [statement(sql, change.ref, context) for sql in steps]


def serial_from_identity(change: AlterColumn, context: RenderContext) -> list[Statement]:
    """identity → serial. The value of the old sequence must outlive it, for the new one may take its name."""
    table, before, after = change.table, change.before, change.after
    name = serial_name(table, after)
    taken = Ref(Kind.SEQUENCE, table.schema, name) in context.current.objects
    if taken or table.partition_of:
        return [*change_of_identity(change, context), *change_of_serial(change, context)]
    relation, column = qualified(table.schema, table.name), quote(after.name)
    sequence = qualified(table.schema, name)
    sql = (
        "DO $do$\nDECLARE\n  value bigint;\n  used boolean;\nBEGIN\n"
        f"  SELECT last_value, is_called INTO value, used FROM {qualified(table.schema, serial_name(table, before))};\n"
        f"  ALTER TABLE {relation} ALTER COLUMN {column} DROP IDENTITY;\n"
        f"  CREATE SEQUENCE {sequence} AS {after.type};\n"
        f"  IF value >= 1 THEN\n    PERFORM setval({literal(sequence)}, value, used);\n  END IF;\n"
        f"  ALTER TABLE ONLY {relation} ALTER COLUMN {column} SET DEFAULT nextval({literal(sequence)}::regclass);\n"
        "END\n$do$"
    )
    owned = given_to_column(Ref(Kind.SEQUENCE, table.schema, name), table.ref, after.name, context)
    return [statement(step, change.ref, context) for step in (sql, owned)]


def change_of_identity(change: AlterColumn, context: RenderContext) -> list[Statement]:
    """identity ↔ plain or serial column, and changes of an identity. Values go on where they were."""
    table, before, after = change.table, change.before, change.after
    relation, column = qualified(table.schema, table.name), quote(after.name)
    alter = f"ALTER TABLE {relation} ALTER COLUMN {column}"
    if table.partition_of and "partitioned_identity" in context.server.capabilities:
        return []  # it is the parent's, and changes with it
    if after.identity is None:
        return [statement(f"{alter} DROP IDENTITY", change.ref, context)]
    when = "ALWAYS" if after.identity.always else "BY DEFAULT"
    if before.identity is not None:
        old, new = all_options(before.identity.options, after.type), all_options(after.identity.options, after.type)
        changed = [f"SET {word} {value}".strip() for word, value in new if (word, value) not in old]
        if before.identity.always != after.identity.always:
            changed.insert(0, f"SET GENERATED {when}")
        sequence = qualified(table.schema, serial_name(table, before))
        bounds = narrows(before.identity.options, after.identity.options, after.type)
        sql = restarting(sequence, f"{alter} {' '.join(changed)}", "RESTART", bounds)
        made = [statement(sql, change.ref, context)] if changed else []
        if before.identity.sequence_name != after.identity.sequence_name:
            names = [serial_name(table, before), serial_name(table, after)]
            sql = f"ALTER SEQUENCE {qualified(table.schema, names[0])} RENAME TO {quote(names[1])}"
            made.append(statement(sql, change.ref, context))
        return made + sequence_comment(table, after, before.identity.comment, context)
    add = f"{alter} ADD GENERATED {when} AS IDENTITY{options_in_parentheses(after.identity)}"
    source = _previous_sequence(table, before, context)
    if source is not None:
        sql = _identity_from(source, alter, add, relation, change)
        return [statement(sql, change.ref, context), *sequence_comment(table, after, None, context)]
    made = []
    if before.default is not None and not before.serial:
        made.append(statement(f"{alter} DROP DEFAULT", change.ref, context))
    made.append(statement(add, change.ref, context))
    follow = (
        f"SELECT setval(pg_get_serial_sequence({literal(relation)}, {literal(after.name)}), max({column}))"
        f" FROM {relation} HAVING max({column}) >= 1"
    )
    seen = ";\n".join(seeing_all([table], context, [follow]))
    return [*made, statement(seen, change.ref, context), *sequence_comment(table, after, None, context)]


def sequence_comment(table: Table, column: Column, before: str | None, context: RenderContext) -> list[Statement]:
    """The comment on the sequence of an identity column."""
    if column.identity is None:
        return []
    target = f"SEQUENCE {qualified(table.schema, serial_name(table, column))}"
    ref = table.ref.child(Kind.COLUMN, column.name)
    return comment_change(ref, before, column.identity.comment, context, target=target)


def _previous_sequence(table: Table, before: Column, context: RenderContext) -> str | None:
    """The sequence that has fed the column so far."""
    if before.serial:
        return qualified(table.schema, serial_name(table, before))
    owned = context.current.sequences_of(table, before.name)
    return next((qualified(item.schema, item.name) for item in owned), None)


def _identity_from(source: str, alter: str, add: str, relation: str, change: AlterColumn) -> str:
    """One statement, because the old sequence's value must outlive the old sequence, whose name the new one takes."""
    target = f"pg_get_serial_sequence({literal(relation)}, {literal(change.after.name)})"
    return (
        "DO $do$\nDECLARE\n  value bigint;\n  used boolean;\nBEGIN\n"
        f"  SELECT last_value, is_called INTO value, used FROM {source};\n"
        f"  {alter} DROP DEFAULT;\n"
        f"  DROP SEQUENCE {source};\n"
        f"  {add};\n"
        f"  PERFORM setval({target}, value, used);\n"
        "END\n$do$"
    )
