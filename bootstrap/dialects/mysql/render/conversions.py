"""What a change of a column's type does to the values that are there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bootstrap.catalog.columns import Column
from bootstrap.dialects.mysql.introspection.lexer import TokenKind, tokens_of
from bootstrap.dialects.mysql.render.statements import Cost
from bootstrap.dialects.mysql.text import unquote

_TYPE = re.compile(r"\s*([a-z0-9_]+)(?: precision)?\s*(?:\((.*)\))?\s*(.*)$", re.DOTALL | re.IGNORECASE)
_INTEGERS = {"tinyint": 1, "smallint": 2, "mediumint": 3, "int": 4, "integer": 4, "bigint": 8}
_TEXTS = {"tinytext": 255, "text": 65_535, "mediumtext": 16_777_215, "longtext": 4_294_967_295}
_BLOBS = {"tinyblob": 255, "blob": 65_535, "mediumblob": 16_777_215, "longblob": 4_294_967_295}
_STRINGS = frozenset({"char", "varchar", *_TEXTS})
_BINARIES = frozenset({"binary", "varbinary", *_BLOBS})
_UNICODE = frozenset({"utf8mb4", "utf16", "utf32", "utf16le"})
_BYTES = {"utf8mb4": 4, "utf16": 4, "utf32": 4, "utf16le": 4, "utf8mb3": 3, "utf8": 3, "latin1": 1, "ascii": 1}
_ONE_LENGTH_BYTE = 255


@dataclass(frozen=True, slots=True)
class Conversion:
    """How a change of type is done, and what it may do to values: "" for nothing."""

    cost: Cost
    loses: str = ""  # silently changed, or refused where a value does not fit


@dataclass(frozen=True, slots=True)
class _Type:
    name: str
    arguments: tuple[int, ...]
    labels: tuple[str, ...]
    unsigned: bool


def _parse(text: str) -> _Type:
    found = _TYPE.match(text)
    if found is None:
        return _Type(text, (), (), unsigned=False)
    name, inner, rest = found[1].lower(), found[2] or "", found[3].lower()
    labels = tuple(unquote(token.text) for token in tokens_of(inner) if token.kind is TokenKind.STRING)
    numbers = () if labels else tuple(int(part) for part in inner.split(",") if part.strip().isdigit())
    return _Type(name, numbers, labels, unsigned="unsigned" in rest)


def conversion(before: Column, after: Column) -> Conversion:
    """What changing the type or the character set of a column means."""
    if before.type == after.type and before.collation == after.collation:
        return Conversion(Cost.INSTANT)
    old, new = _parse(before.type), _parse(after.type)
    loses = _loss(old, new) or _charset_loss(before, after)
    return Conversion(_cost(old, new, before, after), loses)


# Types whose values become values of no type outside of their own family.
_CLOSED = (
    frozenset({"geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon",
               "geometrycollection", "geomcollection"}),
    frozenset({"vector"}),
    frozenset({"uuid"}),
    frozenset({"inet4", "inet6"}),
)  # fmt: skip


# Between these two the server itself does not convert: as text their values become each other.
_AS_TEXT = {("inet4", "inet6"): "CONCAT('::ffff:', {})", ("inet6", "inet4"): "REPLACE({}, '::ffff:', '')"}


def text_conversion(before: str, after: str) -> str:
    """SQL of the new value from the old one as text, with ``{}`` for the column; "" where the server converts."""
    return _AS_TEXT.get((_parse(before).name, _parse(after).name), "")


def is_convertible(before: str, after: str) -> bool:
    """Whether values of one type can become values of the other at all."""
    old, new = _parse(before).name, _parse(after).name
    text = _STRINGS | _BINARIES
    for family in _CLOSED:
        if (old in family) != (new in family):
            return family not in (_CLOSED[0], _CLOSED[1]) and (old in text or new in text)
    return True


def unsettles_keys(before: str, after: str) -> bool:
    """Whether keys with the column must be recreated: what may be indexed, or how much of it, is another matter now."""
    old, new = _parse(before), _parse(after)
    if _needs_prefix(old) != _needs_prefix(new) or "json" in (old.name, new.name):
        return True
    stringlike = _STRINGS | _BINARIES
    if (old.name in stringlike) != (new.name in stringlike):
        return True  # the length of a prefix, or a full text, has no meaning any more
    return old.name in stringlike and _capacity(new) < _capacity(old)


def needs_prefix(column_type: str) -> bool:
    """Whether values of this type are kept apart from their rows, so that a key takes only their beginning."""
    return _needs_prefix(_parse(column_type))


def _needs_prefix(item: _Type) -> bool:
    return item.name in _TEXTS or item.name in _BLOBS


def _cost(old: _Type, new: _Type, before: Column, after: Column) -> Cost:
    if before.collation != after.collation:
        return Cost.COPY
    if old.name == new.name == "varchar" and new.arguments >= old.arguments:
        width = _BYTES.get(after.charset or "", 4)
        classes = [argument * width > _ONE_LENGTH_BYTE for argument in (old.arguments[0], new.arguments[0])]
        return Cost.INSTANT if classes[0] == classes[1] else Cost.COPY
    if old.name == new.name == "varbinary" and new.arguments >= old.arguments:
        return (
            Cost.INSTANT
            if (old.arguments[0] > _ONE_LENGTH_BYTE) == (new.arguments[0] > _ONE_LENGTH_BYTE)
            else Cost.COPY
        )
    if old.name == new.name and old.labels and new.labels[: len(old.labels)] == old.labels:
        return Cost.INSTANT
    if old.name == new.name and old.name in _INTEGERS and old.unsigned == new.unsigned:
        return Cost.INSTANT  # only the display width
    return Cost.COPY


def _loss(old: _Type, new: _Type) -> str:  # one rule per family of types
    if old.name in _INTEGERS and new.name in _INTEGERS:
        return _integer_loss(old, new)
    if old.labels and new.name == old.name:
        gone = [label for label in old.labels if label not in new.labels]
        return f"rows that hold {', '.join(map(repr, gone))} have no place any more" if gone else ""
    if old.labels and new.name in _STRINGS:
        return _shrinks(max(map(len, old.labels)), _capacity(new))
    if old.name in ("decimal", "numeric") and new.name in ("decimal", "numeric"):
        return _decimal_loss(old, new)
    if old.name in _STRINGS and new.name in _STRINGS:
        return _shrinks(_capacity(old), _capacity(new))
    if old.name in _BINARIES and new.name in _BINARIES:
        return _shrinks(_capacity(old), _capacity(new))
    if old.name == new.name and old.name in ("datetime", "timestamp", "time", "bit"):
        size = (*old.arguments, 0)[0], (*new.arguments, 0)[0]
        return f"values lose precision ({before_after(old, new)})" if size[1] < size[0] else ""
    if old.name == new.name or _widens(old, new):
        return ""
    return f"values are converted from {old.name} to {new.name}: those that do not fit are changed or refused"


def before_after(old: _Type, new: _Type) -> str:
    """Both sizes, for a message."""
    return f"{(*old.arguments, 0)[0]} to {(*new.arguments, 0)[0]}"


def _widens(old: _Type, new: _Type) -> bool:
    if old.name in _INTEGERS and new.name in ("decimal", "numeric"):
        digits = (*new.arguments, 10, 0)
        return digits[0] - digits[1] >= {1: 3, 2: 5, 3: 8, 4: 10, 8: 20}[_INTEGERS[old.name]]
    if old.name in _INTEGERS and new.name in _STRINGS:
        return _capacity(new) >= 20  # noqa: PLR2004  # the digits of a bigint with its sign
    return (old.name, new.name) in {("float", "double"), ("date", "datetime"), ("timestamp", "datetime"),
                                    ("json", "longtext"), ("enum", "set")}  # fmt: skip


def _integer_loss(old: _Type, new: _Type) -> str:
    if _INTEGERS[new.name] < _INTEGERS[old.name]:
        return f"values beyond {new.name} do not fit"
    if old.unsigned and not new.unsigned and _INTEGERS[new.name] == _INTEGERS[old.name]:
        return "values in the upper half of the unsigned range do not fit"
    if not old.unsigned and new.unsigned:
        return "negative values do not fit"
    return ""


def _decimal_loss(old: _Type, new: _Type) -> str:
    (before, scale_before), (after, scale_after) = (
        (*item.arguments, *(10, 0)[len(item.arguments) :]) for item in (old, new)
    )
    if scale_after < scale_before:
        return f"values are rounded to {scale_after} decimals"
    if after - scale_after < before - scale_before:
        return f"values with more than {after - scale_after} digits before the point do not fit"
    return _integer_sign(old, new)


def _integer_sign(old: _Type, new: _Type) -> str:
    return "negative values do not fit" if new.unsigned and not old.unsigned else ""


def _capacity(item: _Type) -> int:
    return _TEXTS.get(item.name) or _BLOBS.get(item.name) or (item.arguments[0] if item.arguments else 1)


def _shrinks(before: int, after: int) -> str:
    return f"values longer than {after} do not fit" if after < before else ""


def _charset_loss(before: Column, after: Column) -> str:
    if before.charset == after.charset or not before.charset or not after.charset or after.charset in _UNICODE:
        return ""
    if before.charset == "ascii" or (before.charset, after.charset) in {("utf8mb3", "utf8"), ("utf8", "utf8mb3")}:
        return ""
    if before.charset in ("latin1",) and after.charset in ("utf8mb3", "utf8"):
        return ""
    return f"characters that {after.charset} does not have are refused"
