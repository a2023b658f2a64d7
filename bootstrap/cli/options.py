"""Arguments that several commands share, and the request that they make."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from bootstrap.cli.output import Output
from bootstrap.problems import BootstrapError

_Command = TypeVar("_Command", bound=Callable[..., Any])

GIT_REVISION_VARIABLE = "DB_BOOTSTRAP_GIT_REVISION"


def target_options(command: _Command) -> _Command:
    """ENV, --dir, --url, --format: what every command takes."""
    command = click.argument("environment", metavar="[ENV]", required=False)(command)
    command = click.option(
        "--dir", "directory", default=".", metavar="DIR", type=click.Path(path_type=Path),
        help="Directory of the declaration (bootstrap.yaml). Default: here.",
    )(command)  # fmt: skip
    command = click.option(
        "--url", metavar="URL", help="The database, as its driver knows it; wins over the overlay's target."
    )(command)
    return click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Default: text.")(
        command
    )


def change_options(command: _Command) -> _Command:
    """--exact and --scratch-url: what every command takes that compares structures."""
    command = click.option(
        "--exact", is_flag=True, help="Manage everything in scope: what is not declared is a drop behind the gate."
    )(command)
    command = click.option(
        "--adopt-environment", is_flag=True,
        help="Take over a database that was bootstrapped as another environment or declaration.",
    )(command)  # fmt: skip
    return click.option(
        "--scratch-url", metavar="URL", help="A development server for scratch databases, instead of the target's."
    )(command)


def allow_option(command: _Command) -> _Command:
    """--allow, repeatable."""
    return click.option(
        "--allow", "permissions", multiple=True, metavar="HAZARD[:OBJECT]",
        help="Let a hazard pass, as the refusal names it; 'all' is for test databases.",
    )(command)  # fmt: skip


def additive_option(command: _Command) -> _Command:
    """--additive-only."""
    return click.option(
        "--additive-only", is_flag=True,
        help="Only what adds and has no hazard; the rest is named and left, and apply ends with 4.",
    )(command)  # fmt: skip


def request_from(arguments: Mapping[str, Any], output: Output) -> Any:  # Request: imported only when a command runs
    """The request that the arguments of a command make.

    Raises:
        BootstrapError: neither an environment nor a URL says which database is meant.
    """
    from bootstrap.service.work import Request  # noqa: PLC0415  # heavy: only when a command runs

    if arguments["environment"] is None and arguments["url"] is None:
        from bootstrap.declaration.load import manifest  # noqa: PLC0415  # as above

        known = ", ".join(manifest(arguments["directory"], None).environments) or "none is declared"
        raise BootstrapError(f"no environment given: name one ({known}), or a database with --url")
    return Request(
        directory=arguments["directory"],
        environment=arguments["environment"],
        url=arguments["url"],
        permissions=tuple(arguments.get("permissions", ())),
        exact=arguments.get("exact", False),
        contract=arguments.get("contract", False),
        additive_only=arguments.get("additive_only", False),
        to=arguments.get("to"),
        adopt_environment=arguments.get("adopt_environment", False),
        scratch_url=arguments.get("scratch_url"),
        saved_plan=_saved_plan(arguments.get("plan_file")),
        git_revision=os.environ.get(GIT_REVISION_VARIABLE, ""),
        tell=output.progress,
    )


def _saved_plan(path: Path | None) -> Any:  # SavedPlan: imported only when there is one
    if path is None:
        return None
    from bootstrap.service.saved_plan import load  # noqa: PLC0415  # as above

    return load(path)
