"""Arguments that several commands share, and the request that they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bootstrap.cli.completion import environment_names
from bootstrap.cli.output import Output
from bootstrap.cli.request import make_request

if TYPE_CHECKING:
    from bootstrap.service.work import Request

_Command = TypeVar("_Command", bound=Callable[..., Any])


def target_options(command: _Command) -> _Command:
    """ENV, --dir, --url, --format: what every command takes."""
    command = click.argument("environment", metavar="[ENV]", required=False, shell_complete=environment_names)(command)
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


def request_from(arguments: Mapping[str, Any], output: Output) -> Request:
    """The request that the arguments of a command make.

    Raises:
        BootstrapError: neither an environment nor a URL says which database is meant.
    """
    return make_request(arguments, output.progress)
