"""What of a tree is sorted, and how."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from bootstrap.declaration.decode import Spec


def children(node: yaml.Node, spec: Spec | None) -> Iterator[tuple[yaml.Node, Spec | None]]:
    """Yield the values in a mapping or a list, each with what it may be; None where anything may stand."""
    if isinstance(node, yaml.SequenceNode):
        yield from ((item, spec.items if spec else None) for item in node.value)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            known = spec.keys.get(key.value) if spec and spec.struct else None
            yield value, known.spec if known else spec.values if spec else None


def wanted_order(node: yaml.MappingNode, spec: Spec | None) -> list[int]:
    """Return the places of the entries in the order of the shape; names that people gave stay as they are."""
    places = list(range(len(node.value)))
    if spec is None or not spec.struct:
        return places
    ranks = {name: rank for rank, name in enumerate(spec.keys)}
    return sorted(places, key=lambda place: ranks.get(node.value[place][0].value, len(ranks)))
