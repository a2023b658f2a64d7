"""Every case of the corpora converges, or docs/limits.md says why it does not."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable

import pytest

from tests.corpora.judge import CONVERGED, NOT_LOADED, WRONG, judge
from tests.corpora.places import NotLoadedError, Place
from tests.corpora.records import CORPORA, SERVERS, Case, all_cases, known_limits

LEAST_SHARE = 0.98

pytestmark = pytest.mark.skipif(not CORPORA.is_dir() and not os.environ.get("CI"), reason=f"no corpora in {CORPORA}")


def test_case(
    case: Case,
    server: str,
    places: dict[str, Place],
    record_property: Callable[[str, object], None],
) -> None:
    record_property("server", server)
    record_property("suite", case.suite)
    try:
        verdict = judge(case, places[server])
    except NotLoadedError as error:
        if server in SERVERS:
            raise
        record_property("outcome", NOT_LOADED)
        record_property("rows", "none")
        pytest.skip(f"{server} does not load it: {error}")
    record_property("outcome", verdict.outcome)
    record_property("rows", verdict.rows)
    record_property("superuser", bool(verdict.superuser))
    key = case.key if server in SERVERS else f"{case.key} on {server}"
    known = known_limits().get(key) or known_limits().get(case.key)
    if known is None:
        assert verdict.outcome == CONVERGED, f"{key}\n{verdict}"
    else:
        assert verdict.outcome != CONVERGED, f"{key} converges: take it out of docs/limits.md ({known})"
        assert verdict.outcome != WRONG or "wrong" in known, f"{key} is wrong in silence\n{verdict}"


def test_the_list_of_limits_names_cases_that_exist() -> None:
    names = {case.key for case in all_cases()}
    listed = [key.rpartition(" on ")[0] or key for key in known_limits() if "/" in key and not key.startswith("real/")]
    assert [key for key in listed if key not in names] == []


def test_98_percent_of_each_suite_converge() -> None:
    """The list is complete: an unlisted case that does not converge fails by itself."""
    suites = Counter((case.suite, case.engine) for case in all_cases())
    listed = Counter((case.suite, case.engine) for case in all_cases() if case.key in known_limits())
    short = [
        f"{suite} on {engine}: {listed[suite, engine]} of {cases} do not converge"
        for (suite, engine), cases in sorted(suites.items())
        if listed[suite, engine] > (1 - LEAST_SHARE) * cases
    ]
    assert short == []
