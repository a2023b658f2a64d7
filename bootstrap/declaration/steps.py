"""Versioned steps: SQL files with a few facts in their first comments, or YAML."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from bootstrap.declaration.convert.assembly import listed
from bootstrap.declaration.decode import Reading, decode
from bootstrap.declaration.model import Phase, Position, Step
from bootstrap.declaration.nodes import decode as decode_text
from bootstrap.declaration.project import Project
from bootstrap.declaration.report import near, shown
from bootstrap.declaration.shapes.files import StepFile
from bootstrap.declaration.unfit import outside_of_transactions, unfit
from bootstrap.declaration.variables import substitute
from bootstrap.problems import DeclarationError
from bootstrap.sql.lexer import MYSQL, SqlTextError
from bootstrap.sql.split import ScriptStatement, split_statements

_NAME = re.compile(r"(\d+)[_-].+\Z")
_DIRECTIVE = re.compile(r"--\s*(\w+)\s*:\s*(.*?)\s*\Z")
_KEYS = ("phase", "transaction", "description")
_SWITCH = {"on": True, "true": True, "off": False, "false": False}


def read_steps(project: Project) -> tuple[Step, ...]:
    """All steps in the order of their numbers; what is wrong goes to the project's problems."""
    steps: dict[int, Step] = {}
    for path in project.steps:
        position = Position(path, 1)
        match = _NAME.match(PurePosixPath(path).stem)
        if match is None:
            project.problems.add(
                position, "a step's name begins with its number", "rename it to something like 0001_backfill.sql"
            )
            continue
        step = _StepReader(project, path, int(match[1])).read()
        if step is None:
            continue
        first = steps.get(step.number)
        if first is not None:
            project.problems.add(position, f"number {step.number} is taken by {first.file}", "give it the next number")
            continue
        steps[step.number] = step
    return tuple(steps[number] for number in sorted(steps))


class _StepReader:
    """Reads one file."""

    def __init__(self, project: Project, path: str, number: int) -> None:
        self.project = project
        self.path = path
        self.number = number
        self.raw = project.store.read(path)

    def problem(self, line: int, what: str, remedy: str) -> None:
        self.project.problems.add(Position(self.path, line), what, remedy)

    def read(self) -> Step | None:
        if self.path.endswith((".yaml", ".yml")):
            return self._yaml()
        try:
            text = decode_text(self.raw, self.path)
        except DeclarationError as error:
            for found in error.problems:
                self.problem(found.line, found.what, found.remedy)
            return None
        if "\0" in text:
            self.problem(text.count("\n", 0, text.index("\0")) + 1, "a NUL character", "remove it")
            return None
        facts = self._header(text)
        replaced = self._substituted(text)
        statements = self._split(replaced)
        return self._step(
            statements,
            phase=Phase(facts.get("phase", "after")),
            transactional=_SWITCH[facts.get("transaction", "on")],
            description=facts.get("description", ""),
        )

    def _header(self, text: str) -> dict[str, str]:
        """The ``-- key: value`` comments at the top, up to the first line that is neither comment nor empty."""
        facts: dict[str, str] = {}
        for number, line in enumerate(text.splitlines(), 1):
            stripped = line.strip()
            if stripped and not stripped.startswith("--"):
                break
            match = _DIRECTIVE.match(stripped)
            if match is None:
                continue
            key, value = match[1], match[2]
            if key in _KEYS:
                self._fact(facts, key, value, number)
            elif key.lower() in _KEYS or near(key, _KEYS, ""):
                self.problem(
                    number, f"{shown(key)} is not known in a step's header", near(key.lower(), _KEYS, "remove it")
                )
        return facts

    def _fact(self, facts: dict[str, str], key: str, value: str, line: int) -> None:
        choices = {"phase": tuple(Phase), "transaction": tuple(_SWITCH)}.get(key)
        if choices is not None and value.lower() not in choices:
            self.problem(line, f"{key} is {shown(value)}", f"write one of {', '.join(choices)}")
            return
        facts[key] = value if choices is None else value.lower()

    def _substituted(self, text: str) -> str:
        # Line by line, so that a name that is not defined is told with its line; no reference spans lines.
        variables = self.project.manifest.variables
        known = ", ".join(sorted(variables)) or "none"
        lines = []
        for number, line in enumerate(text.split("\n"), 1):
            lines.append(
                substitute(
                    line,
                    variables,
                    lambda name, number=number: self.problem(  # type: ignore[misc]  # the default binds the loop's value
                        number,
                        f"the variable {shown(name)} is not defined (defined: {known})",
                        "define it under variables, or write $${ for the text",
                    ),
                )
            )
        return "\n".join(lines)

    def _split(self, text: str, line: int = 1) -> list[ScriptStatement] | None:
        """The statements; None where the text cannot be cut, which has been noted."""
        engine = self.project.manifest.engine
        try:
            statements = split_statements(text, engine, line)
        except SqlTextError as error:
            where = line + text.count("\n", 0, error.offset)
            self.problem(where, f"this is not SQL: {error}", "close the quote or comment")
            return None
        for statement in statements:
            fault = unfit(statement.sql, engine)
            if fault:
                self.problem(statement.line, *fault)
        return statements

    def _yaml(self) -> Step | None:
        reading = self.project.reading(self.path)
        shape: StepFile | None = decode(self.project.compose(self.path), StepFile, reading, self.path)
        if shape is None:
            return None
        found = [self._split(text, line) for text, line in self._texts(shape, reading)]
        statements = None if None in found else [item for items in found for item in items or ()]
        return self._step(
            statements,
            phase=Phase(shape.phase),
            transactional=shape.transaction,
            description=shape.description or "",
        )

    @staticmethod
    def _texts(shape: StepFile, reading: Reading) -> Iterator[tuple[str, int]]:
        place = reading.position
        for index, text in enumerate(listed(shape.statements)):
            where = place(shape.statements, index) if isinstance(shape.statements, list) else place(shape, "statements")
            yield text, where.line

    def _step(
        self, statements: list[ScriptStatement] | None, *, phase: Phase, transactional: bool, description: str
    ) -> Step | None:
        if statements is None:
            return None
        if not statements:
            self.problem(1, "the step has no statement", "write SQL, or remove the file")
            return None
        if transactional and self.project.manifest.engine != MYSQL:
            for statement in statements:
                found = outside_of_transactions(statement.sql)
                if found:
                    self.problem(
                        statement.line,
                        f"{found} cannot run in a transaction, and the step runs in one",
                        "write -- transaction: off at the top of the file (transaction: false in YAML)",
                    )
        return Step(
            number=self.number,
            name=PurePosixPath(self.path).stem,
            phase=phase,
            statements=tuple(statements),
            checksum=hashlib.sha256(self.raw.replace(b"\r\n", b"\n")).hexdigest(),
            transactional=transactional,
            description=description,
            file=self.path,
        )
