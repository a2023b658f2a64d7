"""The command ``check``: what a pull request asks about a changed declaration."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bootstrap.cli.command import Command
from bootstrap.cli.output import Output
from bootstrap.problems import BootstrapError, Refused, VerificationFailed

_FORMS = ("text", "json", "markdown", "sarif", "junit", "github")


def _copies(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> list[tuple[str, Path]]:
    """``FORM=FILE`` → both parts."""
    copies = []
    for text in given:
        form, separator, file = text.partition("=")
        if form not in _FORMS or not separator or not file:
            raise click.BadParameter(f"{text}: write FORM=FILE with one of {', '.join(_FORMS)}")
        copies.append((form, Path(file)))
    return copies


@click.command(
    cls=Command,
    examples=[
        "db-bootstrap check --snapshots snapshots",
        "db-bootstrap check --models app.models:Base --format markdown --write sarif=check.sarif",
    ],
)
@click.option(
    "--dir", "directory", default=".", metavar="DIR", type=click.Path(path_type=Path),
    help="Directory of the declaration (bootstrap.yaml). Default: here.",
)  # fmt: skip
@click.option(
    "--snapshots", type=click.Path(path_type=Path), metavar="DIR",
    help="A folder of snapshot files, one for each environment, to plan against.",
)  # fmt: skip
@click.option(
    "--scratch-url", metavar="URL", help="A development server to build the declaration on; else only files are read."
)
@click.option(
    "--models", "current", metavar="SOURCE",
    help="The application's models, as the command models takes them: app.models:Base, django:SETTINGS, a file.",
)  # fmt: skip
@click.option("--old", metavar="SOURCE", help="Those of the release that runs while the change is applied.")
@click.option("--new", metavar="SOURCE", help="Those of the release that is deployed after the apply.")
@click.option("--python", default=sys.executable, metavar="PATH", help="The application's Python. Default: this one.")
@click.option(
    "--format", "form", type=click.Choice(_FORMS), default="text",
    help="Default: text.",
)  # fmt: skip
@click.option(
    "--write", "copies", multiple=True, metavar="FORM=FILE", callback=_copies,
    help="Write the report to a file as well, in any of these forms, such as sarif=check.sarif; repeatable.",
)  # fmt: skip
def check(
    directory: Path,
    *,
    snapshots: Path | None,
    scratch_url: str | None,
    python: str,
    form: str,
    copies: list[tuple[str, Path]],
    **releases: str | None,
) -> int:
    """Check a changed declaration in a pull request: mistakes, and what an apply would do in each environment.

    Connects to no environment. Exit code 1 where the declaration is wrong, 3 where an apply would be refused or would
    break the --old release, 4 where the declaration only lacks what the models expect.
    """
    from bootstrap.insight.check.forms import FORMS  # noqa: PLC0415  # heavy: only when a command runs
    from bootstrap.insight.check.model import Rule  # noqa: PLC0415  # as above
    from bootstrap.insight.models.findings import Role  # noqa: PLC0415  # as above
    from bootstrap.insight.models.sources import Interpreter, parse_source  # noqa: PLC0415  # as above
    from bootstrap.service.check import check as use_case  # noqa: PLC0415  # as above
    from bootstrap.service.model_remarks import Expecting  # noqa: PLC0415  # as above

    sources = {role: parse_source(text) for role in Role if (text := releases[role.value])}
    expecting = Expecting(sources=sources, interpreter=Interpreter(python=python))
    report = use_case(directory, snapshots, scratch_url, expecting)
    for copy_form, file in copies:
        with file.open("w", encoding="utf-8") as stream:
            Output(copy_form, stream).report(FORMS[copy_form](report) if copy_form in FORMS else "", report.data)
    Output(form).report(FORMS[form](report) if form in FORMS else "", report.data)
    rules = {remark.rule for remark in report.errors}
    if Rule.DECLARATION in rules:
        return BootstrapError.exit_code
    if rules == {Rule.MODELS}:
        return VerificationFailed.exit_code
    return Refused.exit_code if rules else 0
