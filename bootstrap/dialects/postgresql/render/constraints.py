"""Constraints: what CREATE TABLE says of them, and adding them to a table in use without a long lock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bootstrap.catalog.catalog import DatabaseObject
from bootstrap.catalog.changes import AddConstraint, AlterConstraint, DropConstraint
from bootstrap.catalog.constraints import Check, Constraint, Exclusion, ForeignKey, KeyConstraint
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.postgresql.family import children_of, is_joining
from bootstrap.dialects.postgresql.leftovers import unique_index
from bootstrap.dialects.postgresql.names import qualified, quote
from bootstrap.dialects.postgresql.render.attach import attach_all, complete, goes_with_index, stays, went_with_parent
from bootstrap.dialects.postgresql.render.clauses import Stage, clause
from bootstrap.dialects.postgresql.render.constraint_comments import constraint_comments
from bootstrap.dialects.postgresql.render.indexes import cluster, index_options_change, key_part
from bootstrap.dialects.postgresql.render.statements import (
    concurrent,
    is_new,
    is_swapped,
    options_sql,
    rows_of,
    statement,
    takes_care,
)
from bootstrap.dialects.postgresql.render.type_values import aside_name, is_aside
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Statement


def constraint_sql(item: Constraint, *, validated: bool = True) -> str:
    """``CONSTRAINT name …`` as CREATE TABLE and ADD take it; without a name where the server chooses one."""
    name = f"CONSTRAINT {quote(item.name)} " if item.name else ""
    match item:
        case KeyConstraint():
            return name + _key(item)
        case Check():
            return name + check_body(item) + ("" if validated else " NOT VALID")
        case Exclusion():
            return name + _exclusion(item)
        case ForeignKey():
            return name + _foreign_key(item) + ("" if validated else " NOT VALID")


def check_body(item: Check) -> str:
    """``CHECK (…)``."""
    parts = [f"CHECK ({item.expression})"]
    if item.no_inherit:
        parts.append("NO INHERIT")
    if not item.enforced:
        parts.append("NOT ENFORCED")
    return " ".join(parts)


def _key(item: KeyConstraint) -> str:
    word = "PRIMARY KEY" if item.kind is Kind.PRIMARY_KEY else "UNIQUE"
    if item.nulls_not_distinct:
        word += " NULLS NOT DISTINCT"
    columns = ", ".join(quote(part.column or "") for part in item.columns)
    return f"{word} ({columns})" + _index_clauses(item) + _deferral(item)


def _index_clauses(item: KeyConstraint | Exclusion) -> str:
    text = f" INCLUDE ({', '.join(map(quote, item.include))})" if item.include else ""
    if item.options:
        text += f" WITH ({options_sql(item.options)})"
    if item.tablespace:
        text += f" USING INDEX TABLESPACE {quote(item.tablespace)}"
    return text


def _deferral(item: KeyConstraint | Exclusion | ForeignKey) -> str:
    if not item.deferrable:
        return ""
    return " DEFERRABLE INITIALLY DEFERRED" if item.initially_deferred else " DEFERRABLE"


def _exclusion(item: Exclusion) -> str:
    elements = ", ".join(f"{key_part(part)} WITH {operator}" for part, operator in item.elements)
    where = f" WHERE ({item.where})" if item.where else ""
    return f"EXCLUDE USING {quote(item.method)} ({elements}){_index_clauses(item)}{where}{_deferral(item)}"


def _foreign_key(item: ForeignKey) -> str:
    referenced = f" ({', '.join(map(quote, item.ref_columns))})" if item.ref_columns else ""
    text = (
        f"FOREIGN KEY ({', '.join(map(quote, item.columns))})"
        f" REFERENCES {qualified(item.ref_schema, item.ref_table)}{referenced}"
    )
    if item.match.upper() != "SIMPLE":
        text += f" MATCH {item.match.upper()}"
    if item.on_update.upper() != "NO ACTION":
        text += f" ON UPDATE {item.on_update.upper()}"
    if item.on_delete.upper() != "NO ACTION":
        text += f" ON DELETE {item.on_delete.upper()}"
        text += f" ({', '.join(map(quote, item.on_delete_columns))})" if item.on_delete_columns else ""
    return text + _deferral(item) + ("" if item.enforced else " NOT ENFORCED")


def extras(table: Table, item: Constraint, context: RenderContext) -> list[Statement]:
    """What a new constraint needs beside its definition: comment, CLUSTER ON, replica identity."""
    ref = table.ref.child(item.kind, item.name)
    made = constraint_comments(table, None, item, ref, context)
    if isinstance(item, KeyConstraint):
        made += cluster(table.ref, item, context)
    return made


def add_constraint(change: AddConstraint, context: RenderContext) -> list[Statement]:
    """Add a constraint in the way that locks the least."""
    table, item = change.table, change.after
    match item:
        case KeyConstraint():
            made = _add_key(change, item, context)
        case Check() | ForeignKey():
            made = _add_validated(change, item, context)
        case _:
            made = [_add(change, constraint_sql(item), context)]
    return made + extras(table, item, context)


def _add(change: AddConstraint, definition: str, context: RenderContext, *, only: bool = False) -> Statement:
    table = change.table
    new = is_new(table.ref, context)
    if isinstance(change.after, ForeignKey):
        new = new and is_new(Ref(Kind.TABLE, change.after.ref_schema, change.after.ref_table), context)
    return clause(table, f"ADD {definition}", change.ref, context, only=only, creates=new)


def _taken_over(table: Table, check: Check, subject: Ref, context: RenderContext) -> Iterator[Statement]:
    """Tables below that have the check on their own, and get it from this one: it would stay their own too."""
    for child in children_of(table, context):
        desired = context.desired.objects.get(child.ref)
        old, new = (_check_named(item, check.name) for item in (child, desired))
        if old is not None and not old.inherited and new is not None and new.inherited:
            yield clause(child, f"DROP CONSTRAINT {quote(check.name)}", subject, context)
        elif old is None:
            yield from _taken_over(child, check, subject, context)


def _check_named(item: DatabaseObject | None, name: str) -> Check | None:
    return next((check for check in item.checks if check.name == name), None) if isinstance(item, Table) else None


def _add_key(change: AddConstraint, item: KeyConstraint, context: RenderContext) -> list[Statement]:
    table = change.table
    partitioned = table.partition_by is not None
    if not takes_care(table.ref, context) or partitioned or not item.name or rows_of(table.ref, context) == 0:
        members = complete(table.ref, item.name, context) if partitioned else None
        lost = _lost_with_parent(change, context)
        added = _add(change, constraint_sql(item), context, only=bool(members))
        follow = attach_all(table.ref, item.name, context) if members else []
        return [*lost, added, *follow, *_attach(change, item, context)]
    relation, name = qualified(table.schema, table.name), quote(item.name)
    helper = unique_index(item.name)  # the constraint takes it over, and gives it its own name
    columns = ", ".join(quote(part.column or "") for part in item.columns)
    distinct = " NULLS NOT DISTINCT" if item.nulls_not_distinct else ""
    include = f" INCLUDE ({', '.join(map(quote, item.include))})" if item.include else ""
    options = f" WITH ({options_sql(item.options)})" if item.options else ""
    space = f" TABLESPACE {quote(item.tablespace)}" if item.tablespace else ""
    build = (
        f"CREATE UNIQUE INDEX CONCURRENTLY {quote(helper)} ON {relation} ({columns}){include}{distinct}{options}{space}"
    )
    word = "PRIMARY KEY" if item.kind is Kind.PRIMARY_KEY else "UNIQUE"
    use = f"CONSTRAINT {name} {word} USING INDEX {quote(helper)}{_deferral(item)}"
    made = [concurrent(build, change.ref), _add(change, use, context)]
    return made + _attach(change, item, context)


def _lost_with_parent(change: AddConstraint, context: RenderContext) -> list[Statement]:
    """Keys of partitions that went with the parent's index are made again, to be taken in."""
    return [
        statement(
            f"ALTER TABLE {qualified(partition.schema, partition.name)} ADD {constraint_sql(mine)}", change.ref, context
        )
        for partition, mine in went_with_parent(change.table.ref, change.after.name, context)
        if isinstance(mine, KeyConstraint)
    ]


