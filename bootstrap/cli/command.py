"""What every command has: an option counts once, a misspelt name gets a suggestion, the help ends with examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from bootstrap.nearest import nearest


class Command(click.Command):
    """A command that refuses an option given twice, unless each value counts: click would use the last in silence.

    ``examples`` are the lines of its help that show it at work.
    """

    def __init__(self, *arguments: Any, examples: Sequence[str] = (), **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.examples = tuple(examples)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments. Raises UsageError."""
        with _suggesting(self, ctx):
            if not ctx.resilient_parsing:
                _, _, given = self.make_parser(ctx).parse_args(args=list(args))
                for option, times in Counter(given).items():
                    if times > 1 and isinstance(option, click.Option) and _has_one_value(option):
                        raise click.UsageError(f"{option.opts[0]} is given {times} times: give it once", ctx)
            return super().parse_args(ctx, args)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, each line as it is: a wrapped command could not be copied."""
        if self.examples:
            with formatter.section("Examples"):
                formatter.write("".join(f"  {line}\n" for line in self.examples))
        super().format_epilog(ctx, formatter)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. From here on a signal ends it in order."""
        from bootstrap.cli.signals import handle_signals  # noqa: PLC0415  # help and a usage error need nothing of it

        handle_signals()
        return super().invoke(ctx)


def _has_one_value(option: click.Option) -> bool:
    """A flag may be repeated, as it says the same again, except where another spelling says the opposite."""
    return not (option.multiple or option.count or (option.is_flag and not option.secondary_opts))


@contextmanager
def _suggesting(command: click.Command, ctx: click.Context) -> Iterator[None]:
    """Name the option that an unknown one most probably means."""
    try:
        yield
    except click.NoSuchOption as error:
        known = [name for option in command.get_params(ctx) for name in (*option.opts, *option.secondary_opts)
                 if name.startswith("--")]  # fmt: skip
        raise _unknown("option", error.option_name, known, ctx) from None


def _unknown(kind: str, name: str, known: Iterable[str], ctx: click.Context) -> click.UsageError:
    """The error about a name that does not exist, with the one that it most probably means, or all."""
    names = sorted(known)
    close = nearest(name, names)
    remedy = f'did you mean "{close}"?' if close else f"{kind}s: {', '.join(names)}"
    return click.UsageError(f'unknown {kind} "{name}": {remedy}', ctx)


class Commands(click.Group):
    """The group of all commands."""

    command_class = Command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the options before the command. Raises UsageError."""
        with _suggesting(self, ctx):
            return super().parse_args(ctx, args)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Find the command that the arguments name. Raises UsageError."""
        name = args[0]
        if self.get_command(ctx, name) is None and not ctx.resilient_parsing and not name.startswith("-"):
            raise _unknown("command", name, self.list_commands(ctx), ctx)
        return super().resolve_command(ctx, args)
