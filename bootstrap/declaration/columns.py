"""The short form of a column: ``varchar(100) not null default 'x'``, as SQL writes it behind the column's name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

from bootstrap.catalog.columns import Column, Identity
from bootstrap.declaration.generated import take_generated, take_number
from bootstrap.declaration.parts import Cursor, Reference, collation_name, take_reference
from bootstrap.sql.lexer import MYSQL, POSTGRESQL, SqlTextError, Token, closing, scan

SERIAL = frozenset({"smallserial", "serial", "bigserial", "serial2", "serial4", "serial8"})
_SPACE = re.compile(r"\s+")


@dataclass(slots=True)
class ColumnText:
    """What a short form says: the column, and the constraints that stand beside it."""

    column: Column
    primary_key: bool = False
    unique: bool = False
    checks: list[tuple[str, str]] = field(default_factory=list)  # name or "", expression
    references: Reference | None = None


@dataclass(slots=True)
class _Written:
    """The same without the column's name: attributes of the column, and the constraints."""

    values: dict[str, Any]
    primary_key: bool = False
    unique: bool = False
    checks: list[tuple[str, str]] = field(default_factory=list)
    references: Reference | None = None


# What ends a type or a default. A word alone, or with the word that must follow for it to be a clause.
_CLAUSES: dict[str, tuple[str, ...]] = {
    "not": ("null",),
    "null": (),
    "default": (),
    "collate": (),
    "character": ("set",),
    "charset": (),
    "auto_increment": (),
    "comment": (),
    "generated": (),
    "as": (),
    "on": ("update",),
    "primary": ("key",),
    "unique": (),
    "references": (),
    "check": (),
    "constraint": (),
    "storage": (),
    "compression": (),
    "invisible": (),
    "visible": (),
    "srid": (),
    "without": ("system",),
}


def parse_column(name: str, text: str, engine: str) -> ColumnText:
    """Read the short form of a column.

    Args:
        name: the column's name.
        text: what SQL would write behind it.
        engine: postgresql or mysql.

    Raises:
        SqlTextError: with what cannot be read.
    """
    found = _parsed(text, engine)
    column = Column(name=name, **found.values)
    return ColumnText(column, found.primary_key, found.unique, list(found.checks), found.references)


@lru_cache(maxsize=4096)  # a schema has many columns that are written alike
def _parsed(text: str, engine: str) -> _Written:
    cursor = Cursor(text, scan(text, engine))
    kind = _until_clause(cursor, engine)
    if not kind:
        raise SqlTextError("has no type", 0, remedy="begin with the type")
    _check_type(cursor.tokens[: cursor.index])
    found = _Written({"type": kind})
    while cursor.current is not None:
        if not _clause(cursor, found, engine):
            raise SqlTextError(f"cannot read {cursor.text[cursor.current.start :]!r}", cursor.current.start)
    return found


# Words that may follow the first one of a type's name.
_TYPE_WORDS = frozenset(
    {
        "precision", "varying", "with", "without", "time", "zone", "local", "year", "month", "day", "hour", "minute",
        "second", "to", "array", "unsigned", "signed", "zerofill", "compressed", "large", "object", "char",
        "character", "varchar", "text", "binary", "byte", "ascii", "unicode",
    }
)  # fmt: skip


def _check_type(tokens: list[Token]) -> None:
    """Refuse a word that is no part of a type: ``int nott null``."""
    depth = 0
    for before, token in pairwise(tokens):
        depth += {"(": 1, "[": 1}.get(before.text, 0) - {")": 1, "]": 1}.get(before.text, 0)
        if depth == 0 and token.kind == "word" and before.text != "." and token.word not in _TYPE_WORDS:
            raise SqlTextError(
                f"cannot read {token.text}", token.start, remedy="write the type, then not null, default"
            )


def _at_clause(cursor: Cursor) -> bool:
    token = cursor.current
    if token is None:
        return True
    following = _CLAUSES.get(token.word)
    # A part of a name with dots is none: a schema may be called like a clause.
    beside = {part.text for part in cursor.tokens[max(cursor.index - 1, 0) : cursor.index + 2]}
    return following is not None and "." not in beside and cursor.at(token.word, *following)


def _until_clause(cursor: Cursor, engine: str) -> str:
    """The text up to the next clause, brackets passed over whole, white space made single."""
    start = cursor.index
    while not _at_clause(cursor):
        if cursor.at("(") or cursor.at("["):
            cursor.index = closing(cursor.tokens, cursor.index)
        cursor.index += 1
    if cursor.index == start:
        return ""
    text = cursor.between(start)
    return text if any(t.kind == "string" for t in scan(text, engine)) else _SPACE.sub(" ", text)


def _clause(cursor: Cursor, found: _Written, engine: str) -> bool:
    if cursor.take("not", "null"):
        found.values["nullable"] = False
    elif cursor.take("null"):
        found.values["nullable"] = True
    elif cursor.take("default"):
        _default(cursor, found, engine)
    elif cursor.take("collate"):
        found.values["collation"] = collation_name(cursor.path("a collation"))
    elif cursor.take("primary", "key"):
        found.primary_key = True
    elif cursor.take("unique"):
        cursor.take("key")
        found.unique = True
    elif cursor.take("references"):
        found.references = take_reference(cursor)
    elif cursor.at("constraint") or cursor.at("check"):
        _check(cursor, found)
    elif cursor.at("generated") or cursor.at("as"):
        _generated(cursor, found, engine)
    else:
        return _engine_clause(cursor, found, engine)
    return True


