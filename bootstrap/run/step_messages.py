"""What is said of a step that fails: the server's words, the place in the file, and what is kept."""

from __future__ import annotations

from bootstrap.declaration.model import Step
from bootstrap.dialects.base import ServerError

_SHOWN_LINES, _SHOWN_WIDTH = 20, 500  # of a statement that failed; the file has the rest


def failure(step: Step, error: ServerError, index: int, *, kept: int, whole: bool) -> str:
    """The message of a statement that failed.

    Args:
        step: that it belongs to.
        error: what the server said.
        index: of the statement.
        kept: how many statements stay done.
        whole: whether the whole step is one transaction because the file does not say otherwise.
    """
    lines = _beginning(step, error, index)
    if error.missing_object:
        lines.append("  where the step is for databases that have the table, say so at its top: -- when: exists(TABLE)")
    if error.outside_transaction and whole:
        lines.append("  put '-- transaction: off' at the top of the file: each statement then runs by itself")
    elif kept:
        lines.append(f"  statements 1 to {kept} stay done: fix this one and apply again; the step continues here")
    else:
        lines.append("  the step was rolled back: fix it and apply again")
    return "\n".join(lines)


def batch_failure(step: Step, error: ServerError, key: str, last: str | None) -> str:
    """The message of a batch that failed; ``last`` is the key up to which rows are done."""
    lines = _beginning(step, error, 0)
    lines.append(
        "  no batch was done: fix it and apply again"
        if last is None
        else f"  the batches up to {key} = {last} stay done: fix it and apply again; the step continues there"
    )
    return "\n".join(lines)


def _beginning(step: Step, error: ServerError, index: int) -> list[str]:
    statement = step.statements[index]
    what = "the connection was lost during" if error.connection_lost else "failed at"
    lines = [f"step {step.name} {what} {step.file}:{statement.line}: {error}"]
    return lines + [f"  {line[:_SHOWN_WIDTH]}" for line in statement.sql.splitlines()[:_SHOWN_LINES]]
