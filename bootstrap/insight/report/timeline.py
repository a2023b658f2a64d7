"""Runs on one line of time: a lane for each environment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bootstrap.insight.compare.model import run_in_words
from bootstrap.insight.report.anchors import anchor
from bootstrap.insight.report.model import Environment
from bootstrap.insight.snapshot.model import RunRecord
from bootstrap.run.records import Outcome

WIDTH, LANE, TOP = 960, 44, 30
_LEFT, _RIGHT = 150, 56
_TICKS = 4
_DAY, _MINUTE = 86_400, 60
_GOOD = {Outcome.APPLIED, Outcome.UNCHANGED}


@dataclass(frozen=True, slots=True)
class Mark:
    """One run."""

    x: int
    y: int
    kind: str  # good, changed nothing, bad: shape and colour
    title: str
    href: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A moment on the axis."""

    x: int
    text: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One environment."""

    y: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Everything on the line."""

    height: int
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    marks: tuple[Mark, ...]


def run_anchor(label: str, run: RunRecord) -> str:
    """The place of a run on the page."""
    return f"run-{anchor(label)}-{run.id}"


def timeline(environments: Sequence[Environment]) -> Timeline | None:
    """Return the runs of all environments; None where there are none."""
    known = [item for item in environments if item.runs]
    moments = [run.started_at for item in known for run in item.runs]
    if not moments:
        return None
    first, last = min(moments), max(moments)
    span = (last - first).total_seconds()

    def place(moment: datetime) -> int:
        share = (moment - first).total_seconds() / span if span else 0.5
        return round(_LEFT + share * (WIDTH - _LEFT - _RIGHT))

    form = "%Y-%m-%d" if span > _TICKS * _DAY else "%Y-%m-%d %H:%M" if span > _TICKS * _MINUTE else "%H:%M:%S"
    steps = [first + (last - first) * number / _TICKS for number in range(_TICKS + 1)] if span else [first]
    named = {f"{moment:{form}}": moment for moment in reversed(steps)}  # each text once, where it begins
    lanes = [Lane(TOP + LANE * number + LANE // 2, _cut(item.label)) for number, item in enumerate(known)]
    return Timeline(
        height=TOP + LANE * len(known) + 10,
        lanes=tuple(lanes),
        ticks=tuple(Tick(place(moment), text) for text, moment in reversed(named.items())),
        marks=tuple(
            Mark(
                place(run.started_at),
                lane.y,
                _kind(run),
                f"{item.label}: {run_in_words(run)}",
                run_anchor(item.label, run),
            )
            for lane, item in zip(lanes, known, strict=True)
            for run in reversed(item.runs)
        ),
    )


def _kind(run: RunRecord) -> str:
    if run.outcome in _GOOD:
        return "good" if run.outcome is Outcome.APPLIED else "same"
    return "bad"


def _cut(text: str) -> str:
    return text if len(text) <= 18 else f"{text[:17]}…"  # noqa: PLR2004  # what fits beside the lane
