"""Publications, and the tables in them."""

from __future__ import annotations

from bootstrap.catalog.replication import OPERATIONS, Publication, PublishedTable
from bootstrap.dialects.postgresql.names import literal, qualified, quote
from bootstrap.dialects.postgresql.render.statements import comment_change, owner_change, statement
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Statement


def create_publication(item: Publication, context: RenderContext) -> list[Statement]:
    """``CREATE PUBLICATION``; its single tables follow."""
    sql = f"CREATE PUBLICATION {quote(item.name)}"
    if item.all_tables:
        sql += " FOR ALL TABLES"
    elif item.schemas:
        sql += f" FOR TABLES IN SCHEMA {', '.join(map(quote, item.schemas))}"
    options = _options(Publication(name=item.name), item)
    sql += f" WITH ({options})" if options else ""
    made = [statement(sql, item.ref, context, creates=True)]
    made += owner_change(item.ref, None, item.owner, context)
    return made + comment_change(item.ref, None, item.comment, context)


def alter_publication(before: Publication, after: Publication, context: RenderContext) -> list[Statement]:
    """Schemas, what is sent, owner and comment."""
    alter = f"ALTER PUBLICATION {quote(after.name)}"
    options = _options(before, after)
    steps = [f"{alter} SET ({options})"] if options else []
    steps += [f"{alter} ADD TABLES IN SCHEMA {quote(name)}" for name in after.schemas if name not in before.schemas]
    made = [statement(sql, after.ref, context) for sql in steps]
    for name in before.schemas:
        if name not in after.schemas:
            made.append(statement(f"{alter} DROP TABLES IN SCHEMA {quote(name)}", after.ref, context))
    made += owner_change(after.ref, before.owner, after.owner, context)
    return made + comment_change(after.ref, before.comment, after.comment, context)


def drop_publication(item: Publication, context: RenderContext) -> list[Statement]:
    """``DROP PUBLICATION``."""
    return [statement(f"DROP PUBLICATION {quote(item.name)}", item.ref, context)]


def _options(before: Publication, after: Publication) -> str:
    parts = []
    if before.operations != after.operations:
        words = ", ".join(word for word in OPERATIONS if word in after.operations)
        parts.append(f"publish = {literal(words)}")
    if before.via_root != after.via_root:
        parts.append(f"publish_via_partition_root = {str(after.via_root).lower()}")
    if before.generated_columns != after.generated_columns:
        parts.append(f"publish_generated_columns = {after.generated_columns or 'none'}")
    return ", ".join(parts)


def publish_table(item: PublishedTable, context: RenderContext) -> list[Statement]:
    """``ADD TABLE``, with its columns and rows; children of a table are in a publication on their own."""
    return [statement(_add(item), item.ref, context, creates=item.ref.owner in context.created)]


def alter_published(before: PublishedTable, after: PublishedTable, context: RenderContext) -> list[Statement]:
    """Other columns or rows: out and in again at once, because the server alters only all tables together."""
    return [statement(f"{_remove(before)};\n{_add(after)}", after.ref, context)]


def withdraw_table(item: PublishedTable, context: RenderContext) -> list[Statement]:
    """``DROP TABLE`` from the publication."""
    return [statement(_remove(item), item.ref, context)]


def _add(item: PublishedTable) -> str:
    sql = f"ALTER PUBLICATION {quote(item.name)} ADD TABLE ONLY {qualified(item.schema, item.table)}"
    if item.columns:
        sql += f" ({', '.join(map(quote, item.columns))})"
    return sql + (f" WHERE ({item.where})" if item.where is not None else "")


def _remove(item: PublishedTable) -> str:
    return f"ALTER PUBLICATION {quote(item.name)} DROP TABLE ONLY {qualified(item.schema, item.table)}"
