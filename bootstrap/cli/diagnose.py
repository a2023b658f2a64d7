"""The command ``diagnose``: an error text in, its cause and each environment's answer out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bootstrap.cli.command import Command
from bootstrap.cli.completion import environment_names
from bootstrap.cli.output import Output
from bootstrap.problems import BootstrapError

if TYPE_CHECKING:
    from bootstrap.service.diagnose import Diagnosis


@click.command(
    cls=Command,
    examples=[
        "db-bootstrap diagnose \"1146 Table 'shop.contacts' doesn't exist\" --env production",
        "kubectl logs deploy/app | db-bootstrap diagnose -",
    ],
)
@click.argument("text", metavar="TEXT|-", required=False)
@click.option("--file", "file", type=click.Path(path_type=Path), help="Read the error from a file instead.")
@click.option(
    "--env",
    "environments",
    multiple=True,
    metavar="ENV",
    shell_complete=environment_names,
    help="Ask this environment's database too; repeatable.",
)
@click.option("--all", "every", is_flag=True, help="Ask every environment of the declaration.")
@click.option(
    "--dir", "directory", default=".", metavar="DIR", type=click.Path(path_type=Path),
    help="Directory of the declaration (bootstrap.yaml). Default: here.",
)  # fmt: skip
@click.option("--url", metavar="URL", help="Ask this database, with the base declaration.")
@click.option(
    "--timeout", type=click.FloatRange(min=1), default=5.0, show_default=True, metavar="SECONDS",
    help="For all databases together.",
)  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Default: text.")
def diagnose(
    text: str | None,
    file: Path | None,
    environments: tuple[str, ...],
    *,
    every: bool,
    directory: Path,
    url: str | None,
    timeout: float,
    form: str,
) -> int:
    """Explain a database error that an application printed: its cause, and what fixes it.

    TEXT is the error, or - for standard input. Without --env, --all and --url it needs neither a declaration nor a
    database.
    """
    error = _text(text, file)
    output = Output(form)
    if not environments and not every and url is None:
        from bootstrap.insight.diagnose.recognise import recognise  # noqa: PLC0415  # no database: nothing heavy

        found = recognise(error)
        output.report("\n".join(_lines(found.data)), {**found.data, "environments": []})
        return 0
    from bootstrap.declaration.load import manifest  # noqa: PLC0415  # heavy: only when a database is asked
    from bootstrap.service.diagnose import diagnose as use_case  # noqa: PLC0415  # only when it is needed
    from bootstrap.service.work import Request  # noqa: PLC0415  # only when it is needed

    names = manifest(directory, None).environments if every else environments
    requests = [Request(directory=directory, environment=name) for name in dict.fromkeys(names)]
    if url is not None:
        requests.append(Request(directory=directory, url=url))
    report = use_case(error, requests, seconds=timeout)
    output.report(_report(report), report.data)
    return 0


def _text(text: str | None, file: Path | None) -> str:
    if (text is None) == (file is None):
        raise BootstrapError("name one error text: db-bootstrap diagnose TEXT, diagnose - or diagnose --file FILE")
    if file is not None:
        return file.read_bytes().decode("utf-8", "replace")
    return sys.stdin.buffer.read().decode("utf-8", "replace") if text == "-" else str(text)


def _report(report: Diagnosis) -> str:
    lines = _lines(report.recognition.data)
    for finding in report.environments:
        lines += ["", finding.sentence]
        if finding.remedy:
            lines.append(f"  fix: {finding.remedy}")
    return "\n".join(lines)


def _lines(data: dict[str, object]) -> list[str]:
    named = f" ({data['kind']} {data['object']})" if data["object"] else ""
    schema = "the schema is the cause" if data["schema"] else "the schema is not the cause, or not alone"
    lines = [f"{data['cause']}{named}: {data['summary']}", f"  {schema}", f"  what to do: {data['remedy']}"]
    alternatives = data["alternatives"]
    if isinstance(alternatives, list) and alternatives:
        lines.append(f"  the server prints the same text for: {', '.join(alternatives)}")
    return lines
