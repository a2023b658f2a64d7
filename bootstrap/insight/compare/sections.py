"""Where steps, seed rows, server settings and the last runs of two environments differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bootstrap.catalog.ref import Kind
from bootstrap.insight.compare.model import Difference, Finding, Health, Reason, Section, Side, run_in_words
from bootstrap.insight.snapshot.model import SeedKeys, SeedRecord, StepProgress, StepRecord

_SHOWN = 5  # keys of rows in a sentence
_STEP = {
    StepProgress.APPLIED: "applied",
    StepProgress.NOT_APPLIED: "not applied",
    StepProgress.STARTED: "started and not finished",
    StepProgress.FAILED: "failed",
    StepProgress.UNKNOWN: "interrupted (it may have been applied)",
}


def step_findings(reference: Side, other: Side) -> Iterator[Finding]:
    """The steps that are not in the same state in both."""
    mine = {step.name: step for step in other.snapshot.steps}
    theirs = {step.name: step for step in reference.snapshot.steps}
    for name in sorted(mine.keys() | theirs.keys()):
        one, two = mine.get(name), theirs.get(name)
        if _state(one) == _state(two):
            continue
        difference = Difference.DIFFERS
        if _applied(one) != _applied(two):
            difference = Difference.HAS if _applied(one) else Difference.LACKS
        text = f"{_step(one)} in {other.label}, {_step(two)} in {reference.label}"
        if _applied(one) and _applied(two):
            text = f"{other.label} and {reference.label} applied different contents"
        lacking = other if difference is Difference.LACKS else reference
        never = difference is not Difference.DIFFERS and lacking.snapshot.last_run is None
        yield Finding(
            environment=other.label,
            section=Section.STEPS,
            difference=difference,
            objects=(name,),
            sentence=f"step {name}: {text}",
            reason=Reason.NEVER_APPLIED if never else Reason.NOT_APPLIED,
        )


def _state(step: StepRecord | None) -> tuple[str, str] | None:
    return (step.progress.value, step.checksum) if step else None


def _applied(step: StepRecord | None) -> bool:
    return step is not None and step.progress is StepProgress.APPLIED


def _step(step: StepRecord | None) -> str:
    return _STEP[step.progress] if step else "neither declared nor recorded"


def seed_findings(reference: Side, other: Side) -> Iterator[Finding]:
    """The declared rows that one environment lacks or has otherwise, and the other does not.

    A table that is missing is named by itself; its rows are not.
    """
    theirs = {seed.table: seed for seed in reference.snapshot.seeds}
    tables = _tables(other) & _tables(reference)
    for mine in other.snapshot.seeds:
        yours = theirs.get(mine.table)
        if yours is not None and mine.table in tables and _outcome(mine) != _outcome(yours):
            texts = [text for text in (_rows(mine, other), _rows(yours, reference)) if text]
            yield Finding(
                environment=other.label,
                section=Section.SEEDS,
                difference=_seed_difference(mine, yours),
                objects=(mine.table,),
                sentence=f"seed {mine.table}: {'; '.join(texts)}",
                reason=_seed_reason(other if _rows(mine, other) else reference),
            )


def _tables(side: Side) -> set[str]:
    return {ref.path for ref in side.snapshot.catalog.objects if ref.kind is Kind.TABLE}


def seed_notes(reference: Side, other: Side) -> Iterator[str]:
    """What environments declare for themselves is no difference between what they have and what they should have."""
    theirs = {seed.table: seed for seed in reference.snapshot.seeds}
    for mine in other.snapshot.seeds:
        yours = theirs.pop(mine.table, None)
        if yours is None:
            yield f"seed {mine.table} is declared for {other.label} only"
        elif yours.digest != mine.digest:
            yield (
                f"seed {mine.table}: {other.label} and {reference.label} declare different rows; each is compared with"
                " its own"
            )
    yield from (f"seed {table} is declared for {reference.label} only" for table in theirs)


def _outcome(seed: SeedRecord) -> tuple[object, ...]:
    keys = seed.keys or SeedKeys()
    return seed.missing, seed.different, seed.undeclared, keys


def _rows(seed: SeedRecord, side: Side) -> str:
    """What an environment lacks or has otherwise, with the keys where they are known; "" where it is as declared."""
    keys = seed.keys or SeedKeys()
    parts = []
    if seed.missing:
        parts.append(f"{side.label} lacks {_amount(seed.missing)}{_listed(keys.missing, seed.missing)}")
    if seed.different:
        verb = "differs" if seed.different == 1 else "differ"
        rows = f"{_amount(seed.different)} of {side.label} {verb} from the declaration"
        parts.append(f"{rows}{_listed(keys.different, seed.different)}")
    if seed.undeclared:
        rows = f"{side.label} has {_amount(seed.undeclared)} that the seed would delete"
        parts.append(f"{rows}{_listed(keys.undeclared, seed.undeclared)}")
    return ", ".join(parts)


def _amount(number: int) -> str:
    return "1 row" if number == 1 else f"{number} rows"


def _listed(keys: Sequence[str], number: int) -> str:
    if not keys:
        return ""
    more = "; …" if number > min(len(keys), _SHOWN) else ""
    return f" ({'; '.join(keys[:_SHOWN])}{more})"


def _seed_difference(mine: SeedRecord, yours: SeedRecord) -> Difference:
    if mine.missing > yours.missing:
        return Difference.LACKS
    if mine.missing < yours.missing or mine.undeclared > yours.undeclared:
        return Difference.HAS
    return Difference.DIFFERS


def _seed_reason(side: Side) -> Reason:
    return Reason.NEVER_APPLIED if side.snapshot.last_run is None else Reason.DRIFT


def setting_findings(reference: Side, other: Side) -> Iterator[Finding]:
    """The settings of the servers and databases that differ."""
    mine, theirs = other.snapshot.settings, reference.snapshot.settings
    for name in sorted(mine.keys() | theirs.keys()):
        one, two = mine.get(name), theirs.get(name)
        if one != two:
            missing = Difference.LACKS if one is None else Difference.HAS if two is None else Difference.DIFFERS
            yield Finding(
                environment=other.label,
                section=Section.SERVER,
                difference=missing,
                objects=(name,),
                sentence=f"{name} is {_value(one)} in {other.label}, {_value(two)} in {reference.label}",
            )


def _value(value: str | None) -> str:
    return "not set" if value is None else value or "empty"


def health_findings(reference: Side, other: Side) -> Iterator[Finding]:
    """The last run of one did not end as that of the other did."""
    if other.health is reference.health:
        return
    never = Health.NO_RUN in {other.health, reference.health}
    missing = {other.health: Difference.LACKS, reference.health: Difference.HAS}
    yield Finding(
        environment=other.label,
        section=Section.HEALTH,
        difference=missing.get(Health.NO_RUN, Difference.DIFFERS),
        objects=("last run",),
        sentence="; ".join(f"{side.label}: {run_in_words(side.snapshot.last_run)}" for side in (other, reference)),
        reason=Reason.NEVER_APPLIED if never else Reason.UNKNOWN,
    )
