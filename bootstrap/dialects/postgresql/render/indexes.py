"""Indexes: built and dropped concurrently on tables in use."""

from __future__ import annotations

from dataclasses import replace

from bootstrap.catalog.changes import AlterIndex, CreateIndex, DropIndex
from bootstrap.catalog.constraints import Exclusion, ForeignKey, KeyConstraint
from bootstrap.catalog.indexes import Index, IndexPart
from bootstrap.catalog.partition_keys import key_like
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.postgresql.family import is_joining
from bootstrap.dialects.postgresql.leftovers import is_leftover
from bootstrap.dialects.postgresql.names import collation, object_name, qualified, quote
from bootstrap.dialects.postgresql.render.attach import (
    attach_all,
    complete,
    hangs_on_index,
    made_with_table,
    stays,
    went_with_parent,
)
from bootstrap.dialects.postgresql.render.statements import (
    comment,
    concurrent,
    is_new,
    is_swapped,
    option_changes,
    option_names,
    options_sql,
    rows_of,
    statement,
    takes_care,
)
from bootstrap.dialects.postgresql.render.type_values import aside_name, is_aside
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Statement


def part_sql(part: IndexPart) -> str:
    """One key of an index with its collation, operator class and order."""
    text = key_part(part)
    if part.descending:
        text += " DESC"
    if part.nulls_first is not None and part.nulls_first != part.descending:
        text += " NULLS FIRST" if part.nulls_first else " NULLS LAST"
    return text


def key_part(part: IndexPart) -> str:
    """One key without its order, as partition keys and exclusion constraints take it."""
    text = quote(part.column) if part.column is not None else f"({part.expression})"
    if part.collation:
        text += f" COLLATE {collation(part.collation)}"
    if part.opclass:
        text += f" {part.opclass}"
        if part.opclass_options:
            text += f" ({options_sql(part.opclass_options)})"
    return text


def index_sql(owner: Ref, index: Index, *, concurrently: bool, only: bool = False) -> str:
    """``CREATE INDEX``; with ``only`` not on the partitions."""
    unique = "UNIQUE " if index.unique else ""
    how = "CONCURRENTLY " if concurrently else ""
    name = f"{quote(index.name)} " if index.name else ""
    method = "" if index.method == "btree" else f" USING {quote(index.method)}"
    sql = f"CREATE {unique}INDEX {how}{name}ON {'ONLY ' if only else ''}{qualified(owner.schema, owner.name)}{method}"
    sql += f" ({', '.join(part_sql(part) for part in index.parts)})"
    if index.include:
        sql += f" INCLUDE ({', '.join(map(quote, index.include))})"
    if index.nulls_not_distinct:
        sql += " NULLS NOT DISTINCT"
    if index.options:
        sql += f" WITH ({options_sql(index.options)})"
    if index.tablespace:
        sql += f" TABLESPACE {quote(index.tablespace)}"
    return sql + (f" WHERE {index.where}" if index.where else "")


def create_index(change: CreateIndex, context: RenderContext) -> list[Statement]:
    """Build an index; concurrently where the table existed before."""
    owner, index = change.owner, change.after
    new = is_new(owner, context)
    table = context.desired.objects.get(owner)
    partitioned = isinstance(table, Table) and table.partition_by is not None
    careful = takes_care(owner, context) and not partitioned and rows_of(owner, context) != 0
    # One that is not valid is not on every partition: the server would make what is missing.
    only = partitioned and (not index.valid or bool(complete(owner, index.name, context)))
    sql = index_sql(owner, index, concurrently=careful, only=only)
    made: list[Statement] = _lost_with_parent(change, context)
    if made_with_table(owner, index, context):
        pass  # came with the table, before it was attached
    elif careful and is_swapped(owner, context):
        made += built_beside(owner, index, change.ref)
        sql = f"ALTER INDEX {qualified(owner.schema, aside_name(index.name))} RENAME TO {quote(index.name)}"
        made.append(statement(sql, change.ref, context))
    elif careful:
        made.append(concurrent(sql, change.ref))
    else:
        made.append(statement(sql, change.ref, context, creates=new))
    if only:
        made += attach_all(owner, index.name, context)
    if index.parent is not None and not new and stays(index.parent, context) and not is_joining(owner, context):
        attach = f"ALTER INDEX {index.parent} ATTACH PARTITION {qualified(owner.schema, index.name)}"
        made.append(statement(attach, change.ref, context))
    if index.comment is not None:
        made.append(_comment(owner, index, context))
    return made + _statistics(owner, index, context) + cluster(owner, index, context)


