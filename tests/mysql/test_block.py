"""What blocks writers for longer than the policy says is refused, however few rows that are."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from bootstrap.plan.block import Blocked, Work
from bootstrap.plan.context import TableSize
from bootstrap.plan.statement import Hazard
from tests.mysql.place import Place, table

PARENT = "CREATE TABLE p (id int PRIMARY KEY)"
BEFORE = (
    "CREATE TABLE t (id int PRIMARY KEY, a int, v varchar(40), d decimal(8,2), w varchar(9), KEY k (a))"
    " DEFAULT CHARSET utf8mb4"
)
# As InnoDB estimated a table of a million rows, of which it had counted few pages.
SIZES = {table("t"): TableSize(rows=993_517, bytes=16_384), table("p"): TableSize(rows=4, bytes=16_384)}
CHANGES = {
    "int to bigint": "MODIFY a bigint",
    "decimal": "MODIFY d decimal(12,4)",
    "signed to unsigned": "MODIFY a int unsigned",
    "check": "ADD CONSTRAINT c CHECK (a > 0)",
    "stored generated column": "ADD g int AS (a + 1) STORED",
    "key of another kind": "ADD FULLTEXT KEY f (v)",
    "character set": "MODIFY w varchar(9) CHARACTER SET latin1",
    "foreign key": "ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id)",
    "engine": "ENGINE=MyISAM",
}
WORK = {
    "key of another kind": (Work.INDEX_BUILD, Blocked.WRITES),
    "foreign key": (Work.CHECKED_COPY, Blocked.WRITES_AND_PARENT),
}


def blocking(hazards: Iterable[Hazard]) -> list[Hazard]:
    return [hazard for hazard in hazards if hazard.block is not None]


@pytest.mark.parametrize("change", CHANGES)
def test_what_blocks_writers_is_refused_below_a_million_rows(place: Place, other: Place, change: str) -> None:
    place.load(PARENT, BEFORE)
    other.load(PARENT, BEFORE, f"ALTER TABLE t {CHANGES[change]}")
    [hazard] = blocking(place.planned(other.catalog(), sizes=SIZES).hazards)
    assert hazard.blocking
    assert hazard.block is not None
    assert (hazard.block.work, hazard.block.blocked) == WORK.get(change, (Work.COPY, Blocked.WRITES))
    assert "993,517 rows" in hazard.message
    few = {ref: TableSize(rows=100, bytes=16_384) for ref in SIZES}
    assert not any(hazard.blocking for hazard in blocking(place.planned(other.catalog(), sizes=few).hazards))


@pytest.mark.parametrize("change", ["ADD n int", "ADD KEY k2 (v)", "MODIFY v varchar(60)", "MODIFY a int NOT NULL"])
def test_what_blocks_nobody_has_no_such_hazard(place: Place, other: Place, change: str) -> None:
    place.load(PARENT, BEFORE)
    other.load(PARENT, BEFORE, f"ALTER TABLE t {change}")
    assert blocking(place.planned(other.catalog(), sizes=SIZES).hazards) == []
