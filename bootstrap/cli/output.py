"""What leaves the command line: text for people, JSON for programs, progress on standard error."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple, TextIO

from bootstrap.problems import BootstrapError
from bootstrap.redact import redact


class Answer(NamedTuple):
    """What a command answers: for people, for programs, and its exit code."""

    text: str
    data: Mapping[str, Any]
    code: int = 0


class Output:
    """Everything that is printed goes through here, and so through the redaction of secrets."""

    def __init__(self, form: str, stream: TextIO | None = None) -> None:
        self.form = form
        self._stream = stream  # None: standard output

    def progress(self, line: str) -> None:
        """Say what goes on: on standard error, so that a pipe gets the report alone. Nobody may be there to read it."""
        with suppress(OSError):
            _print(redact(line), sys.stderr)

    def passing(self, text: str) -> None:
        """Print a part of the report while the work goes on, which does not end where nobody reads."""
        with suppress(OSError):
            _print(redact(text), self._stream or sys.stdout)

    def answer(self, answer: Answer) -> int:
        """Print the answer in the form that was asked for. Returns its exit code."""
        self.report(answer.text, answer.data)
        return answer.code

    def report(self, text: str, data: Mapping[str, Any]) -> None:
        """Print the report in the form that was asked for."""
        content = _json(data) if self.form == "json" else text
        if not content:
            return
        try:
            _print(redact(content), self._stream or sys.stdout)
        except BrokenPipeError:  # whoever reads has read enough
            raise
        except OSError as error:
            raise BootstrapError(
                f"the work is done, but its report cannot be written: {error.strerror}: free some space, or write it"
                " elsewhere"
            ) from error


def _json(data: Mapping[str, Any]) -> str:
    import json  # noqa: PLC0415  # only when it is asked for

    return json.dumps(data, indent=2, ensure_ascii=False, default=str)


def _print(text: str, stream: TextIO) -> None:
    """Print a line at once; a character that the terminal's encoding lacks is printed as an escape."""
    try:
        stream.write(f"{text}\n")
    except UnicodeEncodeError:
        stream.write(text.encode(stream.encoding, "backslashreplace").decode(stream.encoding) + "\n")
    stream.flush()