def built_beside(owner: Ref, index: Index, subject: Ref) -> list[Statement]:
    """Build an index beside the one whose place it takes, under a name of its own; drop what an earlier try left."""
    aside = replace(index, name=aside_name(index.name))
    return [
        concurrent(f"DROP INDEX CONCURRENTLY IF EXISTS {qualified(owner.schema, aside.name)}", subject),
        concurrent(index_sql(owner, aside, concurrently=True), subject),
    ]


def _statistics(owner: Ref, index: Index, context: RenderContext) -> list[Statement]:
    """Statistics targets of expressions, which CREATE INDEX cannot say."""
    name = qualified(owner.schema, index.name or usual_name(owner, index))
    ref = owner.child(Kind.INDEX, index.name)
    return [
        statement(
            f"ALTER INDEX {name} ALTER COLUMN {place} SET STATISTICS {part.statistics}",
            ref, context, creates=is_new(owner, context),
        )
        for place, part in enumerate(index.parts, 1)
        if part.statistics is not None
    ]  # fmt: skip


def _lost_with_parent(change: CreateIndex, context: RenderContext) -> list[Statement]:
    """Partitions' indexes that the drop of this one took along are built again, to be taken in."""
    made = []
    for partition, mine in went_with_parent(change.owner, change.after.name, context):
        if isinstance(mine, Index):
            sql = index_sql(partition.ref, mine, concurrently=False, only=partition.partition_by is not None)
            made.append(statement(sql, change.ref, context))
            if partition.partition_by:
                made += attach_all(partition.ref, mine.name, context)
    return made


def _comment(owner: Ref, index: Index, context: RenderContext) -> Statement:
    target = f"INDEX {qualified(owner.schema, index.name or usual_name(owner, index))}"
    ref = owner.child(Kind.INDEX, index.name)
    return statement(comment(target, index.comment), ref, context, creates=is_new(owner, context))


def usual_name(owner: Ref, item: Index | KeyConstraint | Exclusion | ForeignKey) -> str:
    """The name that the server gives a key, reference or index without one, unless it is taken."""
    match item:
        case ForeignKey():
            return object_name(owner.name, "_".join(item.columns), "fkey")
        case Exclusion():
            parts, suffix = tuple(part for part, _ in item.elements), "excl"
        case Index():
            parts, suffix = item.parts, "idx"
        case KeyConstraint(kind=Kind.PRIMARY_KEY):
            return object_name(owner.name, "", "pkey")
        case KeyConstraint():
            parts, suffix = item.columns, "key"
    return object_name(owner.name, "_".join(part.column or "expr" for part in parts), suffix)


def cluster(
    owner: Ref, item: Index | KeyConstraint, context: RenderContext, before: Index | KeyConstraint | None = None
) -> list[Statement]:
    """CLUSTER ON and REPLICA IDENTITY USING INDEX, which are properties of the index in the catalog."""
    relation, new = qualified(owner.schema, owner.name), is_new(owner, context)
    word = "MATERIALIZED VIEW" if owner.kind is Kind.MATERIALIZED_VIEW else "TABLE"
    name = item.name or usual_name(owner, item)
    ref = owner.child(item.kind, name)
    made = []
    if item.clustered and not (before and before.clustered):
        sql = f"ALTER {word} {relation} CLUSTER ON {quote(name)}"
        made.append(statement(sql, ref, context, creates=new))
    if before and before.clustered and not item.clustered and not _clustered_otherwise(owner, context):
        made.append(statement(f"ALTER {word} {relation} SET WITHOUT CLUSTER", ref, context))
    if item.replica_identity and not (before and before.replica_identity):
        sql = f"ALTER TABLE {relation} REPLICA IDENTITY USING INDEX {quote(name)}"
        made.append(statement(sql, ref, context, creates=new))
    return made


