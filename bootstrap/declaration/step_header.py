"""The ``-- key: value`` comments at the top of a step."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bootstrap.declaration.model import Batch, Phase
from bootstrap.declaration.report import near, shown
from bootstrap.declaration.settings import milliseconds, time_remedy
from bootstrap.sql.conditions import Condition, parse_conditions
from bootstrap.sql.lexer import SqlTextError

Problem = Callable[[int, str, str], None]  # line, what is wrong, remedy

_DIRECTIVE = re.compile(r"--\s*(\w+)\s*:\s*(.*?)\s*\Z")
_CHECKSUM = re.compile(r"[0-9a-f]{12,64}\Z")
_SWITCH: Mapping[str, bool] = {"on": True, "true": True, "off": False, "false": False}
_CHOICES = {"phase": tuple(Phase), "transaction": tuple(_SWITCH)}
_KEYS = ("phase", "transaction", "description", "when", "replaces", "batch", "key", "pause")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFacts:
    """What a step says about itself beside its statements."""

    phase: Phase = Phase.AFTER
    transactional: bool = True
    description: str = ""
    when: tuple[Condition, ...] = ()
    replaces: tuple[str, ...] = ()
    batch: Batch | None = None


def read_header(text: str, engine: str, problem: Problem) -> StepFacts:
    """Return what the comments say, up to the first line that is neither comment nor empty."""
    facts: dict[str, str] = {}
    lines: dict[str, int] = {}
    when: list[Condition] = []
    replaces: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith("--"):
            break
        match = _DIRECTIVE.match(stripped)
        if match is None:
            continue
        key, value = match[1], match[2]
        if key == "when":
            when += conditions([(value, number)], engine, problem)
        elif key == "replaces":
            replaces += checksums([(value, number)], problem)
        elif key in _CHOICES and value.lower() not in _CHOICES[key]:
            problem(number, f"{key} is {shown(value)}", f"write one of {', '.join(_CHOICES[key])}")
        elif key in _KEYS:
            facts[key], lines[key] = value.lower() if key in _CHOICES else value, number
        elif key.lower() in _KEYS or near(key, _KEYS, ""):
            problem(number, f"{shown(key)} is not known in a step's header", near(key.lower(), _KEYS, "remove it"))
    return StepFacts(
        phase=Phase(facts.get("phase", Phase.AFTER)),
        transactional=_SWITCH[facts.get("transaction", "on")],
        description=facts.get("description", ""),
        when=tuple(when),
        replaces=tuple(replaces),
        batch=read_batch(facts, lines, problem),
    )


def read_batch(facts: Mapping[str, str], lines: Mapping[str, int], problem: Problem) -> Batch | None:
    """Return what ``batch``, ``key`` and ``pause`` say together."""
    said = [key for key in ("batch", "key", "pause") if key in facts]
    if not said:
        return None
    line, size, pause = lines[said[0]], facts.get("batch", ""), milliseconds(facts.get("pause", "0ms"))
    if not (size.isascii() and size.isdigit() and int(size)):
        problem(line, f"batch is {shown(size) or 'missing'}", "say how many rows at a time: -- batch: 5000")
    elif not facts.get("key"):
        problem(line, "the key of the batches is missing", "name a NOT NULL column with an index: -- key: id")
    elif pause is None:
        problem(lines["pause"], f"pause: {shown(facts['pause'])} is not a time", time_remedy(facts["pause"]))
    else:
        return Batch(size=int(size), key=facts["key"], pause_ms=pause)
    return None


def conditions(texts: Iterable[tuple[str, int]], engine: str, problem: Problem) -> list[Condition]:
    """Return the conditions that these texts, each with its line, state."""
    found: list[Condition] = []
    for text, line in texts:
        try:
            found += parse_conditions(text, engine)
        except SqlTextError as error:
            problem(line, f"when: {shown(text)} is not a condition", error.remedy)
    return found


def checksums(texts: Iterable[tuple[str, int]], problem: Problem) -> list[str]:
    """Return the checksums that these texts, each with its line, list."""
    found: list[str] = []
    for text, line in texts:
        for value in text.replace(",", " ").lower().split() or [""]:
            if _CHECKSUM.match(value):
                found.append(value)
            else:
                remedy = "copy the checksum from the message that refuses the edited step"
                problem(line, f"replaces: {shown(value) or 'nothing'} is not a checksum", remedy)
    return found
