"""What leaves the command line: text for people, JSON for programs, progress on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

import click

from bootstrap.redact import redact


class Output:
    """Everything that is printed goes through here, and so through the redaction of secrets."""

    def __init__(self, form: str) -> None:
        self.form = form

    def progress(self, line: str) -> None:
        """Say what goes on: on standard error, so that a pipe gets the report alone."""
        click.echo(redact(line), err=True)

    def report(self, text: str, data: Mapping[str, Any]) -> None:
        """Print the report in the form that was asked for."""
        content = json.dumps(data, indent=2, ensure_ascii=False, default=str) if self.form == "json" else text
        if content:
            click.echo(redact(content))


def heading(text: str) -> str:
    """A heading, bold on a terminal."""
    return click.style(text, bold=True) if sys.stdout.isatty() else text
