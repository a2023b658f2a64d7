"""From a tree of nodes to typed shapes, collecting every problem with its line.

The shapes (``shapes/``) are msgspec Structs; the same types give the JSON Schema. msgspec's own decoder stops at the
first error and knows no lines, so the walk is done here: each type is compiled once into a :class:`Spec`.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass
from typing import Any, Literal, TypeGuard, Union, get_args, get_origin

import msgspec
from msgspec import Meta

from bootstrap.declaration.model import Position, TextPosition
from bootstrap.declaration.nodes import Mapping, Node, Scalar, Sequence
from bootstrap.declaration.report import Problems, near, shown
from bootstrap.declaration.scalars import MAXIMUM_DIGITS, ScalarKind, is_true
from bootstrap.sql.lexer import MYSQL

INVALID: Any = object()
"""What a value that could not be read decodes to; its problem has been noted."""

# Other names of what a key may be.
_OTHER_NAMES = {
    "mariadb": MYSQL, "aurora": MYSQL, "aurora-mysql": MYSQL, "aurora-postgresql": "postgresql", "pg": "postgresql",
    "postgres": "postgresql",
}  # fmt: skip

_COMPILED: dict[Any, Spec] = {}


class Reading:
    """One file being read: its name, the engine, and where each decoded container was written."""

    def __init__(self, file: str, engine: str, problems: Problems) -> None:
        self.file = file
        self.engine = engine  # "" while it is not known yet
        self.problems = problems
        self._places: dict[int, tuple[Any, int, dict[Any, int]]] = {}
        self._spoiled: dict[int, tuple[str, ...]] = {}
        self._texts: dict[int, dict[str, Scalar]] = {}

    def place(self, container: Any, line: int, lines: dict[Any, int]) -> None:
        """Remember where a struct, list or dict was written, and the lines of its keys or items."""
        # The container is kept, so that its id cannot be given to another.
        self._places[id(container)] = (container, line, lines)

    def position(self, container: Any, key: Any = None) -> Position:
        """Where a decoded container, or the value under one of its keys, was written."""
        _, line, lines = self._places.get(id(container), (None, 1, {}))
        return Position(self.file, lines.get(key, line))

    def keep_texts(self, container: Any, texts: dict[str, Scalar]) -> None:
        """Remember how the texts of several lines under these keys were written."""
        if texts:
            self._texts[id(container)] = texts

    def text_position(self, container: Any, key: str) -> TextPosition:
        """Where the text under a key was written, line by line."""
        node = self._texts.get(id(container), {}).get(key)
        if node is None:
            position = self.position(container, key)
            return TextPosition(position.file, position.line, literal=False)
        return TextPosition(self.file, node.line + node.literal, literal=node.literal)

    def spoil(self, container: Any, keys: list[str]) -> None:
        """Remember that values under these keys could not be read, and so are not in the container."""
        self._spoiled[id(container)] = tuple(keys)

    def spoiled(self, container: Any) -> tuple[str, ...]:
        """Keys whose values could not be read: what names them is no further problem."""
        return self._spoiled.get(id(container), ())

    def problem(self, line: int, what: str, remedy: str) -> None:
        """Note a problem in this file."""
        self.problems.add(Position(self.file, line), what, remedy)


@dataclass(frozen=True, slots=True)
class _Key:
    """One key of a struct."""

    name: str  # as written in YAML
    attribute: str
    spec: Spec
    required: bool
    engine: str
    instead: str


@dataclass(slots=True)
class Spec:
    """What values a type allows. A union allows several; each kind of node can only mean one of them."""

    null: bool = False
    text: bool = False
    verbatim: bool = False  # any scalar but null, as its text
    integer: bool = False
    boolean: bool = False
    raw: bool = False  # the node itself: the values of seed rows
    literals: frozenset[str] = frozenset()
    minimum: int | None = None
    items: Spec | None = None
    values: Spec | None = None
    struct: type[msgspec.Struct] | None = None
    _keys: dict[str, _Key] | None = None

    @property
    def keys(self) -> dict[str, _Key]:
        """The keys of the struct. Compiled when the first such mapping is read: most declarations have few kinds."""
        if self._keys is None:
            self._keys = _keys(self.struct) if self.struct else {}
        return self._keys

    def decode(self, node: Node, reading: Reading, label: str) -> Any:
        """The value of a node, or INVALID."""
        if self.raw:
            return node
        if isinstance(node, Scalar):
            return self._scalar(node, reading, label)
        if isinstance(node, Sequence):
            return self._sequence(node, reading, label) if self.items else self._mismatch(node, reading, label)
        if self.struct:
            return self._struct(node, reading, label)
        return self._mapping(node, reading, label) if self.values else self._mismatch(node, reading, label)

    def _scalar(self, node: Scalar, reading: Reading, label: str) -> Any:
        kind = node.kind
        if kind is ScalarKind.NULL and self.null:
            return None
        if kind is ScalarKind.BOOLEAN and self.boolean:
            return is_true(node.text)
        if kind is ScalarKind.INTEGER and self.integer:
            return self._integer(node, reading, label)
        if self.verbatim and kind is not ScalarKind.NULL:
            return node.text
        if self.literals and (kind is ScalarKind.TEXT or node.text.lower() in self.literals):
            return self._literal(node, reading, label)
        # A variable's value is text until the place where it stands asks for something else.
        if self.text and (kind is ScalarKind.TEXT or node.substituted):
            return node.text
        return self._mismatch(node, reading, label)

    def _integer(self, node: Scalar, reading: Reading, label: str) -> Any:
        if len(node.text.lstrip("+-")) > MAXIMUM_DIGITS:
            reading.problem(node.line, f"{label} is a number of {len(node.text)} digits", "write a smaller number")
            return INVALID
        value = int(node.text)
        if self.minimum is not None and value < self.minimum:
            reading.problem(node.line, f"{label} is {value}", f"write a number from {self.minimum}")
            return INVALID
        return value

    def _literal(self, node: Scalar, reading: Reading, label: str) -> Any:
        value = node.text.lower()
        if value in self.literals:
            return value
        remedy = near(value, self.literals, f"choose one of {', '.join(sorted(self.literals))}")
        meant = _OTHER_NAMES.get(value, "")
        if meant in self.literals:
            remedy = f"write {meant}" + (", which is MySQL and MariaDB" if meant == MYSQL else "")
        reading.problem(node.line, f"{label} is {shown(node.text)}", remedy)
        return INVALID

    def _sequence(self, node: Sequence, reading: Reading, label: str) -> Any:
        assert self.items is not None  # noqa: S101  # the caller asked
        result: list[Any] = []
        lines: dict[Any, int] = {}
        for item in node.items:
            value = self.items.decode(item, reading, label)
            if value is not INVALID:
                lines[len(result)] = item.line
                result.append(value)
        reading.place(result, node.line, lines)
        return result

    def _mapping(self, node: Mapping, reading: Reading, label: str) -> Any:
        assert self.values is not None  # noqa: S101  # the caller asked
        result: dict[str, Any] = {}
        lines: dict[Any, int] = {}
        for key, (child, line) in node.entries.items():
            value = self.values.decode(child, reading, f"{label} {shown(key)}")
            lines[key] = line
            if value is not INVALID:
                result[key] = value
        reading.place(result, node.line, lines)
        reading.spoil(result, [key for key in lines if key not in result])
        return result

    def _struct(self, node: Mapping, reading: Reading, label: str) -> Any:
        assert self.struct is not None  # noqa: S101  # the caller asked
        values: dict[str, Any] = {}
        lines: dict[Any, int] = {}
        complete = True
        for name, (child, line) in node.entries.items():
            key = self.keys.get(name)
            if key is None:
                elsewhere: MappingABC[str, str] = getattr(self.struct, "elsewhere", {})
                remedy = elsewhere.get(name) or near(name, self.keys, f"known: {', '.join(self.keys)}")
                reading.problem(line, f"{label} has no key {shown(name)}", remedy)
                continue
            if key.engine and reading.engine and key.engine != reading.engine:
                reading.problem(line, f"{name} does not exist on {reading.engine}", key.instead or "remove it")
                continue
            value = key.spec.decode(child, reading, name)
            if value is INVALID:
                complete = complete and not key.required
                continue
            values[key.attribute] = value
            lines[name] = line
        for key in self.keys.values():
            if key.required and key.name not in node.entries:
                reading.problem(node.line, f"{label} lacks {key.name}", f"add {key.name}:")
                complete = False
        if not complete:
            return INVALID
        result = self.struct(**values)
        reading.place(result, node.line, lines)
        children = ((name, child) for name, (child, _) in node.entries.items())
        reading.keep_texts(result, {name: child for name, child in children if _has_lines(child)})
        return result

    def _mismatch(self, node: Node, reading: Reading, label: str) -> Any:
        if isinstance(node, Scalar):
            is_silent = node.kind is ScalarKind.NULL or getattr(self.struct, "confidential", False)
            found = node.kind.value if is_silent else f"{node.kind.value}: {shown(node.text)}"
        else:
            found = "a list" if isinstance(node, Sequence) else "a mapping"
        remedy = f"write {self.expected()}"
        if isinstance(node, Scalar) and self.text and node.kind is not ScalarKind.NULL:
            remedy = f'put it in quotes: "{shown(node.text)}"'
        reading.problem(node.line, f"{label} is {found}", remedy)
        return INVALID

    def expected(self) -> str:
        """What may be written, in words."""
        words = [
            (bool(self.literals), "one of " + ", ".join(sorted(self.literals))),
            (self.text or self.verbatim, "text"),
            (self.integer, "a whole number"),
            (self.boolean, "true or false"),
            (self.items is not None, "a list"),
            (bool(self.values or self.struct), "a mapping" + (f" ({', '.join(self.keys)})" if self.keys else "")),
        ]
        return " or ".join(word for holds, word in words if holds)


def _has_lines(node: Node) -> TypeGuard[Scalar]:
    return isinstance(node, Scalar) and (node.literal or "\n" in node.text)


def decode(node: Node | None, kind: type[Any], reading: Reading, label: str) -> Any:
    """Decode a tree into a shape; None where that is not possible, and then the problems are noted."""
    if node is None or (isinstance(node, Scalar) and node.kind is ScalarKind.NULL):
        node = Mapping(1)
    value = spec_of(kind).decode(node, reading, label)
    return None if value is INVALID else value


def spec_of(kind: Any) -> Spec:
    """The compiled form of a type. Several threads may read declarations: what is half compiled is never kept."""
    spec = _COMPILED.get(kind)
    if spec is None:
        spec = Spec()
        _add(spec, kind)
        _COMPILED[kind] = spec
    return spec


def _add(spec: Spec, kind: Any) -> None:
    origin = get_origin(kind)
    if origin is typing.Annotated:
        _annotated(spec, kind)
    elif origin in {Union, types.UnionType}:
        for option in get_args(kind):
            _add(spec, option)
    elif origin is Literal:
        spec.literals |= {str(value) for value in get_args(kind)}
    elif origin is list:
        spec.items = spec_of(get_args(kind)[0])
    elif origin in {dict, MappingABC}:
        spec.values = spec_of(get_args(kind)[1])
    elif kind is Any:
        spec.raw = True
    elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        spec.struct = kind
    else:
        scalar = {str: "text", int: "integer", bool: "boolean", type(None): "null"}[kind]
        setattr(spec, scalar, True)


def _annotated(spec: Spec, kind: Any) -> None:
    inner, *metas = get_args(kind)
    if any((meta.extra or {}).get("verbatim") for meta in metas if isinstance(meta, Meta)):
        spec.verbatim = True
        return
    _add(spec, inner)
    for meta in metas:
        if isinstance(meta, Meta) and meta.ge is not None:
            spec.minimum = int(meta.ge)


def _keys(struct: type[msgspec.Struct]) -> dict[str, _Key]:
    result = {}
    for item in msgspec.structs.fields(struct):
        hint = item.type
        extra: dict[str, Any] = {}
        if get_origin(hint) is typing.Annotated:
            for meta in get_args(hint)[1:]:
                extra |= meta.extra or {}
        result[item.encode_name] = _Key(
            item.encode_name, item.name, spec_of(hint), item.required, extra.get("engine", ""), extra.get("instead", "")
        )
    return result
