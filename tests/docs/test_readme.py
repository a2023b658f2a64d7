"""The README says what is: its commands exist, its exit codes are ours, its declaration loads."""

from __future__ import annotations

import re
import signal
from pathlib import Path

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.cli import answers
from bootstrap.cli.program import cli
from bootstrap.declaration.load import load_files
from bootstrap.problems import BootstrapError, Interrupted, Refused, Unreachable, VerificationFailed

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def table_after(heading: str) -> list[list[str]]:
    """The cells of the first table behind a line that starts so."""
    lines = README.split(heading, 1)[1].splitlines()[1:]
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows[1:]


def yaml_blocks() -> dict[str, str]:
    """The YAML examples by the file that their first line names."""
    blocks = re.findall(r"```yaml\n# (\S+)\n(.*?)```", README, re.DOTALL)
    return dict(blocks)


def test_every_command_is_described_and_every_description_is_of_a_command() -> None:
    described = {re.match(r"`db-bootstrap ([\w-]+)", row[0])[1] for row in table_after("| command | does |")}  # type: ignore[index]  # a row that does not match fails the test
    assert described | {"schema"} == set(cli.commands)


def test_exit_codes() -> None:
    codes = {int(row[0]): row[1] for row in table_after("| exit code | meaning |")}
    assert sorted(codes) == [
        0,
        1,
        2,
        3,
        4,
        5,
        Interrupted(signal.SIGINT).exit_code,
        Interrupted(signal.SIGTERM).exit_code,
    ]
    assert BootstrapError.exit_code == 1
    assert answers.PENDING == 2
    assert Refused.exit_code == 3
    assert codes[3].startswith("refused")
    assert VerificationFailed.exit_code == 4
    assert Unreachable.exit_code == 5
    assert "reach" in codes[5]


def test_the_example_is_a_declaration() -> None:
    blocks = yaml_blocks()
    assert set(blocks) == {"schema/contacts.yaml", "seeds/contacts.yaml"}
    files = {path: text.encode() for path, text in blocks.items()}
    files["bootstrap.yaml"] = b"version: 1\nengine: mysql\nname: contacts\n"
    declaration = load_files(files, None)
    table = declaration.catalog.table(Ref(Kind.TABLE, "", "contacts"))
    assert [column.name for column in table.columns] == ["id", "name", "email", "phone", "created_at"]
    assert [seed.table for seed in declaration.seeds] == [table.ref]


def test_make_knows_the_targets() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"make ([a-z]+(?:\|[a-z]+)*)", README))
    assert {name for group in named for name in group.split("|")} <= targets


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
