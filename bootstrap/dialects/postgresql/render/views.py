"""Views and materialized views."""

from __future__ import annotations

from bootstrap.catalog.code import View
from bootstrap.dialects.postgresql.names import qualified, quote
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


def create_view(view: View, context: RenderContext, *, replace_it: bool = False) -> list[Statement]:
    """``CREATE VIEW`` or ``CREATE MATERIALIZED VIEW`` with all that belongs to it but the indexes."""
    made = [statement(_create_sql(view, replace_it=replace_it), view.ref, context, creates=not replace_it)]
    if not replace_it:
        made += owner_change(view.ref, None, view.owner, context)
        made += comment_change(view.ref, None, view.comment, context)
        made += _column_properties(None, view, context)
    return made


def _create_sql(view: View, *, replace_it: bool) -> str:
    names = f" ({', '.join(map(quote, view.columns))})" if view.columns else ""
    body = view.definition.strip().rstrip(";")
    if view.materialized:
        sql = f"CREATE MATERIALIZED VIEW {qualified(view.schema, view.name)}{names}"
        sql += f" USING {quote(view.access_method)}" if view.access_method else ""
        sql += f" WITH ({options_sql(view.options)})" if view.options else ""
        sql += f" TABLESPACE {quote(view.tablespace)}" if view.tablespace else ""
        return f"{sql} AS\n{body}" + ("" if view.with_data else "\nWITH NO DATA")
    word = "CREATE OR REPLACE VIEW" if replace_it else "CREATE VIEW"
    options = list(view.options) + ([("check_option", view.check_option)] if view.check_option else [])
    with_options = f" WITH ({options_sql(options)})" if options else ""
    return f"{word} {qualified(view.schema, view.name)}{names}{with_options} AS\n{body}"


def _column_properties(before: View | None, view: View, context: RenderContext) -> list[Statement]:
    relation = qualified(view.schema, view.name)
    old, new = dict(before.column_comments if before else ()), dict(view.column_comments)
    kept = {name for name, _ in view.column_types} or set(new)
    made = [
        statement(comment(f"COLUMN {relation}.{quote(name)}", new.get(name)), view.ref, context, creates=before is None)
        for name in {**old, **new}
        if old.get(name) != new.get(name) and name in kept
    ]
    had, has = dict(before.column_defaults if before else ()), dict(view.column_defaults)
    for name in {**had, **has}:
        if had.get(name) != has.get(name):
            action = f"SET DEFAULT {has[name]}" if name in has else "DROP DEFAULT"
            sql = f"ALTER VIEW {relation} ALTER COLUMN {quote(name)} {action}"
            made.append(statement(sql, view.ref, context, creates=before is None))
    return made


def drop_view(view: View, context: RenderContext) -> list[Statement]:
    """``DROP VIEW``: it holds no data of its own."""
    word = "MATERIALIZED VIEW" if view.materialized else "VIEW"
    return [statement(f"DROP {word} {qualified(view.schema, view.name)}", view.ref, context)]


def only_appends(before: View, after: View) -> bool:
    """Whether CREATE OR REPLACE VIEW is allowed: the old columns are all there, in place, of the same type."""
    if before.materialized or after.materialized or not before.column_types:
        return False
    return after.column_types[: len(before.column_types)] == before.column_types


def alter_view(before: View, after: View, context: RenderContext) -> list[Statement]:
    """Replace the definition where columns are only appended; options, owner and comments in place."""
    made: list[Statement] = []
    word = "MATERIALIZED VIEW" if after.materialized else "VIEW"
    alter = f"ALTER {word} {qualified(after.schema, after.name)}"
    old = list(before.options) + ([("check_option", before.check_option)] if before.check_option else [])
    new = list(after.options) + ([("check_option", after.check_option)] if after.check_option else [])
    if before.definition != after.definition:
        made = create_view(after, context, replace_it=True)
    else:
        changed, gone = option_changes(old, new)
        if changed:
            made.append(statement(f"{alter} SET ({options_sql(changed)})", after.ref, context))
        if gone:
            made.append(statement(f"{alter} RESET ({option_names(gone)})", after.ref, context))
    if after.materialized and before.with_data != after.with_data:
        suffix = "" if after.with_data else " WITH NO DATA"
        name = qualified(after.schema, after.name)
        made.append(statement(f"REFRESH MATERIALIZED VIEW {name}{suffix}", after.ref, context))
    if before.tablespace != after.tablespace:
        made.append(statement(f"{alter} SET TABLESPACE {quote(after.tablespace or 'pg_default')}", after.ref, context))
    made += owner_change(after.ref, before.owner, after.owner, context)
    made += comment_change(after.ref, before.comment, after.comment, context)
    return made + _column_properties(before, after, context)
