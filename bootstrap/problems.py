"""What can go wrong, as the exceptions that every room raises, with their exit codes."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class ErrorKind(StrEnum):
    """The kinds of errors, for programs."""

    USAGE = "usage"
    DECLARATION = "declaration"
    TARGET = "target"
    STATEMENT = "statement"
    INCOMPLETE = "incomplete"
    REFUSED = "refused"
    VERIFICATION = "verification"
    UNREACHABLE = "unreachable"
    INTERRUPTED = "interrupted"
    FILE = "file"
    MISSING_PACKAGE = "missing_package"
    OTHER = "other"
    UNEXPECTED = "unexpected"


class BootstrapError(Exception):
    """Something went wrong that a person can fix: the message says what, where and what to do. Exit code 1."""

    exit_code = 1
    kind = ErrorKind.OTHER


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault in a declaration: where (line 0: the file or folder as a whole), what, and what to do."""

    file: str
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.what}: {self.remedy}"


class DeclarationError(BootstrapError):
    """The declaration is wrong; carries every problem found, not only the first.

    ``lacking`` are the statements of ours that the server refused only because they name something that is not there.
    """

    kind = ErrorKind.DECLARATION

    def __init__(self, problems: Sequence[Problem], *, lacking: Sequence[str] = ()) -> None:
        self.problems = tuple(sorted(problems))
        self.lacking = tuple(lacking)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class TargetError(BootstrapError):
    """The target is not usable as configured: missing secret, missing output, bad URL."""

    kind = ErrorKind.TARGET


class StatementError(BootstrapError):
    """The server refused a statement of ours."""

    kind = ErrorKind.STATEMENT


class Incomplete(BootstrapError):  # noqa: N818  # as below: the outcome's name
    """The time that was given is over. What is done stays done: the next run goes on from there."""

    kind = ErrorKind.INCOMPLETE


class Refused(BootstrapError):  # noqa: N818  # a refusal is an answer, not an error: the name is the product's word
    """A hazard that is not allowed, or a feature that cannot be expressed. Exit code 3."""

    exit_code = 3
    kind = ErrorKind.REFUSED


class VerificationFailed(BootstrapError):  # noqa: N818  # as above: the outcome's name
    """The database is not what the declaration says. Exit code 4."""

    exit_code = 4
    kind = ErrorKind.VERIFICATION


class Interrupted(BaseException):  # no Exception: nothing but the end of the program handles it
    """Somebody asked the program to end: Ctrl-C, or SIGTERM. ``number`` is the signal; exit code 128 + ``number``."""

    kind = ErrorKind.INTERRUPTED

    def __init__(self, number: int) -> None:
        self.number = number
        self.exit_code = 128 + number
        super().__init__(f"interrupted by {signal.Signals(number).name}")

    def explained(self, more: str) -> Interrupted:
        """The same with more words."""
        found = Interrupted(self.number)
        found.args = (f"{self}{more}",)
        return found


class Unreachable(BootstrapError):  # noqa: N818  # as above: the outcome's name
    """Could not reach the database or get the lock, and waiting may help. Exit code 5."""

    exit_code = 5
    kind = ErrorKind.UNREACHABLE


class Replica(Unreachable):
    """The server only reads: a replica, which a failover may make the writer."""


class Pooled(Unreachable):
    """A pooler or proxy stands in between, which gives a session another server process for each transaction."""


def type_of(error: BaseException) -> type[BootstrapError]:
    """The exception class that names the kind of failure and takes one message."""
    for kind in type(error).__mro__:
        if kind.__module__ == __name__ and kind.__name__ != "DeclarationError":
            return kind
    return BootstrapError
