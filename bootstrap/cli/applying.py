"""What ``apply`` and ``contract`` do once their arguments have been read. Needs no library for arguments."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bootstrap.cli.apply_text import apply_data, apply_text
from bootstrap.cli.output import Answer, Output
from bootstrap.cli.request import make_request
from bootstrap.problems import BootstrapError, VerificationFailed
from bootstrap.redact import redact

REPORT_VARIABLE = "DB_BOOTSTRAP_REPORT"


def run_apply(*, form: str, **arguments: Any) -> int:
    """Apply, and print the report in this form. Returns the exit code."""
    output = Output(form)
    try:
        answer = apply_answer(output.progress, **arguments)
    except BootstrapError as error:
        write_report({"status": "failed", "exit_code": error.exit_code, "error": str(error)})
        raise
    write_report({**answer.data, "exit_code": answer.code})
    return output.answer(answer)


def apply_answer(tell: Callable[[str], None], **arguments: Any) -> Answer:
    """Apply. ``tell`` is given each line of progress."""
    from bootstrap.service.apply import apply  # noqa: PLC0415  # heavy: only when a command runs

    report = apply(make_request(arguments, tell))
    return Answer(apply_text(report), apply_data(report), VerificationFailed.exit_code if report.left else 0)


def write_report(data: dict[str, Any]) -> None:
    """Leave the report where DB_BOOTSTRAP_REPORT says: local-exec keeps nothing of what a command prints."""
    path = os.environ.get(REPORT_VARIABLE)
    if not path:
        return
    import json  # noqa: PLC0415  # only when it is asked for

    try:
        Path(path).write_text(redact(json.dumps(data, indent=2, default=str)) + "\n", encoding="utf-8")
    except OSError as error:
        raise BootstrapError(
            f"{REPORT_VARIABLE}: cannot write {path}: {error.strerror}: name a writable file"
        ) from None
