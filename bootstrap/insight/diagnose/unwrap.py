"""An error text without what drivers and ORMs add: JSON escapes, and the statement that failed.

A statement is text of the application's. It may hold any words, also those of an error message, so it is set aside
before a message is looked for. Its table names help to say which column is meant.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass

LONGEST = 64 * 1024  # characters that are looked at: the end of a log holds the error
_CODE_KEYS = ("code", "errno", "errornumber", "number", "errorcode")
_STATEMENT_KEYS = (
    "sql", "query", "querytext", "statement", "parameters", "params", "bindings", "values", "args", "arguments",
)  # fmt: skip
_BESIDE_MESSAGE = ("detail", "where", "hint")  # of a server's error: values of rows, and places in code
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_ENTITIES = re.compile(r"&(?:quot|apos|#0?39|#x27|#34);")
_STATEMENTS = (
    re.compile(r"\[parameters: .*?\]\s*(?=\n|\Z)", re.DOTALL),
    re.compile(r"^Failed query: (?P<sql>.*?)\nparams:[^\n]*", re.DOTALL | re.MULTILINE),  # Drizzle
    re.compile(  # knex, ActiveRecord before 6: the statement, a dash, the message
        r"\A(?:\w*(?:Exception|Error): )?"
        r"(?P<sql>(?:select|insert|update|delete|with|create|alter|execute|call|merge|truncate|drop)\b.*) - (?=\S)",
        re.IGNORECASE | re.DOTALL,
    ),
    re.compile(r"^LINE \d+: (?P<sql>.*)\n[ \t]*\^?", re.MULTILINE),  # libpq
    re.compile(r"^[ \t]*detail: .*$", re.MULTILINE | re.IGNORECASE),  # values of rows
    re.compile(r"^(?:STATEMENT|CONTEXT|QUERY):\s+(?P<sql>.*)$", re.MULTILINE),  # server log
)
# Those that open with words which a text may repeat: looked for only where the end occurs, so that the search is short.
_ENCLOSED = {
    "]": re.compile(  # SQLAlchemy
        r"\[SQL: (?P<sql>.*?)\](?=\s*(?:\n\[parameters|\n?\(Background|\Z))", re.DOTALL
    ),
    "];": re.compile(r"(?:SQL|bad SQL grammar) \[(?P<sql>.*?)\](?=;)", re.DOTALL),  # Spring, jOOQ
    ")": re.compile(r"\((?:Connection: [\w.-]+, )?SQL: (?P<sql>.*)\)", re.DOTALL),  # Laravel
    ":\n\n": re.compile(
        r"while executing '(?P<sql>.*?)'(?: with params \[.*?\])?:\n\n", re.DOTALL
    ),  # Doctrine before 3
}
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
    enclosed = [pattern for end, pattern in _ENCLOSED.items() if end in message]
    for pattern in (*enclosed, *_STATEMENTS):
        for found in pattern.finditer(message):
            statements.append(found.groupdict().get("sql") or "")
        message = pattern.sub("\n", message)
    names = dict.fromkeys(
        name["name"].replace('"', "").replace("`", "") for sql in statements for name in _TABLES.finditer(sql)
    )
    return Unwrapped(message.strip(), tuple(names))


def _plain(text: str) -> str:
    """A text without what logs and pages add: colours, HTML entities, JSON. Messages of JSON stand innermost last."""
    text = _COLOURS.sub("", text)
    if _ENTITIES.search(text):
        text = html.unescape(text)
    whole = _from_json(text)
    if whole is not None:
        return whole
    if "\n" not in text and "\\n" in text and "{" not in text:
        text = text.replace("\\n", "\n")
    return "\n".join(_line(line) for line in text.split("\n"))


def _line(line: str) -> str:
    """A line of a log, whose end may be a JSON object."""
    begin, brace, rest = line.partition("{")
    found = _from_json(brace + rest) if brace else None
    if found is not None:
        return f"{begin}\n{found}"
    return line.replace("\\n", "\n").replace('\\"', '"').replace("\\'", "'") if "\\" in line else line


def _from_json(text: str) -> str | None:
    """The messages in a JSON object or list, a line each; None where it is none, or holds no text."""
    if text[:1] not in ("{", "["):
        return None
    try:
        found = _messages(json.loads(text))
    except (ValueError, RecursionError):
        return None
    return "\n".join(found) or None


def _messages(value: object, key: str = "") -> list[str]:
    if isinstance(value, dict):
        skipped = _BESIDE_MESSAGE if "message" in value else ()
        return [line for name in value if name not in skipped for line in _messages(value[name], str(name))]
    if isinstance(value, list):
        return [line for item in value for line in _messages(item, key)]
    name = key.lower()
    if isinstance(value, str):
        # A statement is set aside like any other, under the name that a server's log gives it.
        return [f"STATEMENT: {' '.join(value.split())}" if name in _STATEMENT_KEYS else _plain(value)]
    return [f"{key}: {value}"] if isinstance(value, int) and name in _CODE_KEYS else []
