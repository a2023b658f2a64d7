"""What ``lint`` does: every declaration that is named, in every environment or in one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bootstrap.declaration.load import load, manifest
from bootstrap.problems import DeclarationError, Problem


def check(directories: Sequence[Path], environment: str | None, scratch_url: str | None = None) -> list[str]:
    """Check declarations, with a ``scratch_url`` also by building them there; return one line about each.

    Raises:
        DeclarationError: with the problems of all of them.
    """
    problems: dict[Problem, None] = {}  # what is wrong with the base is found in every environment
    lines = []
    for directory in directories:
        try:
            names = [environment] if environment else [None, *manifest(directory, None).environments]
        except DeclarationError as error:
            problems |= dict.fromkeys(_located(error, directory, directories))
            continue
        for name in names:
            try:
                _check(directory, name, scratch_url)
            except DeclarationError as error:
                problems |= dict.fromkeys(_located(error, directory, directories))
        lines.append(f"{directory}: no problems ({', '.join(name or 'base' for name in names)})")
    if problems:
        raise DeclarationError([*problems])
    return lines


def _check(directory: Path, environment: str | None, scratch_url: str | None) -> None:
    if scratch_url is None:
        load(directory, environment)
        return
    from bootstrap.service.lint import lint  # noqa: PLC0415  # heavy: only where it is asked for

    lint(directory, environment, scratch_url, os.environ)


def _located(error: DeclarationError, directory: Path, directories: Sequence[Path]) -> list[Problem]:
    """The problems, with their directory where there are several."""
    if len(directories) == 1:
        return list(error.problems)
    return [
        found if Path(found.file).is_relative_to(directory) else replace(found, file=str(directory / found.file))
        for found in error.problems
    ]
