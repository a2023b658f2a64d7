"""Sorting by what must come before what, with a rank among what is free."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence


def sorted_by_rank(before: Mapping[int, set[int]], ranks: Sequence[int]) -> Iterator[int]:
    """Sort the places of a list so that each comes after those that must come before it.

    Stable and total: the same input gives the same order, lower ranks first among what is free. A cycle is broken at
    its lowest-ranked member.

    Args:
        before: for each place those that must come before it.
        ranks: of each place.
    """
    after: dict[int, set[int]] = defaultdict(set)
    waiting = {index: set(before.get(index, ())) for index in range(len(ranks))}
    for index, firsts in waiting.items():
        for first in firsts:
            after[first].add(index)
    ready = [(ranks[index], index) for index, firsts in waiting.items() if not firsts]
    heapq.heapify(ready)
    while waiting:
        if not ready:
            index = min(_innermost_cycle(waiting), key=lambda item: (ranks[item], item))
        else:
            index = heapq.heappop(ready)[1]
            if index not in waiting:
                continue
        del waiting[index]
        yield index
        for follower in after[index]:
            if follower in waiting:
                waiting[follower].discard(index)
                if not waiting[follower]:
                    heapq.heappush(ready, (ranks[follower], follower))


def _innermost_cycle(waiting: dict[int, set[int]]) -> set[int]:
    """Changes that wait only for each other: breaking the order anywhere else would do something too early for
    nothing.
    """
    smallest: set[int] = set(waiting)
    for start in waiting:
        found, stack = {start}, [start]
        while stack and len(found) < len(smallest):
            fresh = waiting[stack.pop()] - found
            found |= fresh
            stack += fresh
        if len(found) < len(smallest):
            smallest = found
    return smallest