def _clustered_otherwise(owner: Ref, context: RenderContext) -> bool:
    found = context.desired.objects.get(owner)
    if not isinstance(found, Table):
        return False
    return any(item.clustered for item in key_like(found))


def drop_index(change: DropIndex, context: RenderContext) -> list[Statement]:
    """``DROP INDEX CONCURRENTLY``; a partition's index goes with its parent's."""
    index, owner = change.before, change.owner
    table = context.current.objects.get(owner)
    partitioned = isinstance(table, Table) and table.partition_by is not None
    name = qualified(owner.schema, index.name)
    # A helper of ours may have been dropped before the key that it was for; a REINDEX of others may still be at work.
    name = f"IF EXISTS {name}" if is_leftover(change.ref, context.current) or is_aside(change.ref) else name
    careful = takes_care(owner, context) and not partitioned and rows_of(owner, context) != 0
    if careful and not is_swapped(owner, context):
        return [concurrent(f"DROP INDEX CONCURRENTLY {name}", change.ref)]
    # A partition's key may hang on the parent's plain index: neither can go without the other.
    cascade = " CASCADE" if partitioned and hangs_on_index(owner, index.name, context) else ""
    return [statement(f"DROP INDEX {name}{cascade}", change.ref, context)]


def is_alterable(before: Index, after: Index) -> bool:
    """Whether an index can be changed where it stands."""
    moved = replace(
        before, name=after.name, comment=after.comment, options=after.options, tablespace=after.tablespace,
        clustered=after.clustered, replica_identity=after.replica_identity, valid=after.valid,
        parent=after.parent or before.parent, renamed_from=after.renamed_from,
    )  # fmt: skip
    return moved == after


def alter_index(change: AlterIndex, context: RenderContext) -> list[Statement]:
    """Repair, rename, options, comment."""
    before, after, owner = change.before, change.after, change.owner
    made = []
    if not before.valid and after.valid:
        name = qualified(owner.schema, before.name)
        made.append(concurrent(f"REINDEX INDEX CONCURRENTLY {name}", change.ref))
    if before.name != after.name:
        sql = f"ALTER INDEX {qualified(owner.schema, before.name)} RENAME TO {quote(after.name)}"
        made.append(statement(sql, change.ref, context))
    made += index_options_change(qualified(owner.schema, after.name), change.ref, before, after, context)
    if after.parent and not before.parent and stays(after.parent, context) and not is_joining(owner, context):
        attach = f"ALTER INDEX {after.parent} ATTACH PARTITION {qualified(owner.schema, after.name)}"
        made.append(statement(attach, change.ref, context))
    made += cluster(owner, after, context, before)
    if before.comment != after.comment:
        made.append(_comment(owner, after, context))
    return made


def index_options_change(
    name: str,
    ref: Ref,
    before: Index | KeyConstraint | Exclusion,
    after: Index | KeyConstraint | Exclusion,
    context: RenderContext,
) -> list[Statement]:
    """Storage parameters and tablespace of an index or of the index behind a constraint."""
    changed, gone = option_changes(before.options, after.options)
    steps = []
    if changed:
        steps.append(f"ALTER INDEX {name} SET ({options_sql(changed)})")
    if gone:
        steps.append(f"ALTER INDEX {name} RESET ({option_names(gone)})")
    if before.tablespace != after.tablespace:
        steps.append(f"ALTER INDEX {name} SET TABLESPACE {quote(after.tablespace or 'pg_default')}")
    return [statement(sql, ref, context) for sql in steps]
