"""The command ``completion``, and what click's completion does not know: environments, and how bash cuts words."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bootstrap.cli.command import Command

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

PROGRAM = "db-bootstrap"
VARIABLE = "_DB_BOOTSTRAP_COMPLETE"  # the scripts of click set it where they ask for completions
_SHELLS = ("bash", "zsh", "fish")
_BREAKS = frozenset("=:@")  # bash makes words of their own of these: COMP_WORDBREAKS


@click.command(
    cls=Command,
    examples=[
        'eval "$(db-bootstrap completion bash)"',
        "db-bootstrap completion zsh > ~/.zfunc/_db-bootstrap",
        "db-bootstrap completion fish > ~/.config/fish/completions/db-bootstrap.fish",
    ],
)
@click.argument("shell", type=click.Choice(_SHELLS))
def completion(shell: str) -> int:
    """Print the script that completes commands, options and environments in a shell.

    Environments are those of the declaration in --dir, as far as it is typed before ENV, else of the one here.
    """
    from click.shell_completion import get_completion_class  # noqa: PLC0415  # only when it is needed

    from bootstrap.cli.program import cli  # noqa: PLC0415  # it imports this module

    made = get_completion_class(shell)
    assert made is not None  # noqa: S101  # click has each of these
    click.echo(made(cli, {}, PROGRAM, VARIABLE).source(), nl=False)
    return 0


def environment_names(context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """The environments of the declaration that the command is about, so far as it is typed; never an error."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415  # only a completion comes here

    directories = context.params.get("directories") or [context.params.get("directory") or "."]
    found = sorted({name for directory in directories for name in _environments(Path(directory))})
    return [CompletionItem(name) for name in found if name.startswith(typed)]


def environments_or_files(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """As :func:`environment_names`; where none fits, files."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415  # only a completion comes here

    return environment_names(context, parameter, typed) or [CompletionItem(typed, type="file")]


def _environments(directory: Path) -> tuple[str, ...]:
    from bootstrap.declaration.project import open_project  # noqa: PLC0415  # heavy: only for these names
    from bootstrap.declaration.store import declaration_in  # noqa: PLC0415  # as above

    try:
        return open_project(declaration_in(directory), None).manifest.environments
    except Exception:  # noqa: BLE001  # whoever types a line is shown no error about files that are unfinished
        return ()


def prepare() -> None:
    """Let click read what bash asks for as one reads the line."""
    from click.shell_completion import BashComplete, add_completion_class, split_arg_string  # noqa: PLC0415  # as above

    class Bash(BashComplete):
        """Completions for bash, where ``--dir=shop`` and ``mysql://me@host`` arrive in pieces."""

        def get_completion_args(self) -> tuple[list[str], str]:
            """The words before the one that is typed, and that one."""
            words = split_arg_string(os.environ["COMP_WORDS"])
            place = int(os.environ["COMP_CWORD"])
            *before, typed = joined(words[1 : place + 1] if place < len(words) else [*words[1:], ""])
            return before, typed

    add_completion_class(Bash)


def joined(pieces: Iterable[str]) -> list[str]:
    """The words that bash has cut in pieces: ``--dir``, ``=``, ``shop`` → ``--dir=shop``."""
    words: list[str] = []
    after_break = False
    for piece in pieces:
        is_break = piece != "" and _BREAKS.issuperset(piece)
        if words and (is_break or after_break):
            words[-1] += piece
        else:
            words.append(piece)
        after_break = is_break
    return words
