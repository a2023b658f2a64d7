"""What ``plan``, ``apply`` and ``verify`` answer for one database, once their arguments have been read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bootstrap.cli import text
from bootstrap.cli.applying import apply_answer
from bootstrap.cli.output import Answer
from bootstrap.cli.request import make_request
from bootstrap.problems import VerificationFailed

PENDING = 2  # exit code of plan --detailed-exitcode, as Terraform has it
_Tell = Callable[[str], None]


def plan_answer(
    tell: _Tell, *, detailed_exitcode: bool, out: Path | None, rows: bool, rows_limit: int, **arguments: Any
) -> Answer:
    """Return what apply would do; write it to ``out`` as well."""
    from bootstrap.service.plan import plan  # noqa: PLC0415  # heavy: only when a command runs

    report = plan(make_request(arguments, tell), rows=rows_limit if rows else 0)
    data = text.plan_data(report)
    if out is not None:
        from bootstrap.service.saved_plan import save  # noqa: PLC0415  # only when it is needed

        save(out, report.saved, data)
    is_pending = detailed_exitcode and (report.pending or report.left)
    return Answer(text.plan(report), data, PENDING if is_pending else 0)


def verify_answer(tell: _Tell, **arguments: Any) -> Answer:
    """Return what differs from the declaration."""
    from bootstrap.service.verify import verify  # noqa: PLC0415  # heavy: only when a command runs

    found = verify(make_request(arguments, tell))
    code = 0 if found.holds else VerificationFailed.exit_code
    return Answer(text.verification(found), text.verification_data(found), code)


ANSWERS: dict[str, Callable[..., Answer]] = {"plan": plan_answer, "apply": apply_answer, "verify": verify_answer}