def _attach(change: AddConstraint, item: KeyConstraint, context: RenderContext) -> list[Statement]:
    """Attach a partition's key to the parent's where that exists already; a new parent's key takes it in itself."""
    if item.parent is None or not stays(item.parent, context) or is_joining(change.table.ref, context):
        return []
    sql = f"ALTER INDEX {item.parent} ATTACH PARTITION {qualified(change.table.schema, item.name)}"
    return [statement(sql, change.ref, context)]


def _add_validated(change: AddConstraint, item: Check | ForeignKey, context: RenderContext) -> list[Statement]:
    """NOT VALID takes a short lock and lets nothing new in; VALIDATE reads the rows while others write."""
    table = change.table
    taken = list(_taken_over(table, item, change.ref, context)) if isinstance(item, Check) else []
    unvalidated = not table.partition_by or "unvalidated_keys_of_partitioned" in context.server.capabilities
    if not item.validated and (unvalidated or isinstance(item, Check)):
        return [*taken, _add(change, constraint_sql(item, validated=False), context)]
    unsplit = isinstance(item, ForeignKey) and table.partition_by is not None
    referenced = isinstance(item, ForeignKey) and _is_partitioned(item, context)
    if not takes_care(table.ref, context) or unsplit or referenced or not item.name or not item.enforced:
        return [*taken, _add(change, constraint_sql(item), context)]
    alter = f"ALTER TABLE {qualified(table.schema, table.name)}"
    if not is_swapped(table.ref, context):
        validate = f"VALIDATE CONSTRAINT {quote(item.name)}"
        return [
            *taken,
            _add(change, constraint_sql(item, validated=False), context),
            clause(table, validate, change.ref, context, stage=Stage.VALIDATE),
        ]
    aside = replace(item, name=aside_name(item.name))
    left = f"{alter} DROP CONSTRAINT IF EXISTS {quote(aside.name)}"
    return [
        statement(f"{left}, ADD {constraint_sql(aside, validated=False)}", change.ref, context, apart=True),
        statement(f"{alter} VALIDATE CONSTRAINT {quote(aside.name)}", change.ref, context, apart=True),
        statement(f"{alter} RENAME CONSTRAINT {quote(aside.name)} TO {quote(item.name)}", change.ref, context),
    ]


