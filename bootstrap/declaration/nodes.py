"""Reading one YAML file into a tree of nodes that know their lines. Strict: what YAML lets pass silently is a problem.

PyYAML's parser gives the events (libyaml's where it is there: 60,000 events in 50 ms); the tree is built here, because
the composer of PyYAML neither bounds depth and aliases nor sees duplicate keys.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingABC
from typing import Any, TypeAlias

import yaml

from bootstrap.declaration.model import Position
from bootstrap.declaration.report import Problems, shown
from bootstrap.declaration.scalars import ScalarKind, kind_of
from bootstrap.declaration.variables import substitute
from bootstrap.problems import DeclarationError

MAXIMUM_DEPTH = 60
_TOO_DEEP = (f"nested deeper than {MAXIMUM_DEPTH} levels", "flatten it")
# An alias may repeat things, but the whole must not grow beyond what a person would have written out.
_EXPANSION_FREE = 10_000
_EXPANSION_FACTOR = 4
# Characters that YAML 1.1 takes for line breaks and 1.2 does not: between the two they would be changed in silence.
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u2028\u2029\ufffe\uffff]")


class Scalar:
    """A scalar: its text, and what kind of value it is. A literal one (``|``) keeps the lines of the file."""

    __slots__ = ("depth", "kind", "line", "literal", "plain", "size", "substituted", "text")

    def __init__(self, text: str, line: int, *, plain: bool, substituted: bool = False, literal: bool = False) -> None:
        self.text = text
        self.plain = plain
        self.literal = literal
        self.kind = kind_of(text) if plain else ScalarKind.TEXT
        self.line = line
        self.size = self.depth = 1
        self.substituted = substituted and plain


class Sequence:
    """A list."""

    __slots__ = ("depth", "items", "line", "size")

    def __init__(self, line: int) -> None:
        self.items: list[Node] = []
        self.line = line
        self.size = self.depth = 1


class Mapping:
    """A mapping: keys in the order written, each once."""

    __slots__ = ("depth", "entries", "line", "size")

    def __init__(self, line: int) -> None:
        self.entries: dict[str, tuple[Node, int]] = {}  # value and the key's line
        self.line = line
        self.size = self.depth = 1


Node: TypeAlias = Scalar | Sequence | Mapping


def _parser(text: str) -> Any:
    """PyYAML's parser: the C one where PyYAML was built with it."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return loader(text)


class _Stop(Exception):  # noqa: N818  # control flow of this file only
    """The rest of the file cannot be read; the problem has been noted."""


class _Tree:
    """Builds the tree of one file from its events."""

    def __init__(self, file: str, problems: Problems, variables: MappingABC[str, str] | None) -> None:
        self.file = file
        self.problems = problems
        self.variables = variables
        self.anchors: dict[str, Node] = {}
        self.open: list[tuple[Node, str | None]] = []
        self.key: list[tuple[str, int] | None] = []
        self.root: Node | None = None
        self.count = 0

    def problem(self, line: int, what: str, remedy: str) -> None:
        self.problems.add(Position(self.file, line), what, remedy)

    def read(self, text: str) -> Node | None:
        parser = _parser(text)
        try:
            documents = 0
            while True:
                event = parser.get_event()
                kind = type(event)
                if kind is yaml.StreamEndEvent:
                    return self.root
                if kind is yaml.DocumentStartEvent:
                    documents += 1
                    if documents > 1:
                        self.problem(
                            event.start_mark.line + 1, "a second document begins here", "put it into a file of its own"
                        )
                        raise _Stop
                else:
                    self._event(event, kind)
        finally:
            parser.dispose()

    def _event(self, event: Any, kind: type) -> None:
        if kind is yaml.ScalarEvent:
            self._scalar(event)
        elif kind is yaml.MappingStartEvent:
            self._begin(event, Mapping(event.start_mark.line + 1))
        elif kind is yaml.SequenceStartEvent:
            self._begin(event, Sequence(event.start_mark.line + 1))
        elif kind in {yaml.MappingEndEvent, yaml.SequenceEndEvent}:
            node, _ = self.open.pop()
            self.key.pop()
            self._place(node)
        elif kind is yaml.AliasEvent:
            self._alias(event)

    def _scalar(self, event: Any) -> None:
        line, text = event.start_mark.line + 1, event.value
        if event.tag is not None:
            self._tag(event, line)
        # The C parser says '' for plain, the Python one None.
        plain = not event.style
        if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
            self.problem(line, "half of a surrogate pair, which is no character", "write the character itself")
            text = ""
        if "\0" in text:
            self.problem(line, "a NUL character, which no database stores in text", "remove it")
        substituted = False
        if "${" in text and self.variables is not None:
            before = text
            text = substitute(text, self.variables, lambda name: self._undefined(name, line))
            substituted = text != before
        node = Scalar(text, line, plain=plain, substituted=substituted, literal=event.style == "|")
        self.count += 1
        if event.anchor:
            self.anchors[event.anchor] = node
        if plain and text == "<<" and self._expects_key():
            self.problem(line, "a merge key (<<), which YAML 1.2 does not have", "write the keys out")
            raise _Stop
        self._place(node)

    def _undefined(self, name: str, line: int) -> None:
        known = ", ".join(sorted(self.variables or ())) or "none"
        self.problem(
            line,
            f"the variable {shown(name)} is not defined (defined: {known})",
            "define it under variables in bootstrap.yaml or in the environment's overlay, or write $${ for the text",
        )

    def _expects_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1][0], Mapping) and self.key[-1] is None

    def _begin(self, event: Any, node: Mapping | Sequence) -> None:
        if event.tag is not None:
            self._tag(event, node.line)
        if self._expects_key():
            self.problem(node.line, "a key that is a list or a mapping", "use a text as the key")
            raise _Stop
        if len(self.open) >= MAXIMUM_DEPTH:
            self.problem(node.line, *_TOO_DEEP)
            raise _Stop
        self.count += 1
        if event.anchor:
            self.anchors[event.anchor] = node
        self.open.append((node, event.anchor))
        self.key.append(None)

    def _alias(self, event: Any) -> None:
        line = event.start_mark.line + 1
        node = self.anchors.get(event.anchor)
        if node is None:
            self.problem(line, f"the alias *{event.anchor} has no anchor before it", f"define &{event.anchor} above")
            raise _Stop
        if any(node is item for item, _ in self.open):
            self.problem(line, f"the alias *{event.anchor} contains itself", "write the value out")
            raise _Stop
        self._place(node)

    def _tag(self, event: Any, line: int) -> None:
        name = str(event.tag).replace("tag:yaml.org,2002:", "!!")
        self.problem(line, f"the tag {shown(name)}", "remove it; declarations have no tags")

    def _place(self, node: Node) -> None:
        if not self.open:
            self.root = node
            return
        parent = self.open[-1][0]
        parent.size += node.size
        if node.depth >= parent.depth:
            parent.depth = node.depth + 1
        if parent.depth > MAXIMUM_DEPTH:  # a chain of aliases is deeper than any of its parts
            self.problem(node.line, *_TOO_DEEP)
            raise _Stop
        if parent.size > _EXPANSION_FREE + _EXPANSION_FACTOR * self.count:
            self.problem(node.line, "aliases that expand to more than this file holds", "write the values out")
            raise _Stop
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif isinstance(parent, Mapping):
            self._pair(parent, node)

    def _pair(self, parent: Mapping, node: Node) -> None:
        waiting = self.key[-1]
        if waiting is not None:
            key, line = waiting
            self.key[-1] = None
            if key in parent.entries:
                first = parent.entries[key][1]
                self.problem(line, f'duplicate key "{shown(key)}" (first on line {first})', "remove one of them")
            else:
                parent.entries[key] = (node, line)
        elif isinstance(node, Scalar):
            if not node.text and node.kind is ScalarKind.NULL:
                self.problem(node.line, "an empty key", "give it a name")
            self.key[-1] = (node.text, node.line)
        else:
            self.problem(node.line, "a key that is a list or a mapping", "use a text as the key")
            raise _Stop


