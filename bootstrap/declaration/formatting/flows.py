"""Sorting mappings in braces: ``{type: int, nullable: false}``."""

from __future__ import annotations

import yaml

from bootstrap.declaration.decode import Spec
from bootstrap.declaration.formatting.walk import children, wanted_order


def sort_flows(text: str, root: yaml.Node, spec: Spec) -> str:
    """Return the text with the entries of every mapping in braces in the order of its shape."""
    edits: dict[tuple[int, int], str] = {}
    _collect(text, root, spec, edits)
    for (start, end), written in sorted(edits.items(), reverse=True):
        text = text[:start] + written + text[end:]
    return text


def _collect(text: str, node: yaml.Node, spec: Spec | None, edits: dict[tuple[int, int], str]) -> None:
    """Note the outermost mappings and lists in brackets that change."""
    if not isinstance(node, yaml.CollectionNode):
        return
    if node.flow_style:
        start, end = node.start_mark.index, node.end_mark.index
        written = _written(text, node, spec)
        if written != text[start:end]:
            edits[start, end] = written
        return
    for child, inner in children(node, spec):
        _collect(text, child, inner, edits)


def _written(text: str, node: yaml.Node, spec: Spec | None) -> str:
    """A node of a flow: its entries change places, and all that stands between them stays where it is."""
    start, end = node.start_mark.index, node.end_mark.index
    if not isinstance(node, yaml.CollectionNode):
        return text[start:end]
    values = list(children(node, spec))
    if isinstance(node, yaml.MappingNode):
        heads = [key.start_mark.index for key, _ in node.value]
        order = wanted_order(node, spec)
    else:
        heads = [item.start_mark.index for item, _ in values]
        order = list(range(len(values)))
    entries, between, place = [], [], start
    for head, (value, inner) in zip(heads, values, strict=True):
        between.append(text[place:head])
        entries.append(text[head : value.start_mark.index] + _written(text, value, inner))
        place = value.end_mark.index
    between.append(text[place:end])
    if any("#" in piece for piece in between):  # a comment speaks of the entry beside it
        order = sorted(order)
    return "".join(gap + entries[entry] for gap, entry in zip(between, order, strict=False)) + between[-1]
