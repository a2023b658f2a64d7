"""The pages of docs/ beside the guide: they build, and what they say of commands, messages and files is so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bootstrap.cli.main import main
from bootstrap.cli.program import cli
from tests.docs.test_readme import table_after

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TROUBLES = (DOCS / "troubleshooting.md").read_text(encoding="utf-8")
SOURCES = [*(ROOT / "bootstrap").rglob("*.py"), *(ROOT / "terraform/modules/db_bootstrap").glob("*.tf")]


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def cells(text: str) -> list[list[str]]:
    """The cells of every row of every table."""
    rows = (line for line in text.splitlines() if line.startswith("|") and not line.startswith("|---"))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in rows]


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "index.html").exists()


def test_every_page_is_in_the_navigation() -> None:
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"(\w+\.md)$", text, re.MULTILINE)) == {path.name for path in DOCS.glob("*.md")}


def quoted_messages() -> list[str]:
    """What the tables of the page say that a message contains."""
    first = (row[0] for row in cells(TROUBLES))
    return [found[1] for cell in first if (found := re.fullmatch(r"`(.+)`", cell))]


def test_messages_are_those_of_the_program() -> None:
    """In the sources, where a text goes on in the next line."""
    texts = [re.sub(r'"\s*\n\s*f?"', "", path.read_text(encoding="utf-8")) for path in SOURCES]
    messages = quoted_messages()
    assert len(messages) > 10
    assert [message for message in messages if not any(message in text for text in texts)] == []


def test_exit_codes_are_those_of_the_readme() -> None:
    named = {code for row in cells(TROUBLES) for code in re.findall(r"^(\d+(?:, \d+)*)$", row[0])}
    known = {row[0] for row in table_after("| exit code | meaning |")}
    assert {code for cell in named for code in cell.split(", ")} == known - {"0"}


@pytest.mark.parametrize(
    "name", ["install.md", "ci.md", "faq.md", "operating.md", "troubleshooting.md", "upgrade.md", "compared.md"]
)
def test_commands_and_options_exist(name: str) -> None:
    assert callable(main)
    for line in re.findall(r"db-bootstrap ([a-z][\w-]*[^`\n]*)", page(name)):
        words = line.split()
        if words[0] not in cli.commands:
            assert not re.search(r"--", line), f"{name}: db-bootstrap {line}"
            continue
        options = {option for parameter in cli.commands[words[0]].params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, f"{name}: db-bootstrap {line}"


def test_files_that_are_named_exist() -> None:
    for name in ("ci.md", "index.md", "install.md"):
        for path in re.findall(r"`((?:examples|templates|terraform|ci)/[\w./-]+)`", page(name)):
            assert (ROOT / path).exists(), f"{name}: {path}"


def test_inputs_and_outputs_are_those_of_the_action() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    section = page("ci.md").split("## GitHub")[1].split("## GitLab")[0]
    named = {name for row in cells(section) for name in re.findall(r"`([\w-]+)`", row[0])}
    assert named == set(action["inputs"]) | set(action["outputs"])


def test_extras_are_those_for_use() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z]+) = \[", text.split("[project.optional-dependencies]")[1].split("\n[")[0], re.M))
    named = {found[1] for row in cells(page("install.md")) if (found := re.fullmatch(r"`([a-z]+)`", row[0]))}
    assert named == known - {"demo", "release", "docs", "dev", "container"}
