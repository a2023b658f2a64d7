"""Declared tables become others, and bear what nobody declared: it is there afterwards, or a hazard named it.

A random schema is declared and applied. Then somebody adds indexes, checks, policies, triggers, columns, views, grants
and comments to its tables by hand, and rows are in all of them. Then another random schema is declared. Either
something undeclared stands in the way, is named, and nothing was changed; or everything is there that was there, or was
announced by a hazard that names it.
"""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bootstrap.hazards import HazardKind
from bootstrap.problems import BootstrapError, Refused
from bootstrap.service.apply import apply
from bootstrap.service.work import Request
from tests.corpora.judge import refuses_rows
from tests.corpora.losses import unannounced
from tests.corpora.places import NotLoadedError, Place
from tests.corpora.product import asked_for
from tests.corpora.rows import fill, structure
from tests.property import undeclared
from tests.property.drawing import Script
from tests.property.test_in_part import declare, taken
from tests.property.test_pairs import QUIET, place_of, strategy

FEW = {"postgresql": 6, "mariadb": 6, "mysql": 3}
PICKS = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=6)


@pytest.mark.parametrize("server_name", list(FEW))
def test_what_was_added_by_hand_stays(
    server_name: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    wanted = request.config.getoption("--pairs", default=0)
    schemas = strategy(server_name)
    with place_of(server_name) as place:

        @settings(
            max_examples=wanted or FEW[server_name], derandomize=not wanted, database=None, deadline=None,
            suppress_health_check=QUIET, phases=(Phase.generate,), print_blob=True,
        )  # fmt: skip
        @given(before=schemas, after=schemas, picks=PICKS)
        def stays(before: Script, after: Script, picks: list[tuple[int, int, int]]) -> None:
            fault = story(place, before.sql, after.sql, picks, tmp_path_factory.mktemp("declaration"))
            assert fault == "", f"{fault}\n--- from\n{before.sql}\n--- to\n{after.sql}"

        stays()


def story(place: Place, before: str, after: str, picks: list[tuple[int, int, int]], folder: Path) -> str:
    """Go from one declaration to the other; what went wrong, or nothing."""
    with place.database() as wanted, place.database() as live:
        try:
            place.load(wanted, after)
            place.load(live, before)
        except NotLoadedError:
            return ""
        request = Request(directory=folder, url=place.url(live), environ={})
        declare(place, live, folder)
        apply(request)  # from now on it is declared
        shutil.rmtree(folder)
        declare(place, wanted, folder)
        with contextlib.closing(place.connect(wanted)) as connection:
            goal = structure(connection, place.engine)
        with contextlib.closing(place.server.connect(live)) as connection:
            added = undeclared.add(connection, place.engine, structure(connection, place.engine), picks)
        with contextlib.closing(place.connect(live)) as connection:
            fill(connection, place.engine, goal)
        fault = changed(place, live, request)
        return f"{fault}\n--- added\n" + "\n".join(added) if fault else ""


def changed(place: Place, live: str, request: Request) -> str:
    """Apply, and compare."""
    rows, things, dump = taken(place, live), seen(place, live), place.dump(live)
    try:
        named = asked_for(request)
        if any(permission.startswith(HazardKind.UNTRACKED_DEPENDENCY) for permission in named):
            same = place.dump(live) == dump and taken(place, live) == rows
            return "" if same else f"refused, and changed: {named}"
        if named:
            apply(replace(request, permissions=named))
    except Refused as refusal:
        return f"refused, and not by what was named before: {refusal}"
    except BootstrapError as error:
        return "" if refuses_rows(error) else str(error)
    gone = sorted(thing for thing in things - seen(place, live) if not thing.announced(named))
    if gone:
        return f"gone in silence: {gone[0]}; allowed: {named}"
    lost = unannounced(rows, taken(place, live), named)
    return f"lost in silence: {lost[0]}; allowed: {named}" if lost else ""


def seen(place: Place, database: str) -> set[undeclared.Seen]:
    """What was added by hand, as the server describes it."""
    with contextlib.closing(place.connect(database)) as connection:
        return undeclared.seen(connection, place.engine)
