"""What every command does with its arguments: an option counts once, and a misspelt command gets a suggestion."""

from __future__ import annotations

from collections import Counter
from typing import Any

import click


class Command(click.Command):
    """A command that refuses an option given twice, unless each value counts: click would use the last in silence."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments. Raises UsageError."""
        if not ctx.resilient_parsing:
            _, _, given = self.make_parser(ctx).parse_args(args=list(args))
            for option, times in Counter(given).items():
                if times > 1 and isinstance(option, click.Option) and _has_one_value(option):
                    raise click.UsageError(f"{option.opts[0]} is given {times} times: give it once", ctx)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. From here on a signal ends it in order."""
        from bootstrap.cli.signals import handle_signals  # noqa: PLC0415  # help and a usage error need nothing of it

        handle_signals()
        return super().invoke(ctx)


def _has_one_value(option: click.Option) -> bool:
    """A flag may be repeated, as it says the same again, except where another spelling says the opposite."""
    return not (option.multiple or option.count or (option.is_flag and not option.secondary_opts))


class Commands(click.Group):
    """The group of all commands."""

    command_class = Command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Find the command that the arguments name. Raises UsageError."""
        name = args[0]
        if self.get_command(ctx, name) is None and not ctx.resilient_parsing and not name.startswith("-"):
            import difflib  # noqa: PLC0415  # only when it is needed

            known = self.list_commands(ctx)
            close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
            remedy = f'did you mean "{close[0]}"?' if close else f"commands: {', '.join(known)}"
            raise click.UsageError(f'unknown command "{name}": {remedy}', ctx)
        return super().resolve_command(ctx, args)
