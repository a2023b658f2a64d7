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
    statement = step.statements[index]
    what = "the connection was lost during" if error.connection_lost else "failed at"
    lines = [f"step {step.name} {what} {step.file}:{statement.line}: {error}"]
    lines += [f"  {line[:_SHOWN_WIDTH]}" for line in statement.sql.splitlines()[:_SHOWN_LINES]]
    if error.missing_object:
        lines.append("  where the step is for databases that have the table, say so at its top: -- when: exists(TABLE)")
    if error.outside_transaction and whole:
        lines.append("  put '-- transaction: off' at the top of the file: each statement then runs by itself")
    elif kept:
        lines.append(f"  statements 1 to {kept} stay done: fix this one and apply again; the step continues here")
    else:
        lines.append("  the step was rolled back: fix it and apply again")
    return "\n".join(lines)
