"""Versioned steps: SQL files with a few facts in their first comments, or YAML."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from bootstrap.declaration.convert.assembly import listed
from bootstrap.declaration.decode import Reading, decode
from bootstrap.declaration.model import Batch, Phase, Position, Step
from bootstrap.declaration.nodes import decode as decode_text
from bootstrap.declaration.project import Project
from bootstrap.declaration.report import shown
from bootstrap.declaration.shapes.files import StepFile
from bootstrap.declaration.step_header import StepFacts, checksums, conditions, read_batch, read_header
from bootstrap.declaration.unfit import outside_of_transactions, unfit
from bootstrap.declaration.variables import substitute
from bootstrap.problems import DeclarationError
from bootstrap.sql.batches import batched
from bootstrap.sql.lexer import MYSQL, SqlTextError
from bootstrap.sql.split import ScriptStatement, split_statements

_NAME = re.compile(r"(\d+)[_-].+\Z")


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
        facts = read_header(text, self.project.manifest.engine, self.problem)
        return self._step(self._split(self._substituted(text)), facts)

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
        found = [self._split(text, line) for text, line in self._texts(shape, "statements", reading)]
        statements = None if None in found else [item for items in found for item in items or ()]
        facts = StepFacts(
            phase=Phase(shape.phase),
            transactional=shape.transaction,
            description=shape.description or "",
            when=tuple(conditions(self._texts(shape, "when", reading), self.project.manifest.engine, self.problem)),
            replaces=tuple(checksums(self._texts(shape, "replaces", reading), self.problem)),
            batch=self._batch(shape, reading),
        )
        return self._step(statements, facts)

    def _batch(self, shape: StepFile, reading: Reading) -> Batch | None:
        given = {key: value for key in ("batch", "key", "pause") if (value := getattr(shape, key)) is not None}
        lines = {key: reading.position(shape, key).line for key in given}
        return read_batch({key: str(value) for key, value in given.items()}, lines, self.problem)

    def _check_batch(self, statements: list[ScriptStatement], batch: Batch) -> None:
        if len(statements) > 1:
            self.problem(statements[1].line, "a step with batch has one statement", "write a step for each")
            return
        try:
            batched(statements[0].sql, batch.key, self.project.manifest.engine)
        except SqlTextError as error:
            self.problem(statements[0].line, f"batch: {error}", error.remedy)

    @staticmethod
    def _texts(shape: StepFile, key: str, reading: Reading) -> Iterator[tuple[str, int]]:
        """The texts of a key that holds one or a list, each with its line."""
        value = getattr(shape, key)
        for index, text in enumerate(listed(value)):
            where = reading.position(value, index) if isinstance(value, list) else reading.position(shape, key)
            yield text, where.line

    def _step(self, statements: list[ScriptStatement] | None, facts: StepFacts) -> Step | None:
        if statements is None:
            return None
        if not statements:
            self.problem(1, "the step has no statement", "write SQL, or remove the file")
            return None
        if facts.transactional and self.project.manifest.engine != MYSQL:
            for statement in statements:
                found = outside_of_transactions(statement.sql)
                if found:
                    self.problem(
                        statement.line,
                        f"{found} cannot run in a transaction, and the step runs in one",
                        "write -- transaction: off at the top of the file (transaction: false in YAML)",
                    )
        if facts.batch is not None:
            self._check_batch(statements, facts.batch)
        return Step(
            number=self.number,
            name=PurePosixPath(self.path).stem,
            phase=facts.phase,
            statements=tuple(statements),
            checksum=hashlib.sha256(self.raw.replace(b"\r\n", b"\n")).hexdigest(),
            transactional=facts.transactional,
            description=facts.description,
            when=facts.when,
            replaces=facts.replaces,
            batch=facts.batch,
            file=self.path,
        )