def _is_partitioned(item: ForeignKey, context: RenderContext) -> bool:
    ref = Ref(Kind.TABLE, item.ref_schema, item.ref_table)
    found = context.desired.objects.get(ref) or context.current.objects.get(ref)
    return isinstance(found, Table) and found.partition_by is not None


def drop_constraint(change: DropConstraint, context: RenderContext) -> list[Statement]:
    """``DROP CONSTRAINT``; a partition's copy goes with its parent's."""
    item, table = change.before, change.table
    exists = "IF EXISTS " if is_aside(change.ref) else ""  # what a killed run left may be dropped by a new try already
    return [clause(table, f"DROP CONSTRAINT {exists}{quote(item.name)}", change.ref, context)]


def is_alterable(before: Constraint, after: Constraint) -> bool:
    """Whether a constraint can be changed where it stands."""
    if type(before) is not type(after):
        return False
    match before, after:
        case KeyConstraint(), KeyConstraint():
            moved: Constraint = replace(
                before, options=after.options, clustered=after.clustered, tablespace=after.tablespace,
                replica_identity=after.replica_identity, parent=after.parent or before.parent,
                index_comment=after.index_comment,
            )  # fmt: skip
        case Exclusion(), Exclusion():
            moved = replace(
                before, options=after.options, tablespace=after.tablespace, index_comment=after.index_comment
            )
        case ForeignKey(), ForeignKey():
            moved = replace(
                before, deferrable=after.deferrable, initially_deferred=after.initially_deferred,
                validated=before.validated or after.validated,
            )  # fmt: skip
        case Check(), Check():
            moved = replace(before, inherited=after.inherited, validated=before.validated or after.validated)
        case _:
            return False
    return replace(moved, name=after.name, comment=after.comment, renamed_from=after.renamed_from) == after


def _becomes_valid(before: Constraint, after: Constraint) -> bool:
    checked = Check | ForeignKey
    return isinstance(before, checked) and isinstance(after, checked) and after.validated and not before.validated


def alter_constraint(change: AlterConstraint, context: RenderContext) -> list[Statement]:
    """Rename, validate, defer, comment, and what belongs to the index behind it."""
    before, after, table = change.before, change.after, change.table
    relation = qualified(table.schema, table.name)
    alter = f"ALTER TABLE {relation}"
    if isinstance(before, KeyConstraint) and before.parent and goes_with_index(before.parent, context):
        return add_constraint(AddConstraint(table, after), context)
    steps = []
    inherited = isinstance(after, Check) and after.inherited and not is_joining(table.ref, context)
    if before.name != after.name and not inherited:
        steps.append(f"{alter} RENAME CONSTRAINT {quote(before.name)} TO {quote(after.name)}")
    if isinstance(before, ForeignKey) and isinstance(after, ForeignKey) and _deferral(before) != _deferral(after):
        steps.append(f"{alter} ALTER CONSTRAINT {quote(after.name)}{_deferral(after) or ' NOT DEFERRABLE'}")
    if _becomes_valid(before, after) and not inherited:
        steps.append(f"{alter} VALIDATE CONSTRAINT {quote(after.name)}")
    made = [statement(sql, change.ref, context, apart="VALIDATE" in sql) for sql in steps]
    if isinstance(after, KeyConstraint | Exclusion) and isinstance(before, KeyConstraint | Exclusion):
        index = qualified(table.schema, after.name)
        made += index_options_change(index, change.ref, before, after, context)
    if isinstance(after, KeyConstraint) and isinstance(before, KeyConstraint):
        made += cluster(table.ref, after, context, before)
        if after.parent and not before.parent:
            made += _attach(AddConstraint(table, after), after, context)
    return made + constraint_comments(table, before, after, change.ref, context)
