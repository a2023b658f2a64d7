"""Run the failed tests of a pytest session once more, alone: `python -m tools.repeat_failed OUTCOMES`.

A test that passes the second time is named on a line of its own, `FLAKY: <node id>`: it is broken all the same, but it
does not hide whether the rest is. A test that fails twice fails the whole, as does a session that did not get through
(tests that could not be collected, a crash), or in which so many tests failed that chance cannot be the reason.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tools.outcomes import Outcomes

MOST_REPEATED = 20
PASSED, TESTS_FAILED = 0, 1  # exit statuses of pytest
BROKEN = 1  # our own exit status
ORDER = ("failed", "passed", "skipped", "flaky")


def main(arguments: list[str] | None = None) -> int:
    """Judge a session, with a second chance for its failed tests; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("outcomes", type=Path, help="what `pytest -p tools.outcomes --outcomes=FILE` wrote")
    path = parser.parse_args(arguments).outcomes
    if not path.exists():
        print(f"{path}: not found: pytest did not get as far as running tests", file=sys.stderr)
        return BROKEN
    first = Outcomes.read(path)
    if reason := _why_not_repeated(first):
        print(reason)
        print(_summary(first, flaky=[]))
        return PASSED if first.exit_status == PASSED else BROKEN
    print(f"{len(first.failed)} failed: running them once more, one after the other", flush=True)
    second = _run_again(first.failed)
    flaky = [test for test in first.failed if second.tests.get(test) == "passed"]
    for test in flaky:
        print(f"FLAKY: {test}")
    print(_summary(first, flaky))
    return PASSED if len(flaky) == len(first.failed) and second.exit_status == PASSED else BROKEN


def _why_not_repeated(first: Outcomes) -> str:
    if first.exit_status == PASSED:
        return "no test failed"
    if first.not_collected:
        return f"not repeated, could not be collected: {', '.join(first.not_collected)}"
    if first.exit_status != TESTS_FAILED or not first.failed:
        return f"not repeated: pytest ended with exit status {first.exit_status}"
    if len(first.failed) > MOST_REPEATED:
        return f"not repeated: {len(first.failed)} tests failed, and more than {MOST_REPEATED} do not fail by chance"
    return ""


def _run_again(tests: list[str]) -> Outcomes:
    """Run these tests in one process, without pytest-xdist, so that no other test runs beside them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "outcomes.json"
        command = [sys.executable, "-m", "pytest", "-p", "no:xdist", "-p", "tools.outcomes", f"--outcomes={path}"]
        subprocess.run([*command, *tests], check=False)  # noqa: S603  # node ids that pytest reported
        return Outcomes.read(path) if path.exists() else Outcomes()


def _summary(first: Outcomes, flaky: list[str]) -> str:
    """Return the result of both runs in the form of pytest's last line."""
    counts = Counter({**first.tests, **dict.fromkeys(flaky, "flaky")}.values())
    counted = [f"{counts[outcome]} {outcome}" for outcome in ORDER if counts[outcome]]
    return ", ".join([*counted, *([f"{len(first.not_collected)} not collected"] if first.not_collected else [])])


if __name__ == "__main__":
    sys.exit(main())
