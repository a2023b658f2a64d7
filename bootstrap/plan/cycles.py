"""Cycles in a relation between numbers."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping


def cycles(before: Mapping[int, set[int]]) -> Iterator[set[int]]:
    """Yield the strongly connected components that have more than one member (Tarjan, without recursion)."""
    depth: dict[int, int] = {}
    lowest: dict[int, int] = {}
    open_: list[int] = []
    for start in before:
        if start in depth:
            continue
        walk = [(start, iter(before.get(start, ())))]
        depth[start] = lowest[start] = len(depth)
        open_.append(start)
        while walk:
            node, rest = walk[-1]
            following = next(rest, None)
            if following is None:
                walk.pop()
                if walk:
                    lowest[walk[-1][0]] = min(lowest[walk[-1][0]], lowest[node])
                if lowest[node] == depth[node]:
                    place = open_.index(node)
                    component = set(open_[place:])
                    del open_[place:]
                    for member in component:
                        depth[member] = lowest[member] = sys.maxsize  # closed
                    if len(component) > 1:
                        yield component
            elif following not in depth:
                depth[following] = lowest[following] = len(depth)
                open_.append(following)
                walk.append((following, iter(before.get(following, ()))))
            else:
                lowest[node] = min(lowest[node], depth[following])
