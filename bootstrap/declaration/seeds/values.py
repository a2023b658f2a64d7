"""One value of a seed row: from what is written to what the server parses for the column's type."""

from __future__ import annotations

import base64
import binascii
import json
import re
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from bootstrap.catalog.columns import Column
from bootstrap.declaration.nodes import Mapping, Node, Scalar, Sequence
from bootstrap.declaration.report import shown
from bootstrap.declaration.scalars import ScalarKind, is_true
from bootstrap.sql.lexer import MYSQL

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?\Z")
_JSON = re.compile(r"jsonb?\b", re.IGNORECASE)
_ARRAY = re.compile(r"\[\d*\]\s*\Z|\barray\b", re.IGNORECASE)
_TEXT = re.compile(r"(?:var|n|nvar)?char|character|(?:tiny|medium|long|ci)?text|enum|set|bpchar|name\b", re.IGNORECASE)
_BIT = re.compile(r"bit\b", re.IGNORECASE)
# Types of either engine whose values are never a list or a mapping.
_PLAIN = re.compile(
    r"(?:tiny|small|medium|big)?int|integer|numeric|decimal|real|double|float|bool|date|time|year|uuid|inet|cidr|bytea"
    r"|(?:tiny|medium|long)?blob|(?:var)?binary|bit|serial|money|interval",
    re.IGNORECASE,
)
_PLAIN_ARRAY_ITEM = re.compile(r"[^\s{}\",\\]+\Z")


class ValueProblem(ValueError):  # noqa: N818  # becomes a Problem as soon as the line is known
    """A value that cannot be brought in; ``remedy`` says what to write."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.remedy = remedy


class Form(StrEnum):
    """How a row is written, which decides what a text means for a JSON column."""

    LISTED = "listed"  # YAML: the text of a JSON object or array; a bare text would be in doubt
    JSON_LINES = "json lines"  # a JSON string
    CSV = "csv"  # what the server parses, as for every other type


class Value(NamedTuple):
    """A value for the server: text, or an SQL expression; ``text`` None is NULL."""

    text: str | None
    expression: bool = False


# What a row may hold, whatever the file's format: JSON as Python has it, with numbers kept as they are written.
Given: TypeAlias = "bool | Number | str | list[Given] | dict[str, Given] | None"


class Number(str):
    """A number, as it is written. It is shown as one, so that the digest of rows tells it from a text."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def from_node(node: Node) -> Given:
    """What a YAML node holds."""
    if isinstance(node, Sequence):
        return [from_node(item) for item in node.items]
    if isinstance(node, Mapping):
        return {key: from_node(item) for key, (item, _) in node.entries.items()}
    return _from_scalar(node)


def _from_scalar(node: Scalar) -> Given:
    if node.kind is ScalarKind.NULL:
        return None
    if node.kind is ScalarKind.BOOLEAN:
        return is_true(node.text)
    if node.kind is ScalarKind.INTEGER:
        return Number(node.text.removeprefix("+"))
    # 1.10 stays 1.10: as text for a text column, as a number in JSON.
    return Number(node.text) if node.plain and _NUMBER.match(node.text) else node.text


class NumberDecoder(json.JSONDecoder):
    """JSON whose numbers stay as they are written."""

    def __init__(self) -> None:
        super().__init__(parse_float=Number, parse_int=Number, parse_constant=_refuse, object_pairs_hook=_unique)


def _refuse(name: str) -> Number:
    raise ValueError(f"{name} is not JSON")


def _unique(pairs: list[tuple[str, Given]]) -> dict[str, Given]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise ValueError(f'duplicate key "{shown(double)}"')
    return found


def to_json(given: Given) -> str:
    """JSON text, numbers as they were written."""
    if isinstance(given, Number):
        return str(given)
    if isinstance(given, dict):
        return "{" + ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {to_json(v)}" for k, v in given.items()) + "}"
    if isinstance(given, list):
        return "[" + ", ".join(to_json(item) for item in given) + "]"
    return json.dumps(given, ensure_ascii=False)


