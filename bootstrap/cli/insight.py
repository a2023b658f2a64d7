"""The commands that show what environments are and how they differ: ``snapshot`` and ``compare``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bootstrap.cli.command import Command
from bootstrap.cli.completion import environments_or_files
from bootstrap.cli.options import allow_option, request_from, target_options
from bootstrap.cli.output import Output
from bootstrap.problems import BootstrapError, Refused
from bootstrap.wording import allowing

if TYPE_CHECKING:
    from bootstrap.insight.compare.model import Comparison
    from bootstrap.insight.compare.promote import Promotion

DIFFERENT = 2  # exit code of compare
_KEYS = 1000
_SHOWN = 50  # findings of a section


@click.command(cls=Command, examples=["db-bootstrap snapshot production --out snapshots/production.json"])
@target_options
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="FILE", help="The file to write.")
@click.option("--keys", is_flag=True, help="Also name the keys of seed rows that are missing or differ.")
def snapshot(form: str, *, out: Path, keys: bool, **arguments: Any) -> int:
    """Write a portable record of an environment: structure, steps, seeds, settings, last run.

    The file contains no secrets and no values of rows. compare takes it in place of a live environment.
    """
    from bootstrap.catalog.ref import Kind  # noqa: PLC0415  # heavy: only when a command runs
    from bootstrap.insight.snapshot.file import write_snapshot  # noqa: PLC0415  # as above
    from bootstrap.insight.snapshot.model import FORMAT_VERSION  # noqa: PLC0415  # as above
    from bootstrap.service.snapshot import snapshot as use_case  # noqa: PLC0415  # as above

    output = Output(form)
    found = use_case(request_from(arguments, output), keys=_KEYS if keys else 0)
    write_snapshot(found, out)
    objects = sum(ref.kind is not Kind.ROLE for ref in found.catalog.objects)  # roles are the server's
    data = {"format_version": FORMAT_VERSION, "file": str(out), "fingerprint": found.fingerprint, "objects": objects}
    counted = "1 object" if objects == 1 else f"{objects} objects"
    output.report(f"{out}: snapshot of {found.environment or found.target}: {counted}", data)
    return 0


@click.command(
    cls=Command,
    examples=[
        "db-bootstrap compare staging production",
        "db-bootstrap compare staging snapshots/production.json --promote",
    ],
)
@click.argument("sources", metavar="A B [C …]", nargs=-1, shell_complete=environments_or_files)
@click.option(
    "--dir", "directory", default=".", metavar="DIR", type=click.Path(path_type=Path),
    help="Directory of the declaration (bootstrap.yaml). Default: here.",
)  # fmt: skip
@click.option("--promote", is_flag=True, help="Ask instead whether what is in A may go to B; exit code 3 where not.")
@allow_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Default: text.")
def compare(
    sources: tuple[str, ...], *, directory: Path, promote: bool, permissions: tuple[str, ...], form: str
) -> int:
    """Show how environments differ from the first one: structure, access, steps, seeds, server, last run.

    Each of A, B, C … is an environment, the URL of a database, or a file that snapshot wrote. Exit code 2 where
    something differs.
    """
    from bootstrap.service import compare as use_cases  # noqa: PLC0415  # heavy: only when a command runs
    from bootstrap.service.work import Request  # noqa: PLC0415  # as above

    if len(sources) < 2:  # noqa: PLR2004
        raise BootstrapError("compare needs two environments or more: name environments, URLs or snapshot files")
    if permissions and not promote:
        raise BootstrapError("--allow says what a promotion may do: add --promote, or leave it out")
    output = Output(form)
    request = Request(directory=directory, permissions=permissions, tell=output.progress)
    if promote:
        source, target, *more = sources
        if more:
            raise BootstrapError("compare --promote takes two environments: from A to B")
        answer = use_cases.promote(source, target, directory, request)
        output.report("\n".join(_answer(answer)), answer.data)
        return 0 if answer.allowed else Refused.exit_code
    found = use_cases.compare(sources, directory, request)
    output.report("\n".join(_lines(found)), found.data)
    return 0 if found.identical else DIFFERENT


def _answer(found: Promotion) -> Iterator[str]:
    """The gate's answer first, then what would happen."""
    way = f"from {found.source.label} to {found.target.label}"
    yield f"{way}: {'allowed' if found.allowed else 'refused'}"
    for refusal in found.refusals:
        yield f"  {refusal.sentence}"
        if refusal.permission:
            yield f"    to allow it: {allowing([refusal.permission])}"
    if found.steps:
        yield f"steps not applied in {found.target.label}: {', '.join(found.steps)}"
    statements = found.plan.statements
    yield f"statements in {found.target.label}: {len(statements) or 'none'}"
    yield from (f"  {statement.text.rstrip(';')};" for statement in statements)
    if found.left:
        yield f"not declared in {found.source.label}, does not go: {', '.join(map(str, found.left))}"


def _lines(found: Comparison) -> list[str]:
    reference, *others = found.sides
    lines = []
    for other in others:
        mine = [finding for finding in found.findings if finding.environment == other.label]
        things = {0: "no difference", 1: "1 difference"}.get(len(mine), f"{len(mine)} differences")
        lines.append(f"{other.label} compared with {reference.label}: {things}")
        for section in dict.fromkeys(finding.section for finding in mine):
            sentences = [finding.sentence for finding in mine if finding.section is section]
            lines += [f"{section.value}:", *(f"  {sentence}" for sentence in sentences[:_SHOWN])]
            if len(sentences) > _SHOWN:
                lines.append(f"  and {len(sentences) - _SHOWN} more: --format json lists all")
    return [*lines, *(f"note: {note}" for note in found.notes)]
