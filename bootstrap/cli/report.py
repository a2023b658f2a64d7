"""The command ``report``: environments side by side as one HTML page."""

from __future__ import annotations

import os
from pathlib import Path

import click

from bootstrap.cli.command import Command
from bootstrap.cli.completion import environment_names
from bootstrap.cli.output import Output
from bootstrap.problems import BootstrapError

_KEYS = 1000


@click.command(
    cls=Command,
    examples=[
        "db-bootstrap report --out report.html",
        "db-bootstrap report staging production --out report.html --keys",
    ],
)
@click.argument("environments", metavar="[ENV …]", nargs=-1, shell_complete=environment_names)
@click.option(
    "--snapshot", "snapshots", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
    help="A file that snapshot wrote, as one more environment; repeatable.",
)  # fmt: skip
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.html",
    help="The page to write.",
)  # fmt: skip
@click.option("--keys", is_flag=True, help="Also name the keys of seed rows that are missing or differ.")
@click.option(
    "--dir", "directory", default=".", metavar="DIR", type=click.Path(path_type=Path),
    help="Directory of the declaration (bootstrap.yaml). Default: here.",
)  # fmt: skip
@click.option(
    "--scratch-url", metavar="URL", help="A development server for scratch databases, instead of the target's."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Default: text.")
def report(
    environments: tuple[str, ...],
    *,
    snapshots: tuple[Path, ...],
    out: Path,
    keys: bool,
    directory: Path,
    scratch_url: str | None,
    form: str,
) -> int:
    """Write one HTML page that shows environments side by side: what differs, what is pending, runs, structure.

    Each ENV is an environment of the declaration or the URL of a database; without any, all environments. The first
    one is the reference. The page needs no network, and contains no secrets and no values of rows. What cannot be read
    is named on the page, and the exit code is that of the problem.
    """
    from bootstrap.declaration.load import manifest  # noqa: PLC0415  # heavy: only when a command runs
    from bootstrap.insight.report.page import render  # noqa: PLC0415  # as above
    from bootstrap.service.report import report as use_case  # noqa: PLC0415  # as above
    from bootstrap.service.work import Request  # noqa: PLC0415  # as above

    sources = [*environments, *map(str, snapshots)] or list(manifest(directory, None).environments)
    if not sources:
        raise BootstrapError("no environment given, and none is declared: name a database URL or a --snapshot file")
    twice = sorted({source for source in sources if sources.count(source) > 1})
    if twice:
        raise BootstrapError(f"{twice[0]} is given more than once: name each environment once")
    output = Output(form)
    request = Request(directory=directory, scratch_url=scratch_url, tell=output.progress)
    found = use_case(sources, directory, request, keys=_KEYS if keys else 0)
    write_page(out, render(found))
    lines = [f"{out}: report of {', '.join(item.label for item in found.environments)}"]
    for item in found.environments:
        lines += [f"{item.label}: {gap.part.value} not read: {gap.message}" for gap in item.gaps]
    output.report("\n".join(lines), found.data(str(out)))
    return found.exit_code


def write_page(path: Path, page: str) -> None:
    """Write the page, or leave the file that was there as it is.

    Raises:
        BootstrapError: the file cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(page, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise BootstrapError(f"{path}: cannot write the report: {error.strerror}: name a writable file") from error