def to_value(given: Given, column: Column | None, engine: str, form: Form = Form.LISTED) -> Value:
    """What to send for a value of a column.

    Args:
        given: as written.
        column: None where the table's columns are not known.
        engine: postgresql or mysql.
        form: how the row is written.

    Raises:
        ValueProblem: the column cannot hold such a value.
    """
    kind = column.type if column else ""
    if given is None:
        return Value(None)
    if isinstance(given, bool):
        return _boolean(given, kind, engine)
    if isinstance(given, dict):
        return _mapping(given, kind, engine)
    if isinstance(given, list):
        return _list(given, kind, form)
    if not isinstance(given, Number) and _JSON.match(kind) and not _ARRAY.search(kind):
        return _json_string(given, form)
    _check_text(given)
    return Value(str(given))


def _check_text(text: str) -> None:
    if "\0" in text:
        raise ValueProblem("a NUL character", "remove it, or write {binary: …} for a binary column")
    if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
        raise ValueProblem("half of a surrogate pair, which is no character", "write the character itself")


def _boolean(given: bool, kind: str, engine: str) -> Value:  # the value itself
    word = "true" if given else "false"
    if engine != MYSQL or _JSON.match(kind) or _TEXT.match(kind):
        return Value(word)
    digit = "1" if given else "0"
    return Value(f"b'{digit}'", expression=True) if _BIT.match(kind) else Value(digit)


def _mapping(given: dict[str, Given], kind: str, engine: str) -> Value:
    if len(given) == 1:
        [(name, inner)] = given.items()
        if name == "sql" and isinstance(inner, str):
            return Value(inner.strip(), expression=True)
        if name == "binary" and isinstance(inner, str):
            return _binary(inner, engine)
        if name == "json":
            return _json(inner)
    return _structure(given, kind)


def _structure(given: Given, kind: str) -> Value:
    if _TEXT.match(kind) or (_PLAIN.match(kind) and not _JSON.match(kind)):
        what = "a list" if isinstance(given, list) else "a mapping"
        raise ValueProblem(f"{what} for a column of type {kind}", "quote the text, or write {json: …} for JSON text")
    return _json(given)


def _json(given: Given) -> Value:
    text = to_json(given)
    _check_text(text)
    if "\\u0000" in text:
        raise ValueProblem("a NUL character", "remove it")
    return Value(text)


def _binary(text: str, engine: str) -> Value:
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise ValueProblem("binary is not base64", "write the bytes in base64") from None
    return Value(f"x'{data.hex()}'", expression=True) if engine == MYSQL else Value(f"\\x{data.hex()}")


def _list(given: list[Given], kind: str, form: Form) -> Value:
    if not _ARRAY.search(kind):
        return _structure(given, kind)
    return Value(_array(_with_json(given, form) if _JSON.match(kind) else given))


def _with_json(given: list[Given], form: Form) -> list[Given]:
    """The items of an array of JSON values, each as its JSON text."""
    return [
        _with_json(item, form)
        if isinstance(item, list)
        else _json_string(item, form).text
        if isinstance(item, str) and not isinstance(item, Number)
        else item
        for item in given
    ]


def _array(given: list[Given]) -> str:
    """The text of a PostgreSQL array."""
    return "{" + ",".join(_array_item(item) for item in given) + "}"


def _array_item(item: Given) -> str:
    if item is None:
        return "NULL"
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, list):
        return _array(item)
    text = to_json(item) if isinstance(item, dict) else str(item)
    _check_text(text)
    if _PLAIN_ARRAY_ITEM.match(text) and text.lower() != "null":
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _json_string(text: str, form: Form) -> Value:
    """A text for a JSON column: in JSON Lines a string; elsewhere the JSON text of an object or array."""
    if form is Form.JSON_LINES:
        return _json(text)
    try:
        found = json.loads(text, parse_constant=_refuse)
    except ValueError:
        found = None
    if not isinstance(found, dict | list):
        raise ValueProblem(
            f"the text {shown(text, 30)} for a JSON column",
            "write {json: text} for a JSON string, or the plain value",
        )
    return Value(text)
