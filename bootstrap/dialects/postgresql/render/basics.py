"""Schemas, extensions, collations, text search configurations, statistics."""

from __future__ import annotations

from dataclasses import replace

from bootstrap.catalog.types import (
    Collation,
    Extension,
    Operator,
    Schema,
    Statistics,
    TextSearchConfiguration,
    TextSearchDictionary,
)
from bootstrap.dialects.postgresql.names import literal, qualified, quote
from bootstrap.dialects.postgresql.render.statements import (
    comment,
    comment_change,
    option_changes,
    option_names,
    options_sql,
    owner_change,
    statement,
)
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Statement

STANDARD_COMMENT = "standard public schema"


def create_schema(item: Schema, context: RenderContext) -> list[Statement]:
    """``CREATE SCHEMA``."""
    made = [statement(f"CREATE SCHEMA {quote(item.name)}", item.ref, context, creates=True)]
    made += owner_change(item.ref, None, item.owner, context)
    before = "" if item.name == "public" else None  # a new schema public has no comment; None is the usual one
    return made + _schema_comment(before, item, context)


def _schema_comment(before: str | None, item: Schema, context: RenderContext) -> list[Statement]:
    if before == item.comment:
        return []
    text = item.comment
    if item.name == "public":
        text = STANDARD_COMMENT if text is None else text or None
    return [statement(comment(f"SCHEMA {quote(item.name)}", text), item.ref, context)]


def alter_schema(before: Schema, after: Schema, context: RenderContext) -> list[Statement]:
    """Owner and comment."""
    made = owner_change(after.ref, before.owner, after.owner, context)
    return made + _schema_comment(before.comment, after, context)


def drop_schema(item: Schema, context: RenderContext) -> list[Statement]:
    """``DROP SCHEMA``; what is in it has drops of its own, or the server refuses."""
    return [statement(f"DROP SCHEMA {quote(item.name)}", item.ref, context)]


def create_extension(item: Extension, context: RenderContext) -> list[Statement]:
    """``CREATE EXTENSION``."""
    sql = f"CREATE EXTENSION {quote(item.name)}"
    if item.schema:
        sql += f" SCHEMA {quote(item.schema)}"
    if item.version:
        sql += f" VERSION {literal(item.version)}"
    return [statement(sql, item.ref, context, creates=True), *comment_change(item.ref, None, item.comment, context)]


def alter_extension(before: Extension, after: Extension, context: RenderContext) -> list[Statement]:
    """Update to the declared version, move to the declared schema."""
    alter = f"ALTER EXTENSION {quote(after.name)}"
    made = []
    if after.version and before.version != after.version:
        sql = f"{alter} UPDATE TO {literal(after.version)}"
        made.append(statement(sql, after.ref, context))
    if after.schema and before.schema != after.schema:
        made.append(statement(f"{alter} SET SCHEMA {quote(after.schema)}", after.ref, context))
    if before.comment != after.comment:
        made.append(statement(_extension_comment(after), after.ref, context))
    return made


def _extension_comment(item: Extension) -> str:
    """An extension without a comment of its own has the extension's own."""
    if item.comment is not None:
        return comment(f"EXTENSION {quote(item.name)}", item.comment)
    name = literal(item.name).strip()
    return (
        f"DO $do$\nBEGIN\n  EXECUTE format('COMMENT ON EXTENSION %I IS %L', {name},\n"
        f"    (SELECT comment FROM pg_available_extensions WHERE name = {name}));\nEND\n$do$"
    )


def drop_extension(item: Extension, context: RenderContext) -> list[Statement]:
    """``DROP EXTENSION``."""
    return [statement(f"DROP EXTENSION {quote(item.name)}", item.ref, context)]


_BARE = frozenset({"deterministic", "provider"})


def create_collation(item: Collation, context: RenderContext) -> list[Statement]:
    """``CREATE COLLATION``."""
    options = ", ".join(
        f"{name} = {value if name in _BARE else literal(value).strip()}"
        for name, value in sorted(item.options, key=lambda option: option[0] != "provider")
    )
    sql = f"CREATE COLLATION {qualified(item.schema, item.name)} ({options})"
    made = [statement(sql, item.ref, context, creates=True)]
    made += owner_change(item.ref, None, item.owner, context)
    return made + comment_change(item.ref, None, item.comment, context)


def create_operator(item: Operator, context: RenderContext) -> list[Statement]:
    """``CREATE OPERATOR``."""
    parts = [f"FUNCTION = {item.function}"]
    parts += [f"LEFTARG = {item.left}"] if item.left else []
    parts.append(f"RIGHTARG = {item.right}")
    for name, value in item.options:
        parts.append(name.upper() if name in ("hashes", "merges") else f"{name.upper()} = {value}")
    sql = f"CREATE OPERATOR {quote(item.schema)}.{item.name} (\n    " + ",\n    ".join(parts) + "\n)"
    made = [statement(sql, item.ref, context, creates=True)]
    made += owner_change(item.ref, None, item.owner, context)
    return made + comment_change(item.ref, None, item.comment, context)


