"""Where nobody can read what the command says: a full disk, a closed pipe, a folder that is gone."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from demo.roads import command_line
from tests.cli.command import SECONDS, write
from tests.cli.databases import Database

FULL = Path("/dev/full")
pytestmark = pytest.mark.skipif(not FULL.exists(), reason="no /dev/full on this system")


def run(
    *arguments: str | Path,
    out: Path | None = None,
    err: Path | None = None,
    variables: Mapping[str, str] | None = None,
    before: str = "true",
) -> tuple[int, str]:
    """The exit code and what was said on standard error, where either goes to a file of the system's.

    ``before`` is what a shell does first.
    """
    script = f'{before}; exec "$0" "$@" >{out or "/dev/null"} {f"2>{err}" if err else ""}'
    ended = subprocess.run(
        ["sh", "-c", script, *command_line(), *map(str, arguments)],
        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False, timeout=SECONDS,
        env={**os.environ, **(variables or {})},
    )  # fmt: skip
    return ended.returncode, ended.stderr


def test_a_full_disk_is_said_in_one_line(tmp_path: Path) -> None:
    write(tmp_path, "postgresql", {"schema/t.yaml": "tables: {t: {columns: {id: int}}}\n"})
    code, said = run("lint", "--dir", tmp_path, out=FULL)
    assert (code, said.count("\n")) == (1, 1), said
    assert "db-bootstrap: No space left on device: " in said


def test_a_run_goes_on_where_its_progress_cannot_be_written(database: Database, shop: Path) -> None:
    code, _ = run("apply", "--dir", shop, "--url", database.url, err=FULL, variables=database.variables)
    assert code == 0
    assert database.sql("SELECT count(*) FROM customers") == [(2,)]


def test_a_run_whose_report_cannot_be_written_says_that_it_is_done(database: Database, shop: Path) -> None:
    code, said = run("apply", "--dir", shop, "--url", database.url, out=FULL, variables=database.variables)
    assert code == 1
    assert "the work is done, but its report cannot be written: No space left on device" in said
    assert database.sql("SELECT count(*) FROM customers") == [(2,)]


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    code, said = run("lint", before=f'cd "{gone}"; rmdir "{gone}"')
    assert code == 1
    assert "db-bootstrap: " in said
    assert "Traceback" not in said
    assert "unexpected" not in said
