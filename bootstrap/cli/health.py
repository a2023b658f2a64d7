"""The command ``health``: the answer of a health check, asked once."""

from __future__ import annotations

from typing import Any

import click

from bootstrap.cli.command import Command
from bootstrap.cli.options import request_from, target_options
from bootstrap.cli.output import Output
from bootstrap.problems import Unreachable, VerificationFailed


@click.command(cls=Command, examples=["db-bootstrap health production --seeds"])
@target_options
@click.option("--seeds", is_flag=True, help="Count the rows of tables with seeds.")
@click.option(
    "--timeout", type=click.FloatRange(min=1), default=3.0, show_default=True, metavar="SECONDS",
    help="How long the database has to answer.",
)  # fmt: skip
def health(form: str, *, seeds: bool, timeout: float, **arguments: Any) -> int:
    """Print what a health check of an application answers: whether everything declared is there, as JSON.

    Exit codes: 0 healthy, 4 something is missing, 5 the database cannot be reached.
    """
    import json  # noqa: PLC0415  # only when a command runs

    from bootstrap.insight.health import Status  # noqa: PLC0415  # heavy: only when a command runs
    from bootstrap.service.health import health as use_case  # noqa: PLC0415  # as above

    output = Output(form)
    report = use_case(request_from(arguments, output), seeds=seeds, timeout=timeout)
    data = report.data(names=True)
    output.report(json.dumps(data, indent=2, ensure_ascii=False), data)
    return {Status.HEALTHY: 0, Status.INCOMPLETE: VerificationFailed.exit_code}.get(
        report.status, Unreachable.exit_code
    )
