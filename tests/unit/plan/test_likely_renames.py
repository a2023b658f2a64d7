"""What goes beside something that comes, and is like it, may have been renamed: the hazard asks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bootstrap.catalog.diff import diff
from bootstrap.catalog.tables import Table
from bootstrap.hazards import HazardKind
from bootstrap.plan.likely_renames import asking, likely_renames
from bootstrap.plan.statement import Hazard
from tests.unit.building import catalog, column, table


def renames(before: Table, after: Table) -> dict[str, str]:
    difference = diff(catalog(before), catalog(after), managed=lambda _: True)
    return {old.path: new.path for old, new in likely_renames(difference.changes).items()}


def made(name: str, **columns: str) -> Table:
    return replace(table(name, "id"), columns=tuple(column(key, kind) for key, kind in columns.items()))


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ({"id": "int", "remark": "text"}, {"app.t.note": "app.t.remark"}),
        ({"remark": "text", "id": "int"}, {"app.t.note": "app.t.remark"}),  # the only one of that type
        ({"id": "int", "remark": "int"}, {}),
        ({"id": "int"}, {}),
        ({"id": "int", "remark": "text", "more": "text"}, {"app.t.note": "app.t.remark"}),  # in the same place
    ],
)
def test_columns_of_the_same_type(after: dict[str, str], expected: dict[str, str]) -> None:
    assert renames(made("t", id="int", note="text"), made("t", **after)) == expected


def test_tables_with_the_same_columns() -> None:
    assert renames(made("t", id="int"), made("u", id="int")) == {"app.t": "app.u"}
    assert renames(made("t", id="int"), made("u", id="text")) == {}


def test_the_hazard_asks() -> None:
    difference = diff(
        catalog(made("t", id="int", note="text")), catalog(made("t", id="int", remark="text")), managed=lambda _: True
    )
    found = likely_renames(difference.changes)
    [old] = found
    hazard = Hazard(kind=HazardKind.DATA_LOSS, subject=old, message="it goes", advice="keep a copy")
    assert asking(hazard, found).advice.startswith("renamed? then say renamed_from: note for column app.t.remark; else")
    assert asking(replace(hazard, kind=HazardKind.TABLE_REWRITE), found).advice == "keep a copy"