def alter_operator(before: Operator, after: Operator, context: RenderContext) -> list[Statement]:
    """Owner and comment; anything else is a new operator."""
    made = owner_change(after.ref, before.owner, after.owner, context)
    return made + comment_change(after.ref, before.comment, after.comment, context)


def create_dictionary(item: TextSearchDictionary, context: RenderContext) -> list[Statement]:
    """``CREATE TEXT SEARCH DICTIONARY``."""
    options = f", {options_sql(item.options)}" if item.options else ""
    name = qualified(item.schema, item.name)
    sql = f"CREATE TEXT SEARCH DICTIONARY {name} (TEMPLATE = {item.template}{options})"
    made = [statement(sql, item.ref, context, creates=True)]
    made += owner_change(item.ref, None, item.owner, context)
    return made + comment_change(item.ref, None, item.comment, context)


def alter_dictionary(
    before: TextSearchDictionary, after: TextSearchDictionary, context: RenderContext
) -> list[Statement]:
    """Options, owner and comment; another template is another dictionary."""
    changed, gone = option_changes(before.options, after.options)
    options = ", ".join(text for text in (options_sql(changed), option_names(gone)) if text)
    name = qualified(after.schema, after.name)
    made = [statement(f"ALTER TEXT SEARCH DICTIONARY {name} ({options})", after.ref, context)] if options else []
    made += owner_change(after.ref, before.owner, after.owner, context)
    return made + comment_change(after.ref, before.comment, after.comment, context)


def create_text_search(item: TextSearchConfiguration, context: RenderContext) -> list[Statement]:
    """``CREATE TEXT SEARCH CONFIGURATION`` with its mappings."""
    sql = f"CREATE TEXT SEARCH CONFIGURATION {qualified(item.schema, item.name)} (PARSER = {item.parser})"
    made = [statement(sql, item.ref, context, creates=True)]
    made += _mappings(replace(item, mappings=()), item, context, new=True)
    made += owner_change(item.ref, None, item.owner, context)
    return made + comment_change(item.ref, None, item.comment, context)


def alter_text_search(
    before: TextSearchConfiguration, after: TextSearchConfiguration, context: RenderContext
) -> list[Statement]:
    """Mappings, owner, comment."""
    made = _mappings(before, after, context, new=False)
    made += owner_change(after.ref, before.owner, after.owner, context)
    return made + comment_change(after.ref, before.comment, after.comment, context)


def _mappings(
    before: TextSearchConfiguration, after: TextSearchConfiguration, context: RenderContext, *, new: bool
) -> list[Statement]:
    alter = f"ALTER TEXT SEARCH CONFIGURATION {qualified(after.schema, after.name)}"
    old, wanted = dict(before.mappings), dict(after.mappings)
    steps = [f"{alter} DROP MAPPING FOR {quote(token)}" for token in old if token not in wanted]
    for token, dictionaries in wanted.items():
        if old.get(token) != dictionaries:
            word = "ALTER" if token in old else "ADD"
            steps.append(f"{alter} {word} MAPPING FOR {quote(token)} WITH {', '.join(dictionaries)}")
    return [statement(sql, after.ref, context, creates=new) for sql in steps]


def create_statistics(item: Statistics, context: RenderContext) -> list[Statement]:
    """``CREATE STATISTICS``."""
    single = len(item.expressions) == 1
    kinds = "" if single or not item.kinds else f" ({', '.join(item.kinds)})"
    table = qualified(item.table_schema or item.schema, item.table)
    sql = f"CREATE STATISTICS {qualified(item.schema, item.name)}{kinds} ON {', '.join(item.expressions)} FROM {table}"
    made = [statement(sql, item.ref, context, creates=item.ref.owner in context.created)]
    if item.target is not None:
        made.append(_statistics_target(item, context))
    made += owner_change(item.ref, None, item.owner, context)
    return made + comment_change(item.ref, None, item.comment, context)


def _statistics_target(item: Statistics, context: RenderContext) -> Statement:
    target = -1 if item.target is None else item.target
    return statement(f"ALTER STATISTICS {qualified(item.schema, item.name)} SET STATISTICS {target}", item.ref, context)


def alter_statistics(before: Statistics, after: Statistics, context: RenderContext) -> list[Statement]:
    """Target, owner, comment; anything else is a new object."""
    made = [_statistics_target(after, context)] if before.target != after.target else []
    made += owner_change(after.ref, before.owner, after.owner, context)
    return made + comment_change(after.ref, before.comment, after.comment, context)
