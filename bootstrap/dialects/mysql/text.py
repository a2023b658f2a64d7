"""Quoting: the only way a name or a value gets into SQL."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bootstrap.catalog.code import Trigger

_ESCAPES = {"\\": "\\\\", "'": "''", "\0": "\\0", "\n": "\\n", "\r": "\\r", "\x1a": "\\Z"}
STRING_ESCAPES = str.maketrans(_ESCAPES)
_UNESCAPES = {"0": "\0", "n": "\n", "r": "\r", "Z": "\x1a", "t": "\t", "b": "\b", "%": "\\%", "_": "\\_"}


def quote(name: str) -> str:
    """One identifier in backticks."""
    return "`" + name.replace("`", "``") + "`"


def quote_all(names: tuple[str, ...] | list[str]) -> str:
    """Several identifiers, separated by commas."""
    return ",".join(quote(name) for name in names)


def literal(value: str) -> str:
    """A string literal; our sessions always read backslashes as escapes."""
    return f"'{value.translate(STRING_ESCAPES)}'"


def any_literal(value: object) -> str:
    """The literal of a value that the server sent. A number stays one: beside a text it is compared inexactly."""
    if isinstance(value, bytes | bytearray):
        return hexadecimal(bytes(value))
    if isinstance(value, int | float | Decimal):
        return str(value)
    return literal(str(value))


def hexadecimal(data: bytes) -> str:
    """The literal of bytes: the same in any character set."""
    return f"x'{data.hex()}'"


def unquote(token: str) -> str:
    """The value of a string literal as a server prints it."""
    inner = token[1:-1]
    return re.sub(r"''|\\(.)", lambda found: "'" if found[1] is None else _UNESCAPES.get(found[1], found[1]), inner,
                  flags=re.DOTALL)  # fmt: skip


def unquote_name(token: str) -> str:
    """The name in a quoted identifier as a server prints it."""
    mark = token[0]
    return token[1:-1].replace(mark * 2, mark)


def unquoted(token: str) -> str:
    """An identifier as it is written, without its quotes if it has any."""
    return unquote_name(token) if token[:1] in ("`", '"') else token


def account_name(user: object, host: object) -> str:
    """``user@host``; a role of MariaDB has no host."""
    return f"{user}@{host}" if host else str(user)


def account(name: str) -> str:
    """``user@host`` quoted; a name without a host is a role of MariaDB, or, elsewhere, a user of any host."""
    user, at, host = name.rpartition("@")
    if not at:
        return f"{literal(host)}"
    return f"{literal(user)}@{literal(host)}"


def trigger_header(trigger: Trigger) -> str:
    """What we write between DEFINER and a trigger's order and body."""
    return (
        f"TRIGGER {quote(trigger.name)} {trigger.timing.upper()} {trigger.events[0].upper()} ON {quote(trigger.table)}"
        " FOR EACH ROW"
    )
