"""Failed tests are run once more: on a folder of small tests, through real sessions of pytest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.outcomes import Outcomes
from tools.repeat_failed import main

ROOT = Path(__file__).resolve().parents[2]
PASSES = "def test_passes(): pass\n"
SKIPPED = "import pytest\n\n@pytest.mark.skip\ndef test_skipped(): pass\n"
FAILS = "def test_fails(): assert False\n"
FAILS_ONCE = """
from pathlib import Path
import pytest

@pytest.mark.parametrize("name", ["with a space", "[]"])
def test_fails_once(name):
    mark = Path(f"{name}.mark")
    if not mark.exists():
        mark.touch()
        pytest.fail("the first time")
"""
FAILS_IN_TEARDOWN_ONCE = """
from pathlib import Path
import pytest

@pytest.fixture
def torn():
    yield
    if not Path("torn.mark").exists():
        Path("torn.mark").touch()
        pytest.fail("the first time")

def test_torn_down(torn): pass
"""
# Whether it is alone: a second run has no worker, and holds nothing but what failed.
NOT_IN_A_WORKER = "import os\n\ndef test_alone(): assert 'PYTEST_XDIST_WORKER' not in os.environ\n"


def session(folder: Path, *files: str, arguments: tuple[str, ...] = ()) -> Path:
    """Run pytest on these files; returns where it wrote the outcomes to."""
    for number, text in enumerate(files):
        (folder / f"test_{number}.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-p", "tools.outcomes", "--outcomes=outcomes.json", *arguments]
    subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return folder / "outcomes.json"


def judged(outcomes: Path, capfd: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """The exit code of the judgement, and what was printed: first of all by the second run."""
    code = main([str(outcomes)])
    return code, "".join(capfd.readouterr()).splitlines()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own, of which pytest is run as from a shell."""
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -q\n")
    for name in [name for name in os.environ if name.startswith("PYTEST_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_passes_the_second_time_is_named(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files = (PASSES, SKIPPED, FAILS_ONCE, FAILS_IN_TEARDOWN_ONCE, NOT_IN_A_WORKER)
    code, lines = judged(session(folder, *files, arguments=("--numprocesses=2",)), capfd)
    assert sorted(line for line in lines if "FLAKY" in line) == [
        "FLAKY: test_2.py::test_fails_once[[]]",
        "FLAKY: test_2.py::test_fails_once[with a space]",
        "FLAKY: test_3.py::test_torn_down",
        "FLAKY: test_4.py::test_alone",
    ]
    assert lines[-1] == "1 passed, 1 skipped, 4 flaky"
    assert code == 0


def test_what_fails_twice_fails_the_whole(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, lines = judged(session(folder, PASSES, FAILS, FAILS_ONCE), capfd)
    assert len([line for line in lines if "FLAKY" in line]) == 2
    assert lines[-1] == "1 failed, 1 passed, 2 flaky"
    assert code == 1


def test_what_cannot_be_collected_is_not_repeated(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files = (PASSES, "import nothing_of_this_name\n")
    code, lines = judged(session(folder, *files, arguments=("--numprocesses=1",)), capfd)
    assert lines == ["not repeated, could not be collected: test_1.py", "1 passed, 1 not collected"]
    assert code == 1


@pytest.mark.parametrize(
    "ends", ["import os\n\ndef test_dies(): os._exit(0)\n", "import pytest\n\ndef test_ends(): pytest.exit('enough')\n"]
)
def test_a_session_that_did_not_get_through_fails(folder: Path, capfd: pytest.CaptureFixture[str], ends: str) -> None:
    assert judged(session(folder, PASSES, ends), capfd)[0] == 1


@pytest.mark.parametrize(
    ("outcomes", "code", "said"),
    [
        (Outcomes(0, {"a": "passed", "b": "skipped"}), 0, ["no test failed", "1 passed, 1 skipped"]),
        (
            Outcomes(1, {str(n): "failed" for n in range(21)}),
            1,
            ["not repeated: 21 tests failed, and more than 20 do not fail by chance", "21 failed"],
        ),
        (Outcomes(2, {"a": "failed"}), 1, ["not repeated: pytest ended with exit status 2", "1 failed"]),
        (Outcomes(5), 1, ["not repeated: pytest ended with exit status 5", ""]),
    ],
)
def test_when_nothing_is_repeated(
    folder: Path, capfd: pytest.CaptureFixture[str], outcomes: Outcomes, code: int, said: list[str]
) -> None:
    outcomes.write(folder / "outcomes.json")
    assert judged(folder / "outcomes.json", capfd) == (code, said)
