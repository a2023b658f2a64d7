"""--targets, --parallel and --time-limit: the options of a command that can be run for many databases."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

PARALLEL = 4


def _seconds(_context: click.Context, _option: click.Parameter, given: str | None) -> float | None:
    """``30min`` → seconds."""
    if given is None:
        return None
    from bootstrap.declaration.settings import milliseconds, time_remedy  # noqa: PLC0415  # only where it is given

    found = milliseconds(given)
    if not found:
        raise click.BadParameter(f"{given}: {time_remedy(given)}")
    return found / 1000


def takes_targets(command: Callable[..., int]) -> Callable[..., int]:
    """Let a command take --targets. Without it nothing changes; with it the command runs for each target."""

    @functools.wraps(command)
    def either(
        *, targets: Path | None, parallel: int | None, time_limit: float | None, form: str, **arguments: Any
    ) -> int:
        if targets is not None:
            from bootstrap.cli.many.targets import run_targets  # noqa: PLC0415  # only where it is given

            return run_targets(
                command.__name__, targets, arguments, form=form, parallel=parallel or PARALLEL, seconds=time_limit
            )
        if parallel is not None or time_limit is not None:
            raise click.UsageError("--parallel and --time-limit are for many databases: add --targets FILE")
        return command(form=form, **arguments)

    for option in (
        click.option(
            "--time-limit", metavar="TIME", callback=_seconds,
            help="With --targets: end a target that takes longer, such as 30min; the others go on.",
        ),
        click.option(
            "--parallel", type=click.IntRange(min=1), metavar="N",
            help=f"With --targets: how many at once. Default: {PARALLEL}.",
        ),
        click.option(
            "--targets", type=click.Path(path_type=Path), metavar="FILE",
            help="Run for each database that this YAML or JSON file names, instead of the overlay's target.",
        ),
    ):  # fmt: skip
        either = option(either)
    return either
