"""The command ``models``: whether an application's models find what they expect."""

from __future__ import annotations

import sys
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bootstrap.cli.command import Command
from bootstrap.cli.completion import environments_or_files
from bootstrap.cli.output import Output
from bootstrap.problems import BootstrapError

if TYPE_CHECKING:
    from bootstrap.insight.models.findings import Finding, Role
    from bootstrap.insight.models.sources import Source
    from bootstrap.service.models import ModelsReport


@click.command(
    cls=Command,
    examples=[
        "db-bootstrap models production app.models:Base",
        "db-bootstrap models production --django shop.settings --python .venv/bin/python",
        "db-bootstrap models production --old release-41.json --new app.models:Base",
    ],
)
@click.argument("arguments", metavar="[ENV] [SOURCE]", nargs=-1, shell_complete=environments_or_files)
@click.option(
    "--dir", "directory", default=".", metavar="DIR", type=click.Path(path_type=Path),
    help="Directory of the declaration (bootstrap.yaml). Default: here.",
)  # fmt: skip
@click.option("--url", metavar="URL", help="The database, as its driver knows it; wins over the overlay's target.")
@click.option(
    "--scratch-url", metavar="URL",
    help="A development server for scratch databases; without ENV and --url only the declaration is compared.",
)  # fmt: skip
@click.option(
    "--adopt-environment", is_flag=True, help="Compare a database that was bootstrapped as another environment too."
)
@click.option("--django", metavar="SETTINGS", help="Django's settings module: the same as SOURCE django:SETTINGS.")
@click.option("--command", "shell", metavar="COMMAND", help="A command that prints the DDL, or an export.")
@click.option("--sql", type=click.Path(path_type=Path), metavar="FILE", help="The DDL, or an export, in a file.")
@click.option(
    "--old", metavar="SOURCE", help="The release that runs while the change is applied: it must go on working."
)
@click.option("--new", metavar="SOURCE", help="The release that is deployed after the apply.")
@click.option("--python", default=sys.executable, metavar="PATH", help="The application's Python. Default: this one.")
@click.option(
    "--import", "modules", multiple=True, metavar="MODULE", help="Import this first: it defines tables. SQLAlchemy."
)
@click.option(
    "--source", "code", type=click.Path(path_type=Path), metavar="DIR",
    help="The application's code, searched for create_all(). Default: the package of SOURCE.",
)  # fmt: skip
@click.option(
    "--export", "out", type=click.Path(path_type=Path), metavar="FILE",
    help="Write what SOURCE expects to a file, for another machine, and compare nothing.",
)  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Default: text.")
def models(arguments: tuple[str, ...], *, form: str, out: Path | None, code: Path | None, **options: Any) -> int:
    """Compare what the application's models expect with the declaration and the database.

    SOURCE is app.models:Base (SQLAlchemy 1.4 or 2), django:SETTINGS, command:COMMAND, or a file of DDL or of an export.
    Exit code 4 where something is missing or differs, 3 where the declared change breaks the --old release.
    """
    from bootstrap.insight.models.sources import Interpreter  # noqa: PLC0415  # heavy: only when a command runs
    from bootstrap.service.models import export  # noqa: PLC0415  # as above
    from bootstrap.service.models import models as use_case  # noqa: PLC0415  # as above
    from bootstrap.service.work import Request  # noqa: PLC0415  # as above

    output = Output(form)
    environment, sources = _sources(arguments, options)
    interpreter = Interpreter(python=options["python"], modules=options["modules"])
    request = Request(
        directory=options["directory"],
        environment=environment,
        url=options["url"],
        scratch_url=options["scratch_url"],
        adopt_environment=options["adopt_environment"],
        tell=output.progress,
    )
    if out is not None:
        if len(sources) != 1:
            raise BootstrapError("--export writes the models of one SOURCE: name only one")
        [source] = sources.values()
        import json  # noqa: PLC0415  # only when it is needed

        out.write_text(json.dumps(export(request, source, interpreter), indent=2) + "\n", encoding="utf-8")
        return 0
    report = use_case(request, sources, interpreter, code=code)
    for use in report.create_all:
        output.progress(f"warning: {use}")
    output.report(_text(report), report.data)
    return report.exit_code


def _sources(arguments: tuple[str, ...], options: dict[str, Any]) -> tuple[str | None, dict[Role, Source]]:
    """Return the environment and what is compared: the last argument is a SOURCE unless an option gives one."""
    from bootstrap.insight.models.findings import Role  # noqa: PLC0415  # heavy: only when a command runs
    from bootstrap.insight.models.sources import Source, SourceKind, parse_source  # noqa: PLC0415  # as above

    kinds = {"django": SourceKind.DJANGO, "shell": SourceKind.COMMAND, "sql": SourceKind.FILE}
    given = [Source(kind=kind, name=str(options[name])) for name, kind in kinds.items() if options[name]]
    releases = {role: options[role.value] for role in (Role.OLD, Role.NEW) if options[role.value]}
    names = list(arguments)
    if len(names) > 1 or (names and not given and not releases):
        if len(names) == 1 and (options["directory"] / "environments" / f"{names[0]}.yaml").exists():
            raise BootstrapError(f"no models given: name them behind {names[0]}, such as app.models:Base")
        given.append(parse_source(names.pop()))
    if len(names) > 1:
        raise BootstrapError(f"too many arguments: {' '.join(arguments)}: give ENV and SOURCE")
    if len(given) > 1:
        raise BootstrapError("several sources are given: give one of SOURCE, --django, --command and --sql")
    sources = {Role.CURRENT: given[0]} if given else {}
    sources |= {role: parse_source(text) for role, text in releases.items()}
    if not sources:
        raise BootstrapError(
            "no models given: name them, such as app.models:Base, or with --django, --command or --sql"
        )
    return (names[0] if names else None), sources


def _text(report: ModelsReport) -> str:
    lines = []
    compared = ", ".join(report.sources.values())
    where = report.target or "the declaration"
    count = sum(finding.verdict.value != "pending" for finding in report.findings)
    if not count:
        lines.append(f"{where} has everything that {compared} expects")
    else:
        things = "1 thing" if count == 1 else f"{count} things"
        lines.append(f"{where} is not what {compared} expects: {things}")
    for finding, following in zip_longest(report.findings, report.findings[1:]):
        same = following is not None and following.remedy == finding.remedy and not finding.yaml
        lines += _finding(finding, with_remedy=not same)
    return "\n".join(lines)


def _finding(finding: Finding, *, with_remedy: bool) -> list[str]:
    mark = {"fault": "", "refused": "refused: ", "pending": "pending: "}[finding.verdict.value]
    place = f" [{finding.model_place}]" if finding.model_place else ""
    lines = [f"  {mark}{finding.sentence}{place}"]
    if finding.remedy and with_remedy:
        lines.append(f"    fix: {finding.remedy}")
    return lines + [f"      {line}" for line in finding.yaml.splitlines()]
