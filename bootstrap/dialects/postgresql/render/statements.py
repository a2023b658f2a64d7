"""How a statement is made: its timeouts, whether it touches only what is new, and its hazards."""

from __future__ import annotations

from collections.abc import Iterable

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import Role
from bootstrap.dialects.postgresql.names import literal, qualified, quote
from bootstrap.dialects.postgresql.render.arrays import faithful
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Statement
from bootstrap.plan.way import Way

_CODE = {
    Kind.ROLE: "ROLE", Kind.SCHEMA: "SCHEMA", Kind.EXTENSION: "EXTENSION", Kind.COLLATION: "COLLATION",
    Kind.DICTIONARY: "TEXT SEARCH DICTIONARY",
    Kind.TEXT_SEARCH: "TEXT SEARCH CONFIGURATION", Kind.ENUM: "TYPE", Kind.COMPOSITE: "TYPE", Kind.RANGE: "TYPE",
    Kind.DOMAIN: "DOMAIN", Kind.SEQUENCE: "SEQUENCE", Kind.TABLE: "TABLE", Kind.STATISTICS: "STATISTICS",
    Kind.VIEW: "VIEW", Kind.MATERIALIZED_VIEW: "MATERIALIZED VIEW", Kind.FUNCTION: "FUNCTION",
    Kind.PROCEDURE: "PROCEDURE", Kind.AGGREGATE: "AGGREGATE",
    Kind.OPERATOR: "OPERATOR", Kind.INDEX: "INDEX", Kind.EVENT_TRIGGER: "EVENT TRIGGER",
    Kind.PUBLICATION: "PUBLICATION",
}  # fmt: skip
_ROUTINES = frozenset({Kind.FUNCTION, Kind.PROCEDURE, Kind.AGGREGATE})
_OF_TABLES = {Kind.TRIGGER: "TRIGGER", Kind.RULE: "RULE", Kind.POLICY: "POLICY"}


def statement(
    sql: str,
    subject: Ref,
    context: RenderContext,
    *,
    creates: bool = False,
    apart: bool = False,
    display: str | None = None,
) -> Statement:
    """A statement that may share a transaction; ``creates`` says that it touches nothing that existed, ``apart`` that
    what comes before it is committed first.
    """
    return Statement(
        sql=faithful(sql),
        subject=subject,
        creates_only=creates,
        apart=apart,
        lock_timeout_ms=context.policy.lock_timeout_ms,
        statement_timeout_ms=context.policy.statement_timeout_ms,
        display=display,
    )


def concurrent(sql: str, subject: Ref) -> Statement:
    """A statement that must run alone. It waits for old snapshots by taking locks on them: a lock timeout there would
    leave an invalid index behind, so it has none.
    """
    return Statement(sql=faithful(sql), subject=subject, transactional=False)


def kind_sql(kind: Kind) -> str:
    """The word for the kind in DDL."""
    return _CODE[kind]


def target_sql(ref: Ref) -> str:
    """Kind and name as ALTER, DROP and COMMENT ON take them: ``FUNCTION app.area(integer)``."""
    if ref.kind in _OF_TABLES:
        return f"{_OF_TABLES[ref.kind]} {quote(ref.name)} ON {qualified(ref.schema, ref.table)}"
    return f"{_CODE[ref.kind]} {name_sql(ref)}"


def name_sql(ref: Ref) -> str:
    """The qualified name; of a routine with its argument types."""
    if ref.kind is Kind.OPERATOR:
        return f"{quote(ref.schema)}.{ref.name}".replace("(", " (", 1)
    if ref.kind in _ROUTINES:
        name, arguments = split_signature(ref.name)
        if ref.kind is Kind.AGGREGATE and not arguments:
            arguments = "*"
        return f"{qualified(ref.schema, name)}({arguments})"
    return qualified(ref.schema, ref.name)


