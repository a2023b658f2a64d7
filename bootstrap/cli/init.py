"""The command ``init``: a new project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bootstrap.cli.command import Command
from bootstrap.cli.output import Output

if TYPE_CHECKING:
    from bootstrap.service.init import InitReport

FORMAT_VERSION = 1
_ENGINES = {"postgresql": "postgresql", "mysql": "mysql", "mariadb": "mysql"}


@click.command(
    cls=Command,
    examples=[
        "db-bootstrap init",
        "db-bootstrap init database/shop --engine mysql",
        "db-bootstrap init database/shop --from-url postgresql://admin@localhost/shop",
    ],
)
@click.argument("directory", default=".", metavar="[DIR]", type=click.Path(path_type=Path))
@click.option("--engine", type=click.Choice(list(_ENGINES)), help="Engine of the database. Default: postgresql.")
@click.option(
    "--from-url", metavar="URL", help="Declare what this database holds, instead of a first table. DIR must be empty."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Default: text.")
def init(directory: Path, engine: str | None, from_url: str | None, form: str) -> int:
    """Write a new project: a commented declaration with the environments dev, staging and production.

    No file is overwritten. With --from-url the target of dev is that database; the password is not written.
    """
    from bootstrap.service.init import init as use_case  # noqa: PLC0415  # heavy: only when a command runs
    from bootstrap.service.init import init_from  # noqa: PLC0415  # as above

    output = Output(form)
    if from_url is None:
        report = use_case(directory, _ENGINES[engine or "postgresql"])
    elif engine is not None:
        raise click.UsageError("--engine: the URL of --from-url names the engine: leave --engine out")
    else:
        from bootstrap.service.work import Request  # noqa: PLC0415  # as above

        report = init_from(Request(directory=directory, url=from_url, tell=output.progress), directory)
    output.report("\n".join(_lines(report)), _data(report))
    return 0


def _lines(report: InitReport) -> list[str]:
    inside = "" if report.directory == Path() else f" --dir {report.directory}"
    return [
        *(f"{path}: written" for path in report.written),
        *(f"{path}: kept, it exists already" for path in report.kept),
        f"next: db-bootstrap lint{inside}; set the target in {report.directory / 'environments' / 'dev.yaml'};"
        f" db-bootstrap apply dev{inside}",
    ]


def _data(report: InitReport) -> dict[str, Any]:
    return {
        "format_version": FORMAT_VERSION,
        "directory": str(report.directory),
        "engine": report.engine,
        "written": [str(path) for path in report.written],
        "kept": [str(path) for path in report.kept],
    }
