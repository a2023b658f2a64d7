"""Compare environments with the first of them, from their snapshots alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from bootstrap.dialects.registry import dialect_for
from bootstrap.insight.compare.model import Comparison, Finding, Side
from bootstrap.insight.compare.sections import (
    health_findings,
    seed_findings,
    seed_notes,
    setting_findings,
    step_findings,
)
from bootstrap.insight.compare.structure import structure_findings
from bootstrap.insight.snapshot.model import Snapshot
from bootstrap.problems import BootstrapError


def compare(sides: Sequence[Side]) -> Comparison:
    """Find every difference of the other environments from the first one.

    Raises:
        BootstrapError: they are of different engines.
    """
    reference, *others = sides
    engines = {side.snapshot.engine for side in sides}
    if len(engines) > 1:
        named = ", ".join(f"{side.label} is {side.snapshot.engine}" for side in sides)
        raise BootstrapError(f"environments of different engines cannot be compared: {named}")
    return Comparison(
        sides=tuple(sides),
        findings=tuple(finding for other in others for finding in _findings(reference, other)),
        notes=tuple(note for other in others for note in _notes(reference, other)),
    )


def sides_of(named: Sequence[tuple[str, Snapshot]]) -> list[Side]:
    """Give each snapshot a label: its environment, else where it is; with what the person typed where two are equal."""
    labels = [snapshot.environment or Path(source).stem for source, snapshot in named]
    labels = [
        snapshot.target if "://" in source and not snapshot.environment else label
        for label, (source, snapshot) in zip(labels, named, strict=True)
    ]
    times = Counter(labels)
    return [
        Side(
            label=label if times[label] == 1 else f"{label} ({_place(source, snapshot)})",
            source=_place(source, snapshot) if "://" in source else source,
            snapshot=snapshot,
        )
        for label, (source, snapshot) in zip(labels, named, strict=True)
    ]


def _place(source: str, snapshot: Snapshot) -> str:
    """What tells two sources apart; a URL may contain a password, so it is not repeated."""
    return snapshot.target if "://" in source else source


def _findings(reference: Side, other: Side) -> Iterator[Finding]:
    rules = dialect_for(reference.snapshot.engine).rules
    yield from structure_findings(reference, other, rules)
    yield from step_findings(reference, other)
    yield from seed_findings(reference, other)
    yield from setting_findings(reference, other)
    yield from health_findings(reference, other)


def _notes(reference: Side, other: Side) -> Iterator[str]:
    for side in (reference, other):
        if side.snapshot.drifted and side.snapshot.proven_run:
            yield f"{side.label}: the structure was changed since run {side.snapshot.proven_run.id}"
    versions = [
        (side.snapshot.settings.get("vendor"), side.snapshot.settings.get("version")) for side in (reference, other)
    ]
    if versions[0] != versions[1]:
        yield (
            f"{other.label} and {reference.label} are servers of different versions: each prints the same definition in"
            " its own way"
        )
    yield from seed_notes(reference, other)
