"""From one type to another: whether the table is rewritten, and by what expression the values are converted."""

from __future__ import annotations

import re

_TYPE = re.compile(r"(?P<name>[^(\[]+?)\s*(?:\((?P<modifiers>[\d, -]+)\))?(?P<zone> with(?:out)? time zone)?"
                   r"(?P<array>(?:\[\])*)\Z")  # fmt: skip
_INTEGERS = ("smallint", "integer", "bigint")
_NUMBERS = frozenset({*_INTEGERS, "numeric", "real", "double precision", "money"})
_STRINGS = frozenset({"text", "character varying", "character", "name", "citext", "public.citext"})
_MOMENTS = frozenset({"date", "timestamp without time zone", "timestamp with time zone"})
_CASTABLE = (
    _NUMBERS - {"money"},
    _MOMENTS,
    frozenset({"time without time zone", "time with time zone", "interval"}),
    frozenset({"json", "jsonb"}),
    frozenset({"bit", "bit varying"}),
    frozenset({"inet", "cidr"}),
    frozenset({"boolean", "integer"}),
    frozenset({"numeric", "money"}),
    frozenset({"integer", "bigint", "money"}),
    frozenset({"integer", "bigint", "oid", "regclass", "regtype", "regproc"}),
    frozenset({"timestamp without time zone", "timestamp with time zone", "time without time zone"}),
    frozenset({"integer", "bigint", "bit"}),
)


def parsed(text: str) -> tuple[str, tuple[int, ...], int]:
    """Name, modifiers and number of array dimensions of a type as the server prints it."""
    found = _TYPE.match(text)
    if found is None:
        return text, (), 0
    modifiers = tuple(int(item) for item in (found["modifiers"] or "").split(",") if item.strip())
    return found["name"] + (found["zone"] or ""), modifiers, len(found["array"]) // 2


def using(column: str, before: str, after: str) -> str | None:
    """The USING expression, or None where the server converts by itself without any loss."""
    old, new = parsed(before), parsed(after)
    if before == after or _widens(old, new):
        return None
    if old[2] == 0 and new[2] > 0:
        element = after[:-2]
        inner = using(column, before, element) or column
        return f"CASE WHEN {column} IS NULL THEN NULL ELSE ARRAY[{inner}]::{after} END"
    if old[2] > 0 and new[2] == 0 and new[0] not in _STRINGS:
        return f"({column})[1]::{after}" if old[0] == new[0] else f"({column})[1]::text::{after}"
    return _scalar(column, old[0], new[0], after)


def _scalar(column: str, old: str, new: str, after: str) -> str:
    if new in _STRINGS or old in _STRINGS or old == new or any({old, new} <= group for group in _CASTABLE):
        through = "text::" if old in _STRINGS - {"text"} and new not in _STRINGS else ""
        return f"{column}::{through}{after}"
    if "boolean" in (old, new) and {old, new} & _NUMBERS:
        return f"{column}::integer::{after}"
    if old in _MOMENTS and new in _NUMBERS:
        return f"extract(epoch FROM {column})::{after}"
    if old in _NUMBERS and new in _MOMENTS:
        return f"pg_catalog.to_timestamp({column}::double precision)::{after}"
    return f"{column}::text::{after}"


def _widens(old: tuple[str, tuple[int, ...], int], new: tuple[str, tuple[int, ...], int]) -> bool:
    (before, had, depth), (after, has, wanted) = old, new
    if depth != wanted:
        return False
    if before in _INTEGERS and after in _INTEGERS:
        return _INTEGERS.index(before) <= _INTEGERS.index(after)
    if before == after:
        return _modifiers_widen(before, had, has)
    if before in _INTEGERS and after == "numeric":
        return not has
    if (before, after) == ("character varying", "text"):
        return True
    if (before, after) == ("text", "character varying"):
        return not has
    return (before, after) in {("real", "double precision"), ("cidr", "inet"), ("date", "timestamp without time zone")}


def _modifiers_widen(name: str, had: tuple[int, ...], has: tuple[int, ...]) -> bool:
    if not has and name not in ("character", "bit"):
        return True
    if not had or not has:
        return had == has
    if name == "numeric":
        scale, wanted = (*had, 0)[1], (*has, 0)[1]
        return wanted >= scale and has[0] - wanted >= had[0] - scale
    return name not in ("character", "bit") and has[0] >= had[0]


def rewrites(before: str, after: str) -> bool:
    """Whether the change reads or writes all rows: reliability facts §1, measured on PostgreSQL 15."""
    old, new = parsed(before), parsed(after)
    if before == after:
        return False
    if not _widens(old, new):
        return True
    if old[0] == new[0] == "numeric":
        return (*old[1], 0)[1:2] != (*new[1], 0)[1:2] and bool(new[1])
    unchanged = {("character varying", "text"), ("text", "character varying"), ("cidr", "inet")}
    return old[0] != new[0] and (old[0], new[0]) not in unchanged


_ZEROS = {
    "text": "''", "character varying": "''", "character": "''", "name": "''", "citext": "''", "public.citext": "''",
    "boolean": "false", "bytea": "''", "json": "'{}'", "jsonb": "'{}'", "interval": "'0'", "date": "'epoch'",
    "timestamp without time zone": "'epoch'", "timestamp with time zone": "'epoch'",
    "time without time zone": "'00:00'",
    "time with time zone": "'00:00+00'", "uuid": "'00000000-0000-0000-0000-000000000000'", "inet": "'0.0.0.0'",
    "cidr": "'0.0.0.0/0'", "macaddr": "'00:00:00:00:00:00'", "tsvector": "''", "oid": "0",
}  # fmt: skip


def zero(text: str) -> str | None:
    """The value of a type that says nothing, as SQL; None where there is none to think of."""
    name, modifiers, depth = parsed(text)
    if depth:
        return "'{}'"
    if name in _NUMBERS:
        return "0"
    if name in ("bit", "bit varying"):
        return f"B'{'0' * (modifiers[0] if modifiers else 1)}'" if name == "bit" else "B''"
    return _ZEROS.get(name)