def _engine_clause(cursor: Cursor, found: _Written, engine: str) -> bool:
    word = cursor.current.word if cursor.current else ""
    readers = _MYSQL_CLAUSES if engine == MYSQL else _POSTGRESQL_CLAUSES
    if word not in readers:
        other = _POSTGRESQL_CLAUSES if engine == MYSQL else _MYSQL_CLAUSES
        if word in other:
            raise SqlTextError(f"{word} does not exist on {engine}", 0, remedy=_INSTEAD.get(word, "remove it"))
        return False
    readers[word](cursor, found)
    return True


_INSTEAD = {
    "auto_increment": "write generated by default as identity, or the type bigserial",
    "comment": "write {type: …, comment: …}",
    "on": "use a trigger",
}


def _default(cursor: Cursor, found: _Written, engine: str) -> None:
    start = cursor.index
    token = cursor.current
    if token is None or (cursor.at("not", "null")):
        raise SqlTextError("default without a value", len(cursor.text))
    if token.text in {"(", "["} and token.kind == "other":
        cursor.index = closing(cursor.tokens, cursor.index)
    cursor.index += 1
    # The first token belongs to the value whatever it is: default null, default (…).
    _until_clause(cursor, engine)
    value = cursor.between(start)
    found.values["default"] = None if value.lower() == "null" else value


def _check(cursor: Cursor, found: _Written) -> None:
    name = cursor.name("a name") if cursor.take("constraint") else ""
    if name and cursor.take("not", "null"):
        found.values.update(nullable=False, not_null_name=name)
        return
    if not cursor.take("check") or not cursor.at("("):
        raise SqlTextError("expected check (…)", 0)
    inside = cursor.brackets()
    if not inside:
        raise SqlTextError("check is empty", 0)
    found.checks.append((name, cursor.text[inside[0].start : inside[-1].end]))


def _generated(cursor: Cursor, found: _Written, engine: str) -> None:
    value = take_generated(cursor, engine)
    if isinstance(value, Identity):
        found.values.update(identity=value, nullable=False)
    else:
        found.values["generated"] = value


def _string(cursor: Cursor) -> str:
    token = cursor.next("a text in quotes")
    if token.kind != "string" or token.text[0] not in "'\"":
        raise SqlTextError(f"{token.text} is not a text in quotes", token.start)
    quote, body = token.text[0], token.text[1:-1]
    # '' is a quote; a backslash takes the meaning from the next character, which is all that comments need.
    return re.sub(rf"{quote}{quote}|\\(.)", lambda match: match[1] or quote, body, flags=re.DOTALL)


def _charset(cursor: Cursor, found: _Written) -> None:
    if not cursor.take("character", "set"):
        cursor.take("charset")
    found.values["charset"] = cursor.name("a character set")


def _on_update(cursor: Cursor, found: _Written) -> None:
    if not cursor.take("on", "update"):
        raise SqlTextError("expected on update", 0)
    start = cursor.index
    cursor.next("an expression")
    if cursor.at("("):
        cursor.brackets()
    found.values["on_update"] = cursor.between(start)


def _flag(*words: str, **values: object) -> Callable[[Cursor, _Written], None]:
    def read(cursor: Cursor, found: _Written) -> None:
        if not cursor.take(*words):
            raise SqlTextError(f"expected {' '.join(words)}", 0)
        found.values.update(values)

    return read


def _comment(cursor: Cursor, found: _Written) -> None:
    cursor.take("comment")
    found.values["comment"] = _string(cursor)


def _srid(cursor: Cursor, found: _Written) -> None:
    cursor.take("srid")
    found.values["srid"] = take_number(cursor)


def _word(attribute: str, change: Callable[[str], str]) -> Callable[[Cursor, _Written], None]:
    def read(cursor: Cursor, found: _Written) -> None:
        cursor.next(attribute)
        found.values[attribute] = change(cursor.name(f"a {attribute}"))

    return read


_MYSQL_CLAUSES: dict[str, Callable[[Cursor, _Written], None]] = {
    "character": _charset,
    "charset": _charset,
    "auto_increment": _flag("auto_increment", auto_increment=True, nullable=False),
    "comment": _comment,
    "on": _on_update,
    "invisible": _flag("invisible", invisible=True),
    "visible": _flag("visible", invisible=False),
    "srid": _srid,
    "without": _flag("without", "system", "versioning", without_system_versioning=True),
}
_POSTGRESQL_CLAUSES: dict[str, Callable[[Cursor, _Written], None]] = {
    "storage": _word("storage", str.upper),
    "compression": _word("compression", str.lower),
}


def settle(column: Column, engine: str) -> Column:
    """What the engine implies: serial and identity columns are never null."""
    if engine == POSTGRESQL and column.type.lower() in SERIAL:
        return replace(column, serial=True, nullable=False)
    return column
