"""Every message of the package, read from its source: what is wrong, where, and what to do, in plain words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import bootstrap

PACKAGE = Path(bootstrap.__file__).parent
# Errors with the whole message in one text: what, then after a colon, a semicolon or a full stop what to do.
WHOLE = {
    "BootstrapError", "TargetError", "StatementError", "Incomplete", "Refused", "Unreachable", "VerificationFailed",
    "Replica", "UsageError",
}  # fmt: skip
# Calls with what is wrong and what to do in two arguments.
IN_TWO = {"problem", "fault", "Problem"}
OTHERS = {"Hazard", "ServerError", "SqlTextError", "ConnectionLost", "PlanOutdated"}
BANNED = re.compile(
    r"\b(anew|shall|mend|let go|goes along|brought along|made again|permission for|simply|just|please|sorry|oops"
    r"|invalid|illegal|bad input|an error occurred|something went wrong)\b",
    re.IGNORECASE,
)
# What a server or another library answered says what to do.
QUOTES = re.compile(r" \{[^{}]*(error|answer|row)[^{}]*\}")


@dataclass(frozen=True)
class Message:
    place: str
    kind: str
    text: str


def text_of(node: ast.expr) -> str:
    """The literal parts, with what is filled in between braces."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            f"{{{ast.unparse(part.value)}}}" if isinstance(part, ast.FormattedValue) else text_of(part)
            for part in node.values
        )
    if isinstance(node, ast.BinOp):
        return text_of(node.left) + text_of(node.right)
    return ""


def messages() -> Iterator[Message]:
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name not in WHOLE | IN_TWO | OTHERS:
                continue
            said = [*node.args, *(word.value for word in node.keywords if word.arg in ("message", "advice", "remedy"))]
            text = " | ".join(filter(None, map(text_of, said)))
            if text:
                yield Message(f"{path.relative_to(PACKAGE)}:{node.lineno}", name, text)


MESSAGES = list(messages())


def test_they_are_found() -> None:
    assert len(MESSAGES) > 200


def test_plain_words() -> None:
    found = [f"{message.place}: {match[0]}" for message in MESSAGES if (match := BANNED.search(message.text))]
    assert found == []


@pytest.mark.parametrize("end", [" ", "!", "…:", "::"])
def test_they_end_properly(end: str) -> None:
    assert [message.place for message in MESSAGES if message.text.endswith(end)] == []


def test_each_says_what_to_do() -> None:
    lacking = [
        f"{message.place}: {message.text}"
        for message in MESSAGES
        if message.kind in WHOLE and not re.search(r"[:;.] \S", message.text) and not QUOTES.search(message.text)
    ]
    assert lacking == []
    two = [message for message in MESSAGES if message.kind in IN_TWO]
    assert len(two) > 80
