"""The order of changes that a server accepts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.changes import Change, GrantPrivilege, RevokePrivilege
from bootstrap.plan.cycles import cycles
from bootstrap.plan.groups import Groups
from bootstrap.plan.precedence import precedence
from bootstrap.plan.ranks import rank
from bootstrap.plan.rules import Rules
from bootstrap.plan.sorting import sorted_by_rank


def order_changes(changes: Sequence[Change], current: Catalog, desired: Catalog, rules: Rules) -> list[Change]:
    """Sort changes so that everything exists when it is needed and nothing is dropped while it is needed.

    Stable and total: the same input gives the same order. A cycle that no single order can satisfy (mutually
    recursive functions) is broken at its lowest-ranked change, and the server has the last word.
    """
    return [change for group in ordered_groups(changes, current, desired, rules) for change in group]


def ordered_groups(
    changes: Sequence[Change], current: Catalog, desired: Catalog, rules: Rules
) -> list[tuple[Change, ...]]:
    """Sort changes as `order_changes` does, those of one atomic group one after the other.

    Groups that need something of each other become one.
    """
    before, groups = precedence(changes, current, desired, rules), Groups(changes, current, rules)
    ranks, places = [rank(change) for change in changes], range(len(changes))
    if not all(groups.leader(place) == place for place in places):
        for cycle in cycles(_between(before, groups)):
            if any(groups.leader(place) != place for place in places if groups.leader(place) in cycle):
                groups.join(cycle)
    members: dict[int, list[int]] = defaultdict(list)
    for place in places:
        members[groups.leader(place)].append(place)
    leaders = sorted(members)
    number = {leader: index for index, leader in enumerate(leaders)}
    outer = {number[one]: {number[other] for other in firsts} for one, firsts in _between(before, groups).items()}
    order = sorted_by_rank(outer, [_rank_of(members[leader], changes, ranks) for leader in leaders])
    return [tuple(changes[place] for place in _inside(members[leaders[index]], before, ranks)) for index in order]


def _between(before: Mapping[int, set[int]], groups: Groups) -> dict[int, set[int]]:
    """For each group the groups that must come before it."""
    found: dict[int, set[int]] = defaultdict(set)
    for place, firsts in before.items():
        mine = groups.leader(place)
        found[mine] |= {groups.leader(first) for first in firsts} - {mine}
    return found


def _rank_of(members: Sequence[int], changes: Sequence[Change], ranks: Sequence[int]) -> int:
    """A group comes when the last thing that it makes would; privileges come with what they are on."""
    privileges = (GrantPrivilege, RevokePrivilege)
    return max([ranks[place] for place in members if not isinstance(changes[place], privileges)] or [ranks[members[0]]])


def _inside(members: Sequence[int], before: Mapping[int, set[int]], ranks: Sequence[int]) -> list[int]:
    """The order within one group."""
    if len(members) == 1:
        return list(members)
    number = {place: index for index, place in enumerate(members)}
    inner = {number[place]: {number[one] for one in before.get(place, ()) if one in number} for place in members}
    return [members[index] for index in sorted_by_rank(inner, [ranks[place] for place in members])]
