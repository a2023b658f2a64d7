"""What a plan costs grows with the tables, not with their square: counted in function calls, which no clock changes."""

from __future__ import annotations

import cProfile
import pstats
from pathlib import Path

import pytest

from benchmarks.workload import add_column, declare
from bootstrap.catalog.catalog import Catalog
from bootstrap.declaration.load import load
from bootstrap.dialects.base import Dialect
from bootstrap.dialects.mysql.capabilities import identify
from bootstrap.dialects.postgresql.capabilities import capabilities_of
from bootstrap.dialects.registry import dialect_for
from bootstrap.plan.between import Management, plan_between
from bootstrap.plan.context import Policy
from bootstrap.plan.server import Server

FEW, FACTOR = 40, 4
SERVERS = {
    "postgresql": Server(
        vendor="postgresql", version=(16, 0), version_text="16.0", capabilities=capabilities_of((16, 0))
    ),
    "mysql": identify("10.11.9-MariaDB"),
}


def calls(dialect: Dialect, current: Catalog, desired: Catalog) -> int:
    """How many function calls it takes to compare, order and render."""
    profile = cProfile.Profile()
    profile.enable()
    plan = plan_between(
        current, desired, engine=dialect, server=SERVERS[dialect.name], management=Management(exact=True), sizes={},
        policy=Policy(),
    )  # fmt: skip
    profile.disable()
    assert plan.statements
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]  # the stubs lack it


def catalogs(folder: Path, engine: str, tables: int) -> tuple[Catalog, Catalog]:
    """Many tables, and the same with a column more in each."""
    declare(folder, engine, tables)
    before = load(folder).catalog
    add_column(folder, "more")
    return before, load(folder).catalog


@pytest.mark.parametrize("engine", SERVERS)
def test_creating_changing_and_dropping_cost_the_same_for_each_table(engine: str, tmp_path: Path) -> None:
    dialect = dialect_for(engine)
    costs = []
    for tables in (FEW, FEW * FACTOR):
        before, after = catalogs(tmp_path / str(tables), engine, tables)
        pairs = ((Catalog(), before), (before, after), (after, Catalog()))
        costs.append([calls(dialect, current, desired) for current, desired in pairs])
    growth = [many / few for few, many in zip(*costs, strict=True)]
    assert max(growth) < 1.02 * FACTOR, costs
