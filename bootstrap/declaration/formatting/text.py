"""One YAML file, formatted."""

from __future__ import annotations

from typing import Any

import yaml

from bootstrap.declaration.decode import spec_of
from bootstrap.declaration.formatting.blocks import sort_blocks
from bootstrap.declaration.formatting.flows import sort_flows
from bootstrap.declaration.formatting.quotes import plain_quotes
from bootstrap.declaration.nodes import Mapping, Node, Scalar, Sequence, compose
from bootstrap.declaration.report import Problems
from bootstrap.problems import BootstrapError


def format_text(text: str, shape: type[Any], path: str) -> str:
    """Return the text with its keys in the order of the shape and plain quoting.

    Raises:
        DeclarationError: the text is not YAML as declarations have it.
        BootstrapError: the formatted text would mean something else.
    """
    before = _tree(text, path)
    if before is None:
        return text
    result = plain_quotes(text, _nodes(text))
    nodes = _nodes(result)
    if not _has_aliases(nodes):  # an alias must stay below its anchor
        result = sort_flows(result, nodes, spec_of(shape))
        result = sort_blocks(result, _nodes(result), spec_of(shape))
    if result == text:
        return text
    if not _same(before, _tree(result, path)):
        raise BootstrapError(f"{path}: formatting would change the meaning, so no file was written: report this file")
    return result


def _nodes(text: str) -> yaml.Node:
    """PyYAML's nodes, which know where they begin and end."""
    root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    assert root is not None  # noqa: S101  # an empty file is not formatted
    return root


def _tree(text: str, path: str) -> Node | None:
    problems = Problems()
    tree = compose(text.encode(), path, problems)
    problems.raise_if_any()
    return tree


def _has_aliases(root: yaml.Node) -> bool:
    """Whether a node stands in two places."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            return True
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            waiting += [item for pair in node.value for item in pair]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value
    return False


def _same(one: Node | None, other: Node | None) -> bool:
    """Whether two trees say the same; the order of keys says nothing."""
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        return (one.text, one.kind, one.literal) == (other.text, other.kind, other.literal)
    if isinstance(one, Sequence) and isinstance(other, Sequence):
        return len(one.items) == len(other.items) and all(map(_same, one.items, other.items))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.entries.keys() == other.entries.keys() and all(
            _same(node, other.entries[key][0]) for key, (node, _) in one.entries.items()
        )
    return False
