"""Columns of tables: defaults that are no SQL, counters without a key."""

from __future__ import annotations

import re

from bootstrap.catalog.columns import Column
from bootstrap.catalog.ref import Kind
from bootstrap.catalog.tables import Table
from bootstrap.declaration.report import shown
from bootstrap.declaration.validate.context import Context
from bootstrap.sql.lexer import MYSQL

_WORD = re.compile(r"[^\W\d]\w*\Z")
# Words that are a whole expression on one engine or the other.
_KEYWORDS = frozenset(
    {
        "true", "false", "null", "unknown", "now", "maxvalue", "user", "current_timestamp", "current_date",
        "current_time", "localtime", "localtimestamp", "current_user", "session_user", "system_user", "current_role",
        "current_catalog", "current_schema", "utc_timestamp", "utc_date", "utc_time",
    }
)  # fmt: skip


def check_columns(context: Context, table: Table) -> None:
    """Every column of a table on its own, and those of which there may be only one."""
    for column in table.columns:
        if column.default is not None and not column.inherited:
            _check_default(context, table, column)
    if context.engine == MYSQL:
        _check_counters(context, table)
        if not table.columns:
            context.problem(table.ref, f"table {context.shown(table.ref)} has no columns", "add columns:")


def _check_default(context: Context, table: Table, column: Column) -> None:
    text = (column.default or "").strip()
    ref = table.ref.child(Kind.COLUMN, column.name)
    if not text:
        context.problem(ref, f"the default of column {column.name} is empty", "write \"''\" for the empty text")
        return
    if not _WORD.match(text) or text.lower() in _KEYWORDS:
        return
    if context.engine == MYSQL and table.column(text):  # MariaDB takes another column for a default
        return
    context.problem(
        ref, f"the default of column {column.name} is {shown(text)}, which is no SQL expression",
        f"write \"'{shown(text)}'\" or {{text: {shown(text)}}} for the text",
    )  # fmt: skip


def _check_counters(context: Context, table: Table) -> None:
    counters = [column for column in table.columns if column.auto_increment]
    for column in counters[1:]:
        ref = table.ref.child(Kind.COLUMN, column.name)
        context.problem(ref, f"a second auto_increment column, {column.name}", "keep one in each table")
    firsts = [key.columns for key in (table.primary_key, *table.uniques) if key] + [i.parts for i in table.indexes]
    in_keys = {part.column.lower() for parts in firsts for part in parts if part.column}
    for column in counters[:1]:
        if column.name.lower() not in in_keys:
            ref = table.ref.child(Kind.COLUMN, column.name)
            context.problem(
                ref, f"the auto_increment column {column.name} is in no key", f"add primary_key: [{column.name}]"
            )
