"""What an application's models expect of a declaration, as remarks of a check."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bootstrap.insight.check.model import Level, Remark, Rule
from bootstrap.insight.models.findings import Finding, Role, Verdict
from bootstrap.insight.models.sources import Interpreter, Source
from bootstrap.service.models import models
from bootstrap.service.work import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Expecting:
    """The releases of the application, each with where it says what it expects."""

    sources: Mapping[Role, Source]
    interpreter: Interpreter = field(default_factory=Interpreter)


def model_remarks(
    expecting: Expecting, directory: Path, scratch_url: str | None, path: Callable[[str], str]
) -> Iterator[Remark]:
    """Compare the models with the declaration alone, on the development server.

    Args:
        expecting: the releases.
        directory: where the declaration is.
        scratch_url: the development server; without one nothing is compared.
        path: a file of the declaration as seen from where the command runs.

    Raises:
        BootstrapError: the application cannot be imported, or its DDL is refused.
    """
    if not expecting.sources:
        return
    if scratch_url is None:
        message = "the models were not compared: name a development server with --scratch-url"
        yield Remark(rule=Rule.NOT_COMPARED, level=Level.NOTE, message=message)
        return
    request = Request(directory=directory, scratch_url=scratch_url)
    for finding in models(request, expecting.sources, expecting.interpreter).findings:
        yield _remark(finding, path)


def _remark(finding: Finding, path: Callable[[str], str]) -> Remark:
    """The remark stands where the object is declared, else where the model is written."""
    rule = Rule.OLD_RELEASE if finding.verdict is Verdict.REFUSED else Rule.MODELS
    level = Level.NOTE if finding.verdict is Verdict.PENDING else Level.ERROR
    message = f"{finding.sentence}: {finding.remedy}" if finding.remedy else finding.sentence
    file, _, line = (finding.declaration or finding.model_place).rpartition(":")
    if finding.declaration:
        file = path(file)
    elif file:
        file = os.path.relpath(file)
    return Remark(rule=rule, level=level, message=message, file=file, line=int(line or 0))
