"""Expressions as the server prints them: which columns they read, and whether each row gets a value of its own."""

from __future__ import annotations

from itertools import pairwise

from bootstrap.dialects.mysql.introspection.lexer import TokenKind, tokens_of
from bootstrap.dialects.mysql.render.parts import is_expression
from bootstrap.dialects.mysql.text import unquoted
from bootstrap.plan.server import Server

_NAMES = frozenset({TokenKind.NAME, TokenKind.WORD})

# Functions with one value for the whole statement. Any other may have one for each row, as UUID() does.
_ONE_VALUE = frozenset({
    "abs", "ascii", "bin", "bit_length", "cast", "ceil", "ceiling", "char", "char_length", "coalesce", "concat",
    "concat_ws", "conv", "convert", "crc32", "curdate", "current_date", "current_role", "current_time",
    "current_timestamp", "current_user", "curtime", "database", "date", "date_add", "date_format", "date_sub",
    "day", "dayofmonth", "dayofweek", "dayofyear", "elt", "field", "floor", "format", "from_days", "from_unixtime",
    "greatest", "hex", "hour", "if", "ifnull", "inet6_aton", "inet_aton", "insert", "instr", "interval", "isnull",
    "json_array", "json_object", "json_quote", "last_day", "lcase", "least", "left", "length", "localtime",
    "localtimestamp", "locate", "lower", "lpad", "ltrim", "makedate", "maketime", "md5", "microsecond", "mid",
    "minute", "month", "now", "nullif", "oct", "octet_length", "pi", "point", "pow", "power", "quarter", "quote",
    "rand",
    "repeat", "replace", "reverse", "right", "round", "rpad", "rtrim", "schema", "second", "sec_to_time",
    "session_user", "sha", "sha1", "sha2", "sign", "space", "sqrt", "str_to_date", "st_geomfromtext",
    "st_pointfromtext", "substr", "substring", "substring_index", "system_user", "time", "time_to_sec", "timestamp",
    "timestampadd", "timestampdiff", "to_days", "trim", "truncate", "ucase", "unhex", "unix_timestamp", "upper",
    "user", "utc_date", "utc_time", "utc_timestamp", "version", "week", "weekday", "year",
})  # fmt: skip
# What may stand before a parenthesis without being called.
_OPERATORS = frozenset({
    "and", "between", "case", "div", "else", "in", "interval", "is", "like", "mod", "not", "or", "then", "when",
    "xor",
})  # fmt: skip


def differs_by_row(default: str | None, column_type: str, server: Server) -> bool:
    """Whether a new column with this default makes the server write every row."""
    if default is None or not is_expression(default, column_type, server):
        return False
    return "instant_expressions" not in server.capabilities or not _has_one_value(default)


def _has_one_value(expression: str) -> bool:
    """Whether it reads no column, and calls only what has one value for the whole statement."""
    tokens = list(tokens_of(expression))
    if any(token.kind is TokenKind.NAME for token in tokens):
        return False
    called = (token.text.lower() for token, following in pairwise(tokens) if following.text == "(")
    return all(word in _ONE_VALUE | _OPERATORS or not word[:1].isalpha() for word in called)


def mentions(expression: str | None, column: str) -> bool:
    """Whether an expression reads a column."""
    names = (unquoted(token.text).casefold() for token in tokens_of(expression or "") if token.kind in _NAMES)
    return column.casefold() in names
