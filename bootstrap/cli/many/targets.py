"""``--targets FILE``: one command for each database that a file names."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bootstrap.cli.applying import write_report
from bootstrap.cli.many.outcome import Ending, summary, worst
from bootstrap.cli.many.pool import Job, Pool
from bootstrap.cli.output import Answer, Output
from bootstrap.cli.request import make_request
from bootstrap.declaration.model import TerraformTarget
from bootstrap.declaration.report import Problems
from bootstrap.declaration.target_file import NamedTarget, read_targets
from bootstrap.problems import BootstrapError, TargetError
from bootstrap.target.config import convert_target, target_data
from bootstrap.target.connect import from_target

FORMAT_VERSION = 1

# One value of these cannot be meant for many databases.
_SINGLE = {
    "url": "--url names one database",
    "plan_file": "--plan is of one database",
    "out": "--out is of one database",
}


def run_targets(
    command: str, file: Path, arguments: Mapping[str, Any], *, form: str, parallel: int, seconds: float | None
) -> int:
    """Run a command for each target, and print what came of it. Returns the worst exit code.

    Raises:
        BootstrapError: the file, the declaration or the arguments are wrong; then nothing has been run.
    """
    output = Output(form)
    jobs = list(_jobs(command, file, arguments))
    pool = Pool(
        parallel=parallel,
        seconds=seconds,
        tell=lambda name, line: output.progress(f"{name}: {line}"),
        ended=lambda ending: _say(ending, output),
    )
    endings = pool.run(jobs)
    answer = many_answer(command, arguments["environment"], endings)
    if command == "apply":
        write_report(dict(answer.data))
    return output.answer(answer)


def _jobs(command: str, file: Path, arguments: Mapping[str, Any]) -> Iterator[Job]:
    """Everything that can be wrong for all of them is found here, once."""
    from bootstrap.service.work import read_declaration  # noqa: PLC0415  # heavy: only when a command runs

    for key, what in _SINGLE.items():
        if arguments.get(key) is not None:
            raise BootstrapError(f"{what}, --targets many: leave out one of them")
    request = make_request({**arguments, "url": None}, lambda _: None)
    declaration = read_declaration(request)
    targets = read_targets(file.read_bytes(), str(file), declaration.engine)
    _check(targets)
    for named in targets:
        target = named.target
        own = {} if isinstance(target, TerraformTarget) else {"target": target_data(target)}
        terraform = dataclasses.asdict(target) if isinstance(target, TerraformTarget) else None
        yield Job(name=named.name, command=command, arguments={**arguments, **own}, terraform=terraform)


def _check(targets: list[NamedTarget]) -> None:
    """Raise DeclarationError where no session could be opened to a target as it is written."""
    problems = Problems()
    for named in targets:
        if isinstance(named.target, TerraformTarget):
            continue
        try:
            from_target(convert_target(target_data(named.target), f"target {named.name}"), os.environ)
        except TargetError as error:
            what, _, remedy = str(error).rpartition(": ")
            problems.add(named.position, f"target {named.name}: {what}", remedy)
    problems.raise_if_any()


def _say(ending: Ending, output: Output) -> None:
    """Print what a target's command says as soon as it has ended; with JSON all of it is in the one document."""
    if ending.error is not None or (ending.reason and not ending.text):
        for line in f"db-bootstrap: {ending.reason}".splitlines():
            output.progress(f"{ending.name}: {line}")
    if output.form == "text" and ending.text:
        output.passing("\n".join(f"{ending.name}: {line}" for line in ending.text.splitlines()))


def many_answer(command: str, environment: str | None, endings: list[Ending]) -> Answer:
    """Return the endings as one answer, with the worst exit code."""
    code = worst(ending.code for ending in endings)
    data = {
        "format_version": FORMAT_VERSION,
        "command": command,
        "environment": environment,
        "exit_code": code,
        "targets": [ending.data for ending in endings],
    }
    return Answer(summary(endings, "target"), data, code)
