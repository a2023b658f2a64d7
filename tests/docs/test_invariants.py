"""Each promise of docs/invariants.md has a place and a test; the files of the architecture's example are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| `([a-z-]+)` \| (.+) \| `([^`]+)` \| `([^`]+)` \|$", re.MULTILINE)
ROWS = ROW.findall((ROOT / "docs/invariants.md").read_text(encoding="utf-8"))


def test_no_row_is_overlooked_and_no_id_is_given_twice() -> None:
    lines = (ROOT / "docs/invariants.md").read_text(encoding="utf-8").splitlines()
    assert len(ROWS) == sum(line.startswith("| `") for line in lines) > 10
    assert len({row[0] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("promise", "place", "test"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_promise_has_its_place_and_its_test(promise: str, place: str, test: str) -> None:
    assert promise.endswith(".")
    assert (ROOT / place).is_file(), place
    path, _, name = test.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    found = name in names if name else any(each.startswith("test_") for each in names)
    assert found, f"{test} is not there"


def test_the_files_that_a_change_passes_are_there() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    example = text.partition("## One change")[2].partition("\n## ")[0]
    places = [
        path
        for line in example.splitlines()
        if line.startswith("| `")
        for path in re.findall(r"`([a-z_/]+\.py)`", line)
    ]
    assert len(places) > 10
    assert [path for path in places if not (ROOT / "bootstrap" / path).is_file()] == []
