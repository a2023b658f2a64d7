"""Quotes only where YAML needs them, and the same ones everywhere: as an import writes them."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from bootstrap.declaration.writer.emit import scalar


def plain_quotes(text: str, root: yaml.Node) -> str:
    """Return the text with each quoted scalar of one line written as the writer of declarations does."""
    edits = {}
    for node, in_flow, is_key in _scalars(root, in_flow=False):
        start, end = node.start_mark.index, node.end_mark.index
        token = text[start:end]
        if token[:1] not in {"'", '"'} or node.start_mark.line != node.end_mark.line:
            continue
        if "${" in node.value:  # a variable's value is text in quotes, and without them whatever it reads as
            continue
        if is_key and not text[end + 1 : end + 2].isspace():  # {"a":1}: without quotes, the colon would be the key's
            continue
        edits[start, end] = scalar(node.value, flow=in_flow)
    for (start, end), written in sorted(edits.items(), reverse=True):
        text = text[:start] + written + text[end:]
    return text


def _scalars(node: yaml.Node, *, in_flow: bool, is_key: bool = False) -> Iterator[tuple[yaml.ScalarNode, bool, bool]]:
    if isinstance(node, yaml.ScalarNode):
        yield node, in_flow, is_key
        return
    inside = in_flow or (isinstance(node, yaml.CollectionNode) and bool(node.flow_style))
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item, in_flow=inside)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(key, in_flow=inside, is_key=True)
            yield from _scalars(value, in_flow=inside)
