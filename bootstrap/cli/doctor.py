"""The command ``doctor``: every hop to the database, and the remedy of the first one that fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from bootstrap.cli.command import Command
from bootstrap.cli.options import request_from, target_options
from bootstrap.cli.output import Output

if TYPE_CHECKING:
    from bootstrap.findings import Finding
    from bootstrap.service.doctor import DoctorReport


@click.command(
    cls=Command,
    examples=[
        "db-bootstrap doctor production",
        "db-bootstrap doctor production --timeout 10",
    ],
)
@target_options
@click.option("--scratch-url", metavar="URL", help="A development server for scratch databases, as apply has it.")
@click.option(
    "--timeout", type=click.FloatRange(min=1), default=5.0, show_default=True, metavar="SECONDS",
    help="How long one check may take.",
)  # fmt: skip
def doctor(form: str, *, timeout: float, **arguments: Any) -> int:
    """Check every hop to the database: target, AWS, DNS, TCP, TLS, login, writer, privileges, settings.

    Changes nothing. Exit codes: 0 no check failed; 1 the declaration or the target; 5 the way to the database;
    4 what a run needs there.
    """
    from bootstrap.service.doctor import doctor as use_case  # noqa: PLC0415  # heavy: only when a command runs

    output = Output(form)
    report = use_case(request_from(arguments, output), seconds=timeout)
    output.report("\n".join(_lines(report)), report.data)
    return report.exit_code


def _lines(report: DoctorReport) -> Iterator[str]:
    """A line a check; below, what to do about the first one that failed."""
    width = max(len(finding.check) for finding in report.findings)
    for finding in report.findings:
        yield f"{finding.state:<8} {finding.check:<{width}}  {' '.join(finding.fact.split())}"
    yield ""
    first = report.first_failure
    if first is None:
        yield report.summary
        yield from _advice(report)
        return
    yield f"{first.check} failed first{f'; fix: {first.remedy}' if first.remedy else ''}"
    yield from (f"    {line}" for line in first.terraform)


def _advice(report: DoctorReport) -> Iterator[str]:
    findings: list[Finding] = [finding for finding in report.findings if finding.remedy]
    yield from (f"  {finding.check}: {finding.remedy}" for finding in findings if finding.state != "skipped")
