"""From one set of partitions to another, moving as few rows as the server can.

A declaration says where rows belong, not which rows there are. So a partition that is no longer declared is merged
into the one that its rows belong to now. Only rows that have no place at all any more (behind the last range, of
values that no list has) go with their partition: a loss that has to be allowed, and that says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bootstrap.catalog.tables import MySqlPartition, MySqlPartitioning
from bootstrap.dialects.mysql.introspection.lexer import TokenKind, tokens_of
from bootstrap.dialects.mysql.render.parts import partition_text, partitioning_text
from bootstrap.dialects.mysql.render.statements import Cost
from bootstrap.dialects.mysql.text import quote_all

_BY_COUNT = re.compile(r"(linear )?(hash|key)( algorithm=\d)?$")


@dataclass(frozen=True, slots=True)
class PartitionStep:
    """One ALTER TABLE clause, and which partitions it drops with their rows."""

    clause: str
    cost: Cost
    dropped: tuple[str, ...] = ()


def repartition(before: MySqlPartitioning | None, after: MySqlPartitioning) -> list[PartitionStep]:
    """The steps from one partitioning to the other; distributing all rows again is the last resort."""
    whole = [PartitionStep(partitioning_text(after), Cost.COPY)]
    if before is None or replace(before, count=after.count, partitions=after.partitions) != after:
        return whole
    if not before.partitions and not after.partitions:
        return _by_count(before, after) or whole
    old, new = list(before.partitions), list(after.partitions)
    if after.method.startswith("range"):
        return _by_range(old, new) or whole
    if after.method.startswith("list"):
        return _by_list(old, new) or whole
    return whole


def _by_count(before: MySqlPartitioning, after: MySqlPartitioning) -> list[PartitionStep]:
    """More or fewer partitions of a hash: the server moves the rows, none is lost."""
    if not _BY_COUNT.match(after.method) or after.sub_method is not None:
        return []
    more = (after.count or 1) - (before.count or 1)
    clause = f"ADD PARTITION PARTITIONS {more}" if more > 0 else f"COALESCE PARTITION {-more}"
    return [PartitionStep(clause, Cost.COPY)]


def _by_range(old: list[MySqlPartition], new: list[MySqlPartition]) -> list[PartitionStep]:
    """Equal partitions at both ends stay; what lies between is split or merged, what is behind the end is new."""
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    gone, made = old[start : len(old) - end], new[start : len(new) - end]
    if end and (not gone or not made or gone[-1].values != made[-1].values):
        # The neighbour above takes rows in, or gives some away.
        gone, made = old[start : len(old) - end + 1], new[start : len(new) - end + 1]
        end -= 1
    if not gone:
        return [_added(made)]
    if not made:
        return [_dropped(gone)]
    if end or gone[-1].values == made[-1].values:
        return [_reorganised(gone, made)]
    return []


def _by_list(old: list[MySqlPartition], new: list[MySqlPartition]) -> list[PartitionStep]:
    """Partitions whose values no other has are dropped with their rows, new ones are added behind the others."""
    if any(partition.values == "DEFAULT" for partition in (*old, *new)):
        return []  # MariaDB: it takes the rows of whatever has gone, and has those of whatever is new
    kept = [partition for partition in old if partition in new]
    if new[: len(kept)] != kept:
        return []
    gone = [partition for partition in old if partition not in new]
    made = new[len(kept) :]
    if not kept or any(_values(a) & _values(b) for a in gone for b in made):
        return []
    if {partition.name for partition in gone} & {partition.name for partition in made}:
        return []
    return [*([_dropped(gone)] if gone else []), *([_added(made)] if made else [])]


def _values(partition: MySqlPartition) -> set[str]:
    """Everything that a list partition names. Tuples share parts with each other: then the rows are looked at."""
    return {token.text for token in tokens_of(partition.values) if token.kind in (TokenKind.WORD, TokenKind.STRING)} - {
        "IN"
    }


def _common(one: Sequence[MySqlPartition], other: Sequence[MySqlPartition]) -> int:
    """How many partitions are equal from the front."""
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return place
    return min(len(one), len(other))


def _added(made: Sequence[MySqlPartition]) -> PartitionStep:
    return PartitionStep(f"ADD PARTITION ({', '.join(map(partition_text, made))})", Cost.INSTANT)


def _dropped(gone: Sequence[MySqlPartition]) -> PartitionStep:
    names = tuple(partition.name for partition in gone)
    return PartitionStep(f"DROP PARTITION {quote_all(names)}", Cost.INSTANT, dropped=names)


def _reorganised(gone: Sequence[MySqlPartition], made: Sequence[MySqlPartition]) -> PartitionStep:
    names = [partition.name for partition in gone]
    into = ", ".join(map(partition_text, made))
    return PartitionStep(f"REORGANIZE PARTITION {quote_all(names)} INTO ({into})", Cost.COPY)
