"""Layers of a graph, by the Sugiyama method: which node is in which layer, and in which place there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fast_sugiyama import from_edges

from bootstrap.catalog.ref import Ref

_UNIT = 72.0  # the library's distance between two nodes


@dataclass(frozen=True, slots=True)
class Layout:
    """Layers from the first, each with its nodes and their places in order. A node is the number of a table in
    ``refs``, or a larger number where an edge passes by a layer. ``chains``: those numbers of each longer edge.
    """

    refs: Sequence[Ref]
    layers: Sequence[Sequence[tuple[int, float]]]
    chains: Mapping[tuple[int, int], Sequence[int]]

    def bends(self, start: Ref, end: Ref) -> Sequence[int]:
        """The nodes that an edge passes on its way."""
        one, other = self.refs.index(start), self.refs.index(end)
        return self.chains.get((one, other)) or self.chains.get((other, one), ())[::-1]


def arrange(refs: Sequence[Ref], edges: Sequence[tuple[Ref, Ref]]) -> Layout:
    """Put the start of each edge into an earlier layer than its end, as far as there is no cycle."""
    # Numbers without gaps, those of tables with edges first: the library takes every larger one for a bend. And numbers
    # instead of names, as it puts nodes into a set, whose order is another one in each process for names.
    linked = {ref for edge in edges for ref in edge}
    refs = sorted(refs, key=lambda ref: ref not in linked)
    numbers = {ref: number for number, ref in enumerate(refs)}
    layers: dict[int, list[tuple[int, float]]] = defaultdict(list)
    chains: dict[tuple[int, int], Sequence[int]] = {}
    below, spare = 0.0, len(refs)  # connected parts are one below the other
    for positions, _, _, drawn in from_edges([(numbers[one], numbers[other]) for one, other in edges]) if edges else ():
        known = {int(node): place for node, place in positions}
        bends = [node for node in sorted(known) if node >= len(linked)]  # each part counts them from the same number
        own = {node: node for node in known} | {node: spare + number for number, node in enumerate(bends)}
        spare += len(bends)
        top, left = max(y for _, y in known.values()), min(x for x, _ in known.values())
        for node, (x, y) in known.items():
            layers[round((top - y) / _UNIT)].append((own[node], below + (x - left) / _UNIT))
        chains |= _chains([(own[int(one)], own[int(other)]) for one, other in drawn or ()], len(refs))
        below += max(x - left for x, _ in known.values()) / _UNIT + 1
    for number in range(len(linked), len(refs)):
        layers[0].append((number, below))
        below += 1
    ordered = [sorted(layers[layer], key=lambda item: (item[1], item[0])) for layer in sorted(layers)]
    return Layout(refs, ordered, chains)


def _chains(edges: Sequence[tuple[int, int]], real: int) -> dict[tuple[int, int], Sequence[int]]:
    """The bends of each edge that has some."""
    after = {one: other for one, other in edges if one >= real}
    found: dict[tuple[int, int], Sequence[int]] = {}
    for one, other in edges:
        if one < real <= other:
            bends = [other]
            while (following := after[bends[-1]]) >= real:
                bends.append(following)
            found[one, following] = bends
    return found
