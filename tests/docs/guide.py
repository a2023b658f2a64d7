"""docs/guide.md taken apart: what each section declares, and what its commands answer."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import yaml

PAGE = Path(__file__).parents[2] / "docs" / "guide.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"(?:#|--) (\S+\.(?:yaml|csv|sql|py))\n")


@dataclass(frozen=True)
class Command:
    """A line behind `$`, and what stands below it."""

    line: str
    answer: str

    @property
    def words(self) -> list[str]:
        """The command and its arguments."""
        return shlex.split(self.line)


@dataclass(frozen=True)
class Section:
    """One section of the page, with what its blocks say."""

    title: str
    files: dict[str, str]  # of the declaration
    before: tuple[str, ...]  # SQL that made the database as it is
    commands: tuple[Command, ...]

    @property
    def engine(self) -> str:
        """As its bootstrap.yaml says it."""
        return "mysql" if "engine: mysql" in self.files.get("bootstrap.yaml", "") else "postgresql"

    @property
    def name(self) -> str:
        """The database's name on the page."""
        found = re.search(r"^name: (\w+)$", self.files.get("bootstrap.yaml", ""), re.MULTILINE)
        return found[1] if found else "shop"

    @property
    def roles(self) -> tuple[str, ...]:
        """Those that its files declare."""
        parts = [yaml.safe_load(content) for path, content in self.files.items() if path.endswith(".yaml")]
        return tuple(role for part in parts for role in part.get("roles", ()))


def sections() -> list[Section]:
    """Those that declare something or run a command."""
    parts = re.split(r"^## (.*)\n", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    found = [_section(title, text) for title, text in zip(parts[::2], parts[1::2], strict=True)]
    return [section for section in found if section.files or section.commands]


def _section(title: str, text: str) -> Section:
    files: dict[str, str] = {}
    before: list[str] = []
    commands: list[Command] = []
    for language, content in _BLOCK.findall(text):
        named = _NAMED.match(content)
        if named:
            files[named[1]] = content[named.end() :]
        elif language == "sql":
            before.append(content)
        elif language == "console":
            commands += [Command(*_cut(part)) for part in content.split("$ ")[1:]]
    return Section(title, files, tuple(before), tuple(commands))


def _cut(part: str) -> tuple[str, str]:
    line, _, answer = part.partition("\n")
    return line, answer