def split_signature(text: str) -> tuple[str, str]:
    """Name and argument types of ``name(types)``; the name itself may hold parentheses, the types end the text."""
    depth = 0
    for place in range(len(text) - 1, -1, -1):
        if text[place] == ")":
            depth += 1
        elif text[place] == "(":
            depth -= 1
            if depth == 0:
                return text[:place], text[place + 1 : -1]
    return text, ""


def comment(target: str, text: str | None) -> str:
    """``COMMENT ON``."""
    return f"COMMENT ON {target} IS {literal(text).strip() if text is not None else 'NULL'}"


def is_new(table: Ref, context: RenderContext) -> bool:
    """Whether the table is made in this very plan."""
    return table in context.created


def rows_of(table: Ref, context: RenderContext) -> int | None:
    """How many rows the table has; None where nobody knows."""
    if is_new(table, context):
        return 0
    size = context.sizes.get(table)
    return None if size is None else size.rows


def takes_care(table: Ref, context: RenderContext) -> bool:
    """Whether the table is in use: then indexes are built concurrently and constraints validated in a second step."""
    return context.policy.online and context.way is not Way.TOGETHER and not is_new(table, context)


def is_swapped(table: Ref, context: RenderContext) -> bool:
    """Whether a constraint or index is built beside the one whose place it takes."""
    return context.way is Way.BESIDE and takes_care(table, context)


def options_sql(options: Iterable[tuple[str, str]]) -> str:
    """``name = 'value', …`` for WITH and SET."""
    return ", ".join(f"{_option_name(name)} = {_option_value(value)}" for name, value in options)


def option_names(options: Iterable[tuple[str, str]]) -> str:
    """``name, …`` for RESET."""
    return ", ".join(_option_name(name) for name, _ in options)


def option_changes(
    before: Iterable[tuple[str, str]], after: Iterable[tuple[str, str]]
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What to SET and what to RESET.

    The server keeps what is set at the end of its list: all are set, so that they stand in the order of the
    declaration.
    """
    old, new = dict(before), dict(after)
    changed = list(new.items()) if any(old.get(name) != value for name, value in new.items()) else []
    return changed, [(name, value) for name, value in old.items() if name not in new]


def _option_name(name: str) -> str:
    return ".".join(quote(part) for part in name.split("."))


def _option_value(value: str) -> str:
    return value if value.replace(".", "", 1).lstrip("-").isdigit() else literal(value).strip()


def owner_change(ref: Ref, before: str | None, after: str | None, context: RenderContext) -> list[Statement]:
    """``ALTER … OWNER TO`` where an owner is declared and differs."""
    if after is None or after == before:
        return []
    sql = f"ALTER {target_sql(ref)} OWNER TO {quote(after)}"
    made = membership(after, ref, context, creates=before is None)
    return [*made, statement(sql, ref, context, creates=before is None)]


def membership(role: str, subject: Ref, context: RenderContext, *, creates: bool = False) -> list[Statement]:
    """Let this session act for a role: who is no superuser gives objects only to roles that it is a member of, and
    changes only objects of such roles.
    """
    account = context.server.account
    if "superuser" in context.server.capabilities or not account or role == account:
        return []
    if Ref(Kind.ROLE, "", role) not in context.current.objects and subject != Ref(Kind.ROLE, "", role):
        return []  # came with the role
    myself = context.current.objects.get(Ref(Kind.ROLE, "", account))
    if isinstance(myself, Role) and role in myself.member_of:
        return []
    return [statement(f"GRANT {quote(role)} TO {quote(account)}", subject, context, creates=creates)]


def comment_change(
    ref: Ref, before: str | None, after: str | None, context: RenderContext, *, target: str = ""
) -> list[Statement]:
    """``COMMENT ON`` where the comment differs."""
    if before == after:
        return []
    return [statement(comment(target or target_sql(ref), after), ref, context, creates=is_created(ref, context))]


def is_created(ref: Ref, context: RenderContext) -> bool:
    """Whether an object, or the table it belongs to, does not exist yet."""
    return is_new(ref.owner or ref, context) or (ref.owner or ref) not in context.current.objects
