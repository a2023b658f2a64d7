"""Sorting mappings of one key a line: an entry moves with its lines and with the comments above it."""

from __future__ import annotations

import re

import yaml

from bootstrap.declaration.decode import Spec
from bootstrap.declaration.formatting.walk import children, wanted_order

_BEFORE_KEY = re.compile(r"[ -]*\Z")  # nothing, or the dashes of lists


def sort_blocks(text: str, root: yaml.Node, spec: Spec) -> str:
    """Return the text with the entries of every such mapping in the order of its shape."""
    if not text.endswith("\n"):
        text += "\n"
    lines = text.split("\n")
    _sort(lines, root, spec, is_root=True)
    return "\n".join(lines)


def _sort(lines: list[str], node: yaml.Node, spec: Spec | None, *, is_root: bool = False) -> None:
    """Inner mappings first: they stay within their lines, so those of the outer one stay true."""
    for child, inner in children(node, spec):
        _sort(lines, child, inner)
    if not isinstance(node, yaml.MappingNode) or node.flow_style or not node.value:
        return
    order = wanted_order(node, spec)
    keys = [key.start_mark.line for key, _ in node.value]
    column = node.value[0][0].start_mark.column
    prefix = lines[keys[0]][:column]
    if order == sorted(order) or not _BEFORE_KEY.match(prefix):
        return
    ends = [_end(lines, pair, column) for pair in node.value]
    starts = [keys[0] if prefix.strip() else _first(lines, keys[0], is_root=is_root), *ends[:-1]]
    # The dash of a list stays at the first key, whichever that is.
    lines[keys[0]] = " " * column + lines[keys[0]][column:]
    chunks = [(lines[start:end], key - start) for start, end, key in zip(starts, ends, keys, strict=True)]
    first, key = chunks[order[0]]
    first[key] = prefix + first[key][column:]
    blank = next(place for place, line in enumerate(first) if line.strip())
    moved = [line for entry in order for line in chunks[entry][0]]
    # An empty line above an entry that comes first now would stand at the beginning: it separates the entries instead.
    lines[starts[0] : ends[-1]] = [*moved[blank : len(first)], *moved[:blank], *moved[len(first) :]]


def _first(lines: list[str], key: int, *, is_root: bool) -> int:
    """The first line of the comments above a mapping's first key. The head of a file stays where it is."""
    start = key
    while start and lines[start - 1].lstrip().startswith("#") and not lines[start - 1].startswith("# yaml-language"):
        start -= 1
    if is_root and all(not line.strip() or line.startswith("# yaml-language") for line in lines[:start]):
        return key  # the first comment speaks of the file
    return start


def _end(lines: list[str], pair: tuple[yaml.Node, yaml.Node], column: int) -> int:
    """The line behind an entry, and behind comments below it that are indented deeper than its key."""
    end = max(pair[0].end_mark.line, _last(lines, pair[1])) + 1
    while (
        end < len(lines) and (line := lines[end]).lstrip().startswith("#") and len(line) - len(line.lstrip()) > column
    ):
        end += 1
    return end


def _last(lines: list[str], node: yaml.Node) -> int:
    """The last line of a value. Where a block ends, PyYAML gives the place of what comes next."""
    if isinstance(node, yaml.ScalarNode):
        if node.style not in {"|", ">"}:
            return node.end_mark.line
        last = node.end_mark.line - 1
        keeps = "+" in lines[node.start_mark.line].partition(" #")[0][node.start_mark.column :]
        while not keeps and last > node.start_mark.line and not lines[last].strip():
            last -= 1
        return last
    assert isinstance(node, yaml.CollectionNode)  # noqa: S101  # there is no other kind
    if node.flow_style:
        return node.end_mark.line
    below = node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1]
    own = node.value[-1][0].end_mark.line if isinstance(node, yaml.MappingNode) else 0
    return max(own, _last(lines, below))
