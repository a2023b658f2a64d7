"""What a statement leaves behind, as far as its text tells: decides how an interrupted statement is resumed."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from bootstrap.sql.lexer import MYSQL, Token, scan


class Effect(Enum):
    """What a statement changes."""

    ROWS = auto()  # rows only: a rollback undoes it
    SESSION = auto()  # the session only: nothing of it is left once the session ends
    IDEMPOTENT = auto()  # the same result, however often it runs
    STRUCTURE = auto()  # one atomic change of the structure, which the fingerprint of the database shows
    OPAQUE = auto()  # anything: whether it ran cannot be seen afterwards


_ROWS = {"insert", "update", "delete", "merge", "replace", "select", "with", "values", "table", "do", "savepoint",
         "rollback", "release"}  # fmt: skip
_SESSION = {"set", "reset", "use", "prepare", "deallocate", "show", "desc", "describe", "explain", "help", "listen",
            "unlisten", "discard"}  # fmt: skip
_IDEMPOTENT = {"grant", "revoke", "analyze", "optimize", "check", "checksum", "repair", "flush", "vacuum", "reindex",
               "cluster", "refresh", "checkpoint", "comment"}  # fmt: skip
_STRUCTURE = {"create", "alter", "drop", "rename"}
# SET of these outlives the session.
_SERVER_SCOPE = {"global", "persist", "persist_only", "password", "default"}
# Objects outside of the database, which its fingerprint does not show.
_SERVER_OBJECTS = {"user", "role", "database", "schema", "server", "tablespace", "instance", "logfile", "resource",
                   "subscription", "group"}  # fmt: skip
# Their replacement holds no rows.
_CODE = {"view", "function", "procedure", "trigger", "event", "aggregate", "rule"}
# They move or empty rows, or set counters that rows have moved on since.
_OF_ROWS = {"exchange", "truncate", "import", "discard", "restart", "swap"}
_KEPT_BY_DROP = {"index", "key", "primary", "constraint", "foreign", "check", "default", "not"}


def effect_of(sql: str, engine: str, database: str = "") -> Effect:
    """The effect of one statement, judged with suspicion: what is not known for certain is opaque.

    Args:
        sql: the statement.
        engine: postgresql or mysql.
        database: the session's own, so that a name qualified with another one is noticed (MySQL).
    """
    tokens = [token for token in scan(sql, engine) if token.text != "("] or [Token("other", "", 0, 0)]
    words = [token.word for token in tokens] + ["", "", ""]
    first = words[0]
    if engine == MYSQL and ("/*!" in sql or "/*M!" in sql):
        return Effect.OPAQUE
    if _is_temporary(words):
        return Effect.SESSION
    if first == "do" and engine != MYSQL:  # an anonymous block, not an expression
        return Effect.OPAQUE
    if first in _ROWS:
        return Effect.OPAQUE if {"outfile", "dumpfile"} & set(words) else Effect.ROWS
    if first == "set" and (words[1] in _SERVER_SCOPE or "transaction" in words[1:3] or "@@global" in sql.lower()):
        return Effect.IDEMPOTENT
    if first in _SESSION:
        return Effect.SESSION
    if first in _IDEMPOTENT or words[:2] == ["alter", "system"]:
        return Effect.IDEMPOTENT
    if first in _STRUCTURE:
        return _of_structure(tokens, words, engine, database)
    return Effect.OPAQUE


def _is_temporary(words: Sequence[str]) -> bool:
    return words[0] in {"create", "drop"} and bool({"temporary", "temp"} & set(words[1:3]))


def _of_structure(tokens: Sequence[Token], words: Sequence[str], engine: str, database: str) -> Effect:
    known = set(words)
    if _SERVER_OBJECTS & set(words[1:4]):
        return Effect.OPAQUE
    if words[1:3] == ["or", "replace"]:
        return Effect.IDEMPOTENT if _CODE & set(words[3:12]) and "table" not in words[3:5] else Effect.OPAQUE
    swaps = words[0] == "rename" and any(token.text == "," for token in tokens)
    if swaps or known & _OF_ROWS or _undoes_itself(words) or (engine == MYSQL and _elsewhere(tokens, database)):
        return Effect.OPAQUE
    return Effect.STRUCTURE


def _undoes_itself(words: Sequence[str]) -> bool:
    """Whether one ALTER may lose rows and yet leave the structure as it was: a column dropped and added again."""
    loses = any(word == "drop" and words[place + 1] not in _KEPT_BY_DROP for place, word in enumerate(words[1:-3], 1))
    return words[0] == "alter" and loses and bool({"add", "change", "rename"} & set(words))


def _elsewhere(tokens: Sequence[Token], database: str) -> bool:
    """Whether a name may be qualified with another database."""
    return any(
        token.text == "." and tokens[place - 1].name not in (None, database)
        for place, token in enumerate(tokens)
        if place
    )
