"""An error text without what drivers and ORMs add: JSON escapes, and the statement that failed.

A statement is text of the application's. It may hold any words, also those of an error message, so it is set aside
before a message is looked for. Its table names help to say which column is meant.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

LONGEST = 64 * 1024  # characters that are looked at: the end of a log holds the error
_MESSAGE_KEYS = (
    "message",
    "sqlMessage",
    "detail",
    "error",
    "code",
    "errno",
    "sqlState",
    "name",
    "cause",
    "errorMessage",
)
_STATEMENTS = (
    re.compile(r"\[SQL: (?P<sql>.*?)\](?=\s*(?:\n\[parameters|\n?\(Background|\Z))", re.DOTALL),  # SQLAlchemy
    re.compile(r"\[parameters: .*?\]\s*(?=\n|\Z)", re.DOTALL),
    re.compile(r"^Failed query: (?P<sql>.*?)\nparams:[^\n]*", re.DOTALL | re.MULTILINE),  # Drizzle
    re.compile(  # knex, ActiveRecord before 6: the statement, a dash, the message
        r"\A(?P<sql>(?:select|insert|update|delete|with|create|alter|execute|call|merge|truncate|drop)\b.*) - (?=\S)",
        re.IGNORECASE | re.DOTALL,
    ),
    re.compile(r"^LINE \d+: (?P<sql>.*)\n[ \t]*\^?", re.MULTILINE),  # libpq
    re.compile(r"^[ \t]*detail: .*$", re.MULTILINE | re.IGNORECASE),  # values of rows
    re.compile(r"^(?:STATEMENT|CONTEXT|QUERY):\s+(?P<sql>.*)$", re.MULTILINE),  # server log
)
_TABLES = re.compile(r"\b(?:from|join|into|update|table)\s+(?P<name>[\w$.\"`]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """What is left to recognise, and the tables that the failed statement names."""

    message: str
    tables: tuple[str, ...]


def unwrap(text: str) -> Unwrapped:
    """Return the message of an error text and the tables of its statement."""
    message = _plain(text[-LONGEST:].strip())
    statements: list[str] = []
    for pattern in _STATEMENTS:
        for found in pattern.finditer(message):
            statements.append(found.groupdict().get("sql") or "")
        message = pattern.sub("\n", message)
    names = dict.fromkeys(
        name["name"].replace('"', "").replace("`", "") for sql in statements for name in _TABLES.finditer(sql)
    )
    return Unwrapped(message.strip(), tuple(names))


def _plain(text: str) -> str:
    """The messages of an error that was logged as JSON, innermost last; other text without escapes of quotes."""
    if text[:1] in "{[":
        try:
            found = list(_messages(json.loads(text)))
        except (ValueError, RecursionError):
            found = []
        if found:
            return "\n".join(found)
    if "\n" not in text and "\\n" in text:
        text = text.replace("\\n", "\n")
    return text.replace('\\"', '"').replace("\\'", "'")


def _messages(value: object, key: str = "") -> list[str]:
    if isinstance(value, dict):
        return [line for name in value for line in _messages(value[name], str(name))]
    if isinstance(value, list):
        return [line for item in value for line in _messages(item, key)]
    if key.lower() in _MESSAGE_KEYS:
        return [_plain(value)] if isinstance(value, str) else [f"{key}: {value}"] if isinstance(value, int) else []
    return []
