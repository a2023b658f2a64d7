"""Definitions that a stricter sql_mode takes no more, and that must be able to stay."""

from __future__ import annotations

import re
from dataclasses import replace

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.mysql.known_session import tolerant_mode
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Statement

_ZERO_DATE = re.compile(r"'(?:0000-|\d{4}-00-|\d{4}-\d\d-00)")


def tolerated(statement: Statement, context: RenderContext) -> Statement:
    """Let a view, and a table with a default such as '0000-00-00', be made and altered under any sql_mode.

    An ALTER checks all defaults of a table, also of columns that it does not touch. Whatever touches rows otherwise
    keeps the server's own sql_mode.
    """
    if any(name == "sql_mode" for name, _ in statement.session_settings) or not _is_old(statement.subject, context):
        return statement
    mode = ("sql_mode", f"'{tolerant_mode(context.server)}'")
    return replace(statement, session_settings=(*statement.session_settings, mode))


def _is_old(subject: Ref, context: RenderContext) -> bool:
    if subject.kind is Kind.VIEW:
        return True
    ref = subject if subject.kind is Kind.TABLE else subject.owner
    states = (context.current.objects.get(ref), context.desired.objects.get(ref)) if ref else ()
    defaults = (column.default for state in states if isinstance(state, Table) for column in state.columns)
    return any(_ZERO_DATE.search(default or "") for default in defaults)
