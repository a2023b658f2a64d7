"""Functions, procedures and aggregates."""

from __future__ import annotations

from collections.abc import Iterator

from bootstrap.catalog.code import Routine
from bootstrap.catalog.ref import Kind
from bootstrap.dialects.postgresql.names import dollar_quoted, literal, qualified, quote, split_top_level
from bootstrap.dialects.postgresql.render.statements import (
    comment_change,
    kind_sql,
    name_sql,
    owner_change,
    statement,
)
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Statement

_WORDS = {"volatility": "", "parallel": "PARALLEL ", "cost": "COST ", "rows": "ROWS ", "support": "SUPPORT ",
          "transform": "TRANSFORM "}  # fmt: skip
_FLAGS = {"strict": "STRICT", "leakproof": "LEAKPROOF", "window": "WINDOW"}
# Lists of names, which SET takes as they are; everything else is one literal.
_LISTS = frozenset({"search_path", "temp_tablespaces", "session_preload_libraries", "local_preload_libraries",
                    "shared_preload_libraries", "datestyle"})  # fmt: skip


def create_routine(item: Routine, context: RenderContext, *, replace_it: bool = False) -> list[Statement]:
    """``CREATE FUNCTION``, ``PROCEDURE`` or ``AGGREGATE``."""
    sql = _aggregate(item, replace_it=replace_it) if item.kind is Kind.AGGREGATE else _routine(item, replace_it)
    made = [statement(sql, item.ref, context, creates=not replace_it)]
    if not replace_it:
        made += owner_change(item.ref, None, item.owner, context)
        made += comment_change(item.ref, None, item.comment, context)
    return made


def _routine(item: Routine, replace_it: bool) -> str:  # one caller
    word = ("CREATE OR REPLACE " if replace_it else "CREATE ") + kind_sql(item.kind)
    lines = [f"{word} {qualified(item.schema, item.name)}({item.arguments})"]
    if item.returns and item.kind is Kind.FUNCTION:
        lines.append(f" RETURNS {item.returns}")
    lines.append(f" LANGUAGE {quote(item.language)}")
    lines += [f" {clause}" for clause in _clauses(item)]
    return "\n".join([*lines, _body(item)])


def _body(item: Routine) -> str:
    if item.atomic:
        return item.body.rstrip().rstrip(";")
    library = dict(item.attributes).get("library")
    if library:
        return f"AS {literal(library).strip()}, {literal(item.body).strip()}"
    return f"AS {dollar_quoted(item.body)}"


def _clauses(item: Routine) -> Iterator[str]:
    for name, value in item.attributes:
        if name == "library":
            continue
        if name.startswith("set "):
            yield f"SET {_setting_name(name[4:])} TO {setting_value(name[4:], value)}"
        elif name == "security":
            yield f"SECURITY {value.upper()}" if value.lower() in ("definer", "invoker") else value
        elif name in _FLAGS:
            if str(value).lower() not in ("false", ""):
                yield _FLAGS[name]
        elif name in _WORDS:
            yield _WORDS[name] + (value.upper() if name in ("volatility", "parallel") else value)
        else:
            yield value


def _setting_name(name: str) -> str:
    return ".".join(quote(part) for part in name.split("."))


def setting_value(name: str, value: str) -> str:
    """The value of a setting as SET … TO takes it."""
    if name.lower() in _LISTS:
        parts = [part.strip() for part in split_top_level(value)]
        # The server keeps an empty name as "", which is no identifier.
        return ", ".join(part if _is_quoted(part) else literal(part.strip('"')).strip() for part in parts) or "''"
    return literal(value).strip()


def _is_quoted(part: str) -> bool:
    return part.startswith(('"', "'")) and part != '""'


def _aggregate(item: Routine, *, replace_it: bool) -> str:
    word = "CREATE OR REPLACE AGGREGATE" if replace_it else "CREATE AGGREGATE"
    order = ["SFUNC", "STYPE"]
    options = dict(item.attributes)
    names = [name for name in order if name in options] + sorted(name for name in options if name not in order)
    inner = ",\n    ".join(f"{name} = {options[name]}" if options[name] else name for name in names)
    return f"{word} {qualified(item.schema, item.name)}({item.arguments or '*'}) (\n    {inner}\n)"


def drop_routine(item: Routine, context: RenderContext) -> list[Statement]:
    """``DROP FUNCTION`` and its like."""
    return [statement(f"DROP {kind_sql(item.kind)} {name_sql(item.ref)}", item.ref, context)]


def is_replaceable(before: Routine, after: Routine) -> bool:
    """Whether CREATE OR REPLACE is allowed: same result, same names of arguments, no default taken away."""
    if before.kind is not after.kind or before.returns != after.returns:
        return False
    if before.arguments == after.arguments:
        return dict(before.attributes).get("window") == dict(after.attributes).get("window")
    if before.kind is Kind.AGGREGATE:
        return False
    old, new = split_top_level(before.arguments), split_top_level(after.arguments)
    if len(old) != len(new):
        return False
    return all(_same_argument(one, other) for one, other in zip(old, new, strict=True))


def _same_argument(before: str, after: str) -> bool:
    (one, has_default, _), (other, will_have, _) = before.partition(" DEFAULT "), after.partition(" DEFAULT ")
    return one == other and (not has_default or bool(will_have))


def alter_routine(before: Routine, after: Routine, context: RenderContext) -> list[Statement]:
    """Replace the definition; owner and comment in place."""
    made: list[Statement] = []
    parts = ("arguments", "returns", "language", "body", "atomic", "attributes")
    if any(getattr(before, name) != getattr(after, name) for name in parts):
        made = create_routine(after, context, replace_it=True)
    made += owner_change(after.ref, before.owner, after.owner, context)
    return made + comment_change(after.ref, before.comment, after.comment, context)
