"""SQL that stands inside of statements: it must end where it ends, or what follows would mean something else.

A declaration's author may write any body and any step. A type, a default or a condition is part of a statement that
we build: a semicolon, a bracket too many, a comment that swallows the rest would make another statement of it, and the
server would blame the wrong object, or none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any

from bootstrap.catalog.columns import Column, Generated
from bootstrap.catalog.constraints import Check
from bootstrap.catalog.indexes import Index, IndexPart
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.declaration.report import shown
from bootstrap.declaration.validate.context import Context
from bootstrap.sql.lexer import MYSQL, SqlTextError, Token, scan

# One type or one expression: a comma outside of brackets would begin something else.
_SINGLE = frozenset({"type", "subtype", "default", "on_update", "where", "when", "using", "check"})
_SEVERAL = frozenset({
    "expression", "sub_expression", "bound", "values", "definition", "arguments", "returns", "schedule", "method",
    "engine", "charset", "collation", "sql_mode",
})  # fmt: skip
_SINGLE_EXPRESSIONS = (Check, Generated, IndexPart)
# Whole statements, printed last: a comment at their end swallows nothing.
_LAST = frozenset({"definition"})
_BLOCK_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)  # ends itself, whatever it holds
_HARMLESS = re.compile(r"[\w .:]*\Z")
_OPEN = {"(": ")", "[": "]"}


def check_fragments(context: Context) -> None:
    """Every piece of SQL in the catalog that becomes part of a statement."""
    for item in context.catalog.objects.values():
        for ref, name, text, single in _fragments(item, item.ref):
            fault = _fault(text, context.engine, single=single, last=name in _LAST)
            if fault:
                context.problem(ref, f"{name} of {ref}: {fault}: {shown(text, 80)}", "write one complete piece of SQL")


def _fragments(item: Any, ref: Ref) -> Iterator[tuple[Ref, str, str, bool]]:
    """To what it belongs, the field, the text, and whether that is a single type or expression."""
    for field in fields(item):
        value = getattr(item, field.name)
        if not value:
            continue
        if isinstance(value, str):
            single = field.name in _SINGLE or (field.name == "expression" and isinstance(item, _SINGLE_EXPRESSIONS))
            if single or field.name in _SEVERAL:
                yield ref, field.name, value, single
        elif field.name == "options" and isinstance(item, Table | Index):
            yield from ((ref, f"option {key}", text, True) for key, text in value)
        elif is_dataclass(value) or isinstance(value, tuple):
            for part in value if isinstance(value, tuple) else (value,):
                if is_dataclass(part):
                    yield from _fragments(part, _member(part, ref))


def _member(part: Any, ref: Ref) -> Ref:
    """A column or constraint is named itself; what has no name belongs to what it is in."""
    kind = Kind.COLUMN if isinstance(part, Column) else getattr(part, "kind", None)
    return ref.child(kind, part.name) if isinstance(kind, Kind) and part.name else ref


@lru_cache(maxsize=4096)
def _fault(text: str, engine: str, *, single: bool, last: bool) -> str | None:
    """What makes a text spill over into the statement around it."""
    if _HARMLESS.match(text):
        return None
    try:
        tokens = scan(text, engine)
    except SqlTextError as error:
        return str(error)
    rest = _BLOCK_COMMENT.sub("", text[tokens[-1].end :] if tokens else text)
    if not last and re.search(r"(--|#)[^\n]*\Z" if engine == MYSQL else r"--[^\n]*\Z", rest):
        return "a comment at the end swallows what follows"
    return _unpaired(tokens, single=single)


def _unpaired(tokens: list[Token], *, single: bool) -> str | None:
    waiting: list[str] = []
    for token in tokens:
        if token.kind != "other":
            continue
        if token.text == ";" and not waiting:  # a rule's actions stand in brackets, with semicolons between them
            return "a semicolon ends the statement"
        if token.text in _OPEN:
            waiting.append(_OPEN[token.text])
        elif token.text in _OPEN.values():
            if not waiting or waiting.pop() != token.text:
                return f"the bracket {token.text} was not opened"
        elif token.text == "," and single and not waiting:
            return "a comma outside of parentheses"
    return f"the bracket that {waiting[-1]} closes is not closed" if waiting else None