def decode(data: bytes, file: str) -> str:
    """The text of a file, which must be UTF-8 (a byte order mark is skipped). Raises DeclarationError."""
    problems = Problems()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.add(Position(file, line), f"byte 0x{data[error.start]:02x} is not UTF-8", "save the file as UTF-8")
        problems.raise_if_any()
        raise


def compose(data: bytes, file: str, problems: Problems, variables: MappingABC[str, str] | None = None) -> Node | None:
    """Read one YAML file; what is wrong with it goes to ``problems``.

    Args:
        data: the file's content.
        file: its name, for messages.
        problems: where problems are noted.
        variables: values for ``${name}``; None leaves such texts as they are.

    Returns:
        The tree, or None for an empty file or one that cannot be read.
    """
    try:
        text = decode(data, file)
    except DeclarationError as error:
        for found in error.problems:
            problems.add(Position(found.file, found.line), found.what, found.remedy)
        return None
    unsafe = _UNSAFE.search(text)
    if unsafe:
        problems.add(
            Position(file, text.count("\n", 0, unsafe.start()) + 1),
            f"the character U+{ord(unsafe[0]):04X}, which must not stand in YAML as it is",
            f'write it as "\\u{ord(unsafe[0]):04x}" in double quotes' if unsafe[0] != "\0" else "remove it",
        )
        return None
    try:
        return _Tree(file, problems, variables).read(text)
    except _Stop:
        return None
    except yaml.YAMLError as error:
        problems.add(*_not_yaml(error, file, text))
    return None


def _not_yaml(error: yaml.YAMLError, file: str, text: str) -> tuple[Position, str, str]:
    if not isinstance(error, yaml.MarkedYAMLError):
        return Position(file, 1), f"not YAML: {shown(str(error), 200)}", "correct the file"
    mark = error.problem_mark or error.context_mark
    position = Position(file, mark.line + 1 if mark else 1)
    what = error.problem or error.context or "it cannot be read"
    if "nesting depth" in what:  # newer libyaml has a bound of its own, and looks ahead of the events it has given
        return position, *_TOO_DEEP
    line = text.splitlines()[position.line - 1] if position.line <= len(text.splitlines()) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return position, "a tab in the indentation, which YAML does not allow", "indent with spaces"
    return position, f"not YAML: {what}", _remedy(what)


def _remedy(what: str) -> str:
    if "mapping values are not allowed" in what:
        return "quote the text if it contains a colon and a space"
    if "tab" in what or "\\t" in what:
        return "indent with spaces"
    if "escape" in what:
        return "write the character itself, or use single quotes"
    return "correct the indentation, quotes or brackets on this line or the one above"
