"""Every case of the corpora converges, or docs/limits.md says why it does not."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable

import pytest

from tests.corpora.judge import CONVERGED, WRONG, judge
from tests.corpora.places import Place
from tests.corpora.records import CORPORA, Case, all_cases, known_limits

LEAST_SHARE = 0.98

pytestmark = pytest.mark.skipif(not CORPORA.is_dir() and not os.environ.get("CI"), reason=f"no corpora in {CORPORA}")


def test_case(
    case: Case, places: dict[str, Place], record_property: Callable[[str, object], None], request: pytest.FixtureRequest
) -> None:
    verdict = judge(case, places[case.engine], direct=request.config.getoption("--corpora-direct", default=False))
    for name, value in (
        ("engine", case.engine),
        ("suite", case.suite),
        ("outcome", verdict.outcome),
        ("rows", verdict.rows),
    ):
        record_property(name, value)
    known = known_limits().get(case.key)
    if known is None:
        assert verdict.outcome == CONVERGED, f"{case.key}\n{verdict}"
    else:
        assert verdict.outcome != CONVERGED, f"{case.key} converges: take it out of docs/limits.md ({known})"
        assert verdict.outcome != WRONG or "wrong" in known, f"{case.key} is wrong in silence\n{verdict}"


def test_the_list_of_limits_names_cases_that_exist() -> None:
    names = {case.key for case in all_cases()}
    assert [key for key in known_limits() if "/" in key and not key.startswith("real/") and key not in names] == []


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
