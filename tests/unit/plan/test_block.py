"""How long a change may block others, from what is known of the table."""

from __future__ import annotations

import pytest

from bootstrap.plan.block import Block, Blocked, Rate, Work
from bootstrap.plan.context import TableSize

RATE = Rate(rows=100_000, bytes=10_000_000)


def block(size: TableSize | None) -> Block:
    return Block(blocked=Blocked.WRITES, work=Work.COPY, size=size, rate=RATE)


@pytest.mark.parametrize(
    ("size", "seconds", "exceeds"),
    [
        (TableSize(rows=0, bytes=16_384), 0.0, False),
        (TableSize(rows=50_000, bytes=1_000_000), 0.5, False),
        (TableSize(rows=70_000, bytes=1_000_000), 0.7, True),  # the estimate of rows may be too low by half
        (TableSize(rows=993_517, bytes=16_384), 9.93517, True),  # bytes from when the table was empty
        (TableSize(rows=1, bytes=100_000_000), 10.0, True),  # rows from when the table was empty
        (None, None, True),
    ],
)  # fmt: skip
def test_rows_or_bytes_decide_whichever_takes_longer(
    size: TableSize | None, seconds: float | None, exceeds: bool
) -> None:
    assert (block(size).seconds, block(size).exceeds(1_000)) == (seconds, exceeds)


def test_without_patience_only_an_empty_table_passes() -> None:
    assert not block(TableSize(rows=0, bytes=0)).exceeds(0)
    assert block(TableSize(rows=1, bytes=0)).exceeds(0)


def test_the_message_says_how_long_and_from_what() -> None:
    assert block(TableSize(rows=993_517, bytes=120_000_000)).text == "about 12.0 s (993,517 rows, 120 MB)"
    assert block(TableSize(rows=1, bytes=16_384)).text == "about 0.0 s (1 row, 16 kB)"
    assert block(None).text == "for an unknown time: the size of the table is unknown"
