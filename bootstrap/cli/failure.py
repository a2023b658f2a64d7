"""A failure as one message on standard error, with ``--format json`` also as one JSON document, and its exit code."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from bootstrap.packages import missing_package
from bootstrap.problems import BootstrapError, DeclarationError, ErrorKind, Interrupted, Problem
from bootstrap.redact import redact

DEBUG_VARIABLE = "DB_BOOTSTRAP_DEBUG"
FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong. ``problems`` are the places to fix, where they are known."""

    kind: ErrorKind
    message: str
    exit_code: int
    problems: tuple[Problem, ...] = ()


def report_failure(error: BaseException) -> int:
    """Print what went wrong. Returns the exit code. Raises the error again where it is no failure of a command."""
    failure = failure_of(error)
    sys.stderr.write(f"db-bootstrap: {redact(failure.message)}\n")
    print_json(failure)
    return failure.exit_code


def print_json(failure: Failure) -> None:
    """Print the failure as a JSON document, where the arguments of the process ask for JSON."""
    if not _asks_for_json(sys.argv[1:]):
        return
    from bootstrap.cli.output import Output  # noqa: PLC0415  # only when it is asked for

    with suppress(BootstrapError, OSError):  # the message is on standard error already
        Output("json").report("", {"format_version": FORMAT_VERSION, "error": error_data(failure)})


def error_data(failure: Failure) -> dict[str, Any]:
    """Return the failure as data. Redacted before it is encoded: JSON escapes characters that a secret may have."""
    problems = [
        {
            "file": redact(problem.file),
            "line": problem.line or None,
            "what": redact(problem.what),
            "remedy": redact(problem.remedy),
        }
        for problem in failure.problems
    ]
    return {
        "kind": failure.kind,
        "message": redact(failure.message),
        "exit_code": failure.exit_code,
        "problems": problems,
    }


def _asks_for_json(arguments: list[str]) -> bool:
    """Whether the arguments have ``--format json``. They may be too wrong for the library to read them."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--format=json" in options or ("--format", "json") in pairwise(options)


def failure_of(error: BaseException) -> Failure:
    """Return what went wrong. Raises the error again where it is no failure of a command."""
    if isinstance(error, BootstrapError | Interrupted):
        problems = error.problems if isinstance(error, DeclarationError) else ()
        return Failure(error.kind, str(error), error.exit_code, problems)
    if isinstance(error, ModuleNotFoundError):
        return Failure(ErrorKind.MISSING_PACKAGE, str(missing_package(error)), 1)
    if isinstance(error, OSError):
        what = error.strerror or str(error)
        advice = "check the path, who may use it, and the space on the disk"
        if not error.filename:
            return Failure(ErrorKind.FILE, f"{what}: {advice}", 1)
        place = str(error.filename)
        return Failure(ErrorKind.FILE, f"{place}: {what}: {advice}", 1, (Problem(place, 0, what, advice),))
    if not isinstance(error, Exception):
        raise error
    if os.environ.get(DEBUG_VARIABLE):
        import traceback  # noqa: PLC0415  # only when it is asked for

        sys.stderr.write(redact("".join(traceback.format_exception(error))))
    text = f"unexpected {type(error).__name__}: {error}: please report this; {DEBUG_VARIABLE}=1 shows where"
    return Failure(ErrorKind.UNEXPECTED, text, 1)
