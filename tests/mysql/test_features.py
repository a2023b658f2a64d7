"""Every feature: read without loss, unchanged by the scratch database, rebuilt the same, altered to and away from."""

from __future__ import annotations

import pytest

from bootstrap.catalog.catalog import Catalog
from bootstrap.dialects.base import ServerError
from tests.mysql.features import FEATURES, Feature
from tests.mysql.place import Place


@pytest.fixture(params=FEATURES, ids=[feature.name for feature in FEATURES])
def feature(request: pytest.FixtureRequest, place: Place) -> Feature:
    found: Feature = request.param
    if place.vendor not in found.vendors:
        pytest.skip(f"{place.vendor} has no {found.name}")
    return found


def test_feature_survives_everything(
    place: Place, other: Place, feature: Feature, request: pytest.FixtureRequest
) -> None:
    try:
        with place.session.tolerant():
            place.load(*feature.statements)
    except ServerError as error:
        if not request.config.getoption("--all-versions"):
            raise
        pytest.skip(f"this version has no {feature.name}: {error}")
    live = place.catalog()
    assert live.objects
    assert other.normalised(live).objects == live.objects

    other.apply(live)
    assert other.catalog().objects == live.objects
    assert other.changes(live) == ()
    assert texts(other) == texts(place)

    other.apply(Catalog())
    assert other.catalog().objects == {}


_VALUES_DO_NOT_FIT = frozenset(
    {1048, 1062, 1138, 1264, 1265, 1292, 1364, 1366, 1406, 1416, 3140, 3819, 4025, 4078, 6136}
)
_ALTERED = [
    feature
    for feature in FEATURES
    if any(s.startswith("CREATE TABLE t (id int PRIMARY KEY") for s in feature.statements[:1])
    and "aria" not in feature.name
]


@pytest.mark.parametrize("place_in_list", range(len(_ALTERED)), ids=[feature.name for feature in _ALTERED])
def test_a_table_with_rows_becomes_another(place: Place, other: Place, place_in_list: int) -> None:
    before = _ALTERED[place_in_list]
    available = [feature for feature in _ALTERED if place.vendor in feature.vendors]
    if before not in available:
        pytest.skip(f"{place.vendor} has no {before.name}")
    for step in (7,):  # one partner for each: all pairs would take an hour
        after = available[(available.index(before) + step) % len(available)]
        for feature, where in ((before, place), (after, other)):
            where.apply(Catalog())
            with where.session.tolerant():
                where.load(*feature.statements)
        ids = [1, 2] if _insert_ids(place) else []
        wanted = other.catalog()
        try:
            place.apply(wanted)
        except ServerError as error:
            # The type's own defaults that became rows are no values of the new type: nothing was cut off in silence.
            if int(error.code) not in _VALUES_DO_NOT_FIT:
                raise
            place.load("DELETE FROM t")
            ids = []
            place.apply(wanted)
        assert place.changes(wanted) == (), f"{before.name} -> {after.name}"
        assert [row[0] for row in place.session.query("SELECT id FROM t ORDER BY id")] == ids


def _insert_ids(place: Place) -> bool:
    """Two rows, where the other columns allow it."""
    try:
        place.load("INSERT INTO t (id) VALUES (1), (2)")
    except ServerError:
        return False
    return True


def texts(place: Place) -> list[str]:
    """What the server itself prints of all tables and views."""
    found = []
    for name, kind in place.session.query(
        "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = %s ORDER BY 1",
        [place.session.database],
    ):
        what = "VIEW" if kind == "VIEW" else "TABLE"
        text = place.session.query(f"SHOW CREATE {what} `{name.replace('`', '``')}`")[0][1]
        text = text.replace(" AUTO_INCREMENT=500", "").replace(place.session.database, "the_database")
        found += sorted(line.rstrip(",") for line in text.split("\n"))
    return found
