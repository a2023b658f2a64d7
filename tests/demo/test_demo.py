"""The demo itself, on the road that needs no terraform; `make demo` is the other one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from demo import work_copy
from demo.paths import Paths
from demo.servers import Registry
from demo.terraform import HIDDEN, SHOWN
from tests.insight.pages import page_of

ROOT = Path(__file__).parents[2]


def test_the_demo_without_terraform_proves_everything_and_leaves_nothing(tmp_path: Path) -> None:
    # A PATH that has what the demo starts, and no terraform.
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("ps", "git", "env", "apt-get", "dpkg", "dpkg-deb", "tar", "test", "sh", "npm", "node"):
        found = shutil.which(name)
        if found:
            (tools / name).symlink_to(found)
    state = tmp_path / "demo"
    outcome = subprocess.run(
        [sys.executable, "-m", "demo", "--state-dir", str(state), "up"],
        cwd=ROOT,
        env={**os.environ, "PATH": str(tools)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "terraform is not installed" in outcome.stdout
    for said in ("tfplayground_prod.contacts' doesn't exist", "UndefinedColumn", "live_started_at", "charlie.brown@"):
        assert said in outcome.stdout
    for name in ("contacts", "streams"):
        assert str(state / f"{name}.html") in outcome.stdout
        page = page_of((state / f"{name}.html").read_text(encoding="utf-8"))
        page.is_safe()
        assert f"table-{'public.' if name == 'streams' else ''}{name}" in page.ids
        assert "production compared with staging" in page.words
    assert Registry(state / "aws/instances").running() == {}
    assert not (state / "env").exists()


def test_the_work_copy_begins_without_the_new_columns(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    work_copy.make(paths)
    schema = paths.work / work_copy.SCHEMA
    assert "live_started_at" not in schema.read_text()
    assert not (paths.work / work_copy.STREAMS / "steps").exists()
    work_copy.declare_change(paths)
    assert schema.read_text() == (ROOT / work_copy.SCHEMA).read_text()
    # The stack is the one that a user applies: one file was added, none was changed.
    sources = {path.name: path.read_text() for path in (ROOT / "terraform/stack").glob("*.tf")}
    copies = {path.name: path.read_text() for path in paths.stack.glob("*.tf")}
    assert set(copies) - set(sources) == {"local_aws_override.tf"}
    assert {name: copies[name] for name in sources} == sources


@pytest.mark.parametrize(
    ("line", "is_shown"),
    [
        ('aws_db_instance.this["contacts"]: Creating...', True),
        ('aws_db_instance.this["contacts"]: Still creating... [20s elapsed]', False),
        ('aws_db_instance.this["contacts"]: Still creating... [00m30s elapsed]', True),
        ("module.streams.terraform_data.run[0] (local-exec): applied", True),
        ("module.streams.terraform_data.run[0]: Provisioning with 'local-exec'...", False),
        ("aws_vpc.this: Creating...", False),
        ("Apply complete! Resources: 0 added, 0 changed, 0 destroyed.", True),
    ],
)
def test_only_the_lines_that_matter_are_shown(line: str, is_shown: bool) -> None:
    assert bool(SHOWN.search(line) and not HIDDEN.search(line)) is is_shown
