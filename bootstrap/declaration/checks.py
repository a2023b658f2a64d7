"""Declared checks: named queries with what their answer must be."""

from __future__ import annotations

from collections.abc import Mapping

from bootstrap.declaration.convert.assembly import statement
from bootstrap.declaration.decode import Reading, decode
from bootstrap.declaration.model import DeclaredCheck, Expectation, Position
from bootstrap.declaration.project import Project
from bootstrap.declaration.report import Problems, shown
from bootstrap.declaration.shapes.files import AssertionShape, CheckFile, ExpectShape
from bootstrap.declaration.unfit import unfit
from bootstrap.sql.lexer import SqlTextError
from bootstrap.sql.split import split_statements


def read_checks(project: Project) -> tuple[DeclaredCheck, ...]:
    """The checks of all files and of the overlay, in the order they are written."""
    found: dict[str, DeclaredCheck] = {}
    engine = project.manifest.engine
    for path in project.checks:
        reading = project.reading(path)
        node = project.compose(path)
        shape = decode(node, CheckFile, reading, path) if node is not None else None
        if shape is not None:
            _add(found, shape.checks, reading, engine)
    _add(found, project.overlay.checks, project.overlay_reading, engine)
    return tuple(found.values())


def _add(
    found: dict[str, DeclaredCheck], checks: Mapping[str, str | AssertionShape] | None, reading: Reading, engine: str
) -> None:
    for name, value in (checks or {}).items():
        position = reading.position(checks, name)
        if name in found:
            reading.problems.add(
                position, f"duplicate check {shown(name)} (first: {found[name].position})", "rename one of them"
            )
            continue
        check = _check(name, value, position, reading.problems)
        fault = _query_fault(check.query, engine)
        if fault:
            reading.problems.add(position, f"check {shown(name)}{fault[0]}", fault[1])
        found[name] = check


def _query_fault(query: str, engine: str) -> tuple[str, str] | None:
    try:
        statements = split_statements(query, engine)
    except SqlTextError as error:
        return f" is not SQL: {error}", "close the quote or comment"
    if not statements:
        return " has no query", "write a SELECT"
    if len(statements) > 1:
        return f" is {len(statements)} statements", "ask one question; put another into a check of its own"
    found = unfit(statements[0].sql, engine)
    return found and (f": {found[0]}", found[1])


def _check(name: str, value: str | AssertionShape, position: Position, problems: Problems) -> DeclaredCheck:
    if isinstance(value, str):
        return DeclaredCheck(name=name, query=statement(value), position=position)
    expect, wanted = _expectation(value.expect, position, problems)
    return DeclaredCheck(
        name=name,
        query=statement(value.query),
        expect=expect,
        value=wanted,
        message=value.message or "",
        position=position,
    )


def _expectation(
    given: str | bool | ExpectShape | None, position: Position, problems: Problems
) -> tuple[Expectation, str | None]:
    if isinstance(given, bool):
        return (Expectation.TRUE, None) if given else (Expectation.VALUE, "false")
    if given is None or isinstance(given, str):
        return Expectation(given or "true"), None
    kinds = ("value", "at_least", "at_most", "rows")
    chosen = [(kind, getattr(given, kind)) for kind in kinds if getattr(given, kind) is not None]
    if len(chosen) != 1:
        problems.add(position, "expect says more than one thing, or nothing", f"give one of {', '.join(kinds)}")
        return Expectation.TRUE, None
    [(kind, value)] = chosen
    return Expectation(kind), str(value)
