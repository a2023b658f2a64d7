"""Writing plain values as the YAML that a person would have written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

import yaml

from bootstrap.declaration.nodes import Mapping as MappingNode
from bootstrap.declaration.nodes import Scalar, compose
from bootstrap.declaration.report import Problems
from bootstrap.declaration.scalars import ScalarKind, kind_of
from bootstrap.declaration.variables import escape

WIDTH = 110
_INDENT = "  "
# First characters that mean something to YAML, and combinations that end a plain scalar.
_FIRST = frozenset("-?:,[]{}#&*!|>'\"%@`=<~")
_ENDS_PLAIN = re.compile(r": |:\Z| #")
_FLOW = frozenset(",[]{}")
_NOT_PRINTED = re.compile("[^\n\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_CLAUSES = frozenset({"from", "where", "group", "having", "order", "union", "join", "left", "limit"})
_SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


class Number(str):
    """Text that is written as it is because it reads as a number or as true or false, and is to."""

    __slots__ = ()


class Flow(dict[str, "Plain"]):
    """A mapping for one line: ``{type: int, auto_increment: true}``."""


Plain: TypeAlias = "str | int | bool | list[Plain] | Mapping[str, Plain] | None"


def document(content: Mapping[str, Plain], comments: tuple[str, ...] = ()) -> str:
    """A whole file."""
    head = [f"# {line}".rstrip() for line in comments]
    return "\n".join([*head, *_mapping(content, "")]) + "\n" if content or head else ""


def _mapping(content: Mapping[str, Plain], indent: str) -> list[str]:
    lines: list[str] = []
    for name, value in content.items():
        lines += _entry(f"{indent}{scalar(name)}:", value, indent)
    return lines


def _entry(head: str, value: Plain, indent: str) -> list[str]:
    """``head`` is what stands before the value: a key with its colon, or the dash of a list."""
    if value is None:
        return [head]
    if isinstance(value, str) and not isinstance(value, Number) and "\n" in value:
        block = _block(value, indent + _INDENT)
        return [f"{head} {block[0]}", *block[1:]] if block else [f"{head} {scalar(value)}"]
    if isinstance(value, str):
        written = scalar(value)
        folded = _folded(value, indent + _INDENT) if len(head) + 1 + len(written) > WIDTH else None
        return [f"{head} {folded[0]}", *folded[1:]] if folded else [f"{head} {written}"]
    if isinstance(value, Mapping) and value and not isinstance(value, Flow):
        return [head, *_mapping(value, indent + _INDENT)]
    one = one_line(value)
    if not isinstance(value, Mapping | list):
        return [f"{head} {one}"]
    fits = one is not None and len(head) + 1 + len(one) <= WIDTH
    if fits and (not value or isinstance(value, Flow) or (isinstance(value, list) and _is_simple(value))):
        return [f"{head} {one}"]
    if isinstance(value, Mapping):
        return [head, *_mapping(value, indent + _INDENT)]
    lines = [head]
    for item in value:
        lines += _item(item, indent + _INDENT)
    return lines


def _item(item: Plain, indent: str) -> list[str]:
    if isinstance(item, str):
        return [f"{indent}- {scalar(item)}"]
    one = one_line(item)
    if one is not None and len(indent) + 2 + len(one) <= WIDTH:
        return [f"{indent}- {one}"]
    if isinstance(item, Mapping) and item:
        lines = _mapping(item, indent + _INDENT)
        return [f"{indent}- {lines[0].lstrip()}", *lines[1:]]
    return [f"{indent}- {one}"]


def _is_simple(items: list[Plain]) -> bool:
    return not any(isinstance(item, Mapping | list) for item in items)


def one_line(value: Plain) -> str | None:
    """The value in flow style; None where a text in it has several lines."""
    if isinstance(value, Mapping):
        pairs = [(scalar(name, flow=True), one_line(item)) for name, item in value.items()]
        if any(item is None for _, item in pairs):
            return None
        return "{" + ", ".join(f"{name}: {item}" for name, item in pairs) + "}"
    if isinstance(value, list):
        items = [one_line(item) for item in value]
        return None if any(item is None for item in items) else "[" + ", ".join(str(item) for item in items) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and not isinstance(value, Number) and "\n" in value:
        return None
    return scalar(value, flow=True) if isinstance(value, str) else str(value)


def scalar(text: str, *, flow: bool = False) -> str:
    """A text on one line, quoted where it must be."""
    if isinstance(text, Number):
        return str(text)
    text = escape(text)
    if _is_plain(text, flow=flow):
        return text
    if _NOT_PRINTED.search(text) or "\n" in text or "\t" in text:
        return '"' + "".join(_escaped(character) for character in text) + '"'
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def _escaped(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    if not _NOT_PRINTED.match(character):
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004


def _is_plain(text: str, *, flow: bool) -> bool:
    if not text or text != text.strip() or text[0] in _FIRST or _ENDS_PLAIN.search(text):
        return False
    if _NOT_PRINTED.search(text) or "\n" in text or "\t" in text or text.startswith(("---", "...")):
        return False
    # In brackets commas and braces end a text; outside of them a brace at the end of ${name} is harmless.
    if flow and any(character in _FLOW for character in text):
        return False
    return kind_of(text) is ScalarKind.TEXT and not _misread(text)


def _misread(text: str) -> bool:
    """Whether YAML 1.1, as other tools read it, takes the text for something else: no, on, 012, 12:30, 2024-01-01."""
    resolvers = yaml.SafeLoader.yaml_implicit_resolvers
    return any(pattern.match(text) for _, pattern in [*resolvers.get(text[0], ()), *resolvers.get(None, ())])


def _block(text: str, indent: str) -> list[str] | None:
    """The text in literal style, or None where that would not read back the same."""
    escaped = escape(text)
    if _NOT_PRINTED.search(escaped) or not escaped.strip("\n"):
        return None
    chomp = "-" if not escaped.endswith("\n") else "+" if escaped.endswith("\n\n") else ""
    indicator = str(len(_INDENT)) if escaped[0] in " \n\t" else ""
    body = escaped.removesuffix("\n") if chomp != "-" else escaped
    lines = [f"|{indicator}{chomp}", *(indent + line if line else "" for line in body.split("\n"))]
    return lines if _reads_back(lines, indent, text) else None


def _folded(text: str, indent: str) -> list[str] | None:
    """A long line in folded style, where breaks are read as the spaces that they stand for; None where it cannot be.

    Lines are broken before the clauses of a query, and where they are full.
    """
    escaped = escape(text)
    if _NOT_PRINTED.search(escaped) or "\t" in escaped or escaped != escaped.strip() or " " not in escaped:
        return None
    lines = [""]
    # Only a single space can be a break: of several, YAML would keep all but one.
    for word in re.split(r"(?<! ) (?! )", escaped):
        full = len(indent) + len(lines[-1]) + 1 + len(word) > WIDTH
        if lines[-1] and (full or (word.lower() in _CLAUSES and len(lines[-1]) > WIDTH // 3)):
            lines.append(word)
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    result = [">-", *(indent + line for line in lines)]
    return result if len(lines) > 1 and _reads_back(result, indent, text) else None


def _reads_back(lines: list[str], indent: str, text: str) -> bool:
    outer = indent.removesuffix(_INDENT)
    # Another key behind it shows that the block ends where it should; parents give it its depth.
    depth = len(outer) // len(_INDENT)
    parents = [f"{_INDENT * level}k:" for level in range(depth)]
    sample = "\n".join([*parents, f"{outer}k: {lines[0]}", *lines[1:], f"{outer}after: x"]) + "\n"
    problems = Problems()
    node = compose(sample.encode(), "", problems, {})
    for _ in range(depth):
        node = node.entries["k"][0] if isinstance(node, MappingNode) else None
    if problems or not isinstance(node, MappingNode) or "after" not in node.entries:
        return False
    found = node.entries["k"][0]
    return isinstance(found, Scalar) and found.text == text
