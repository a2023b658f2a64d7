"""Why something is missing in an environment, or differs there: what its declaration and its history tell."""

from __future__ import annotations

from bootstrap.catalog.ref import Ref
from bootstrap.declaration.meaning import structure_of
from bootstrap.insight.compare.model import Reason, Side, run_in_words


def why_missing(side: Side, other: Side, ref: Ref) -> tuple[Reason, str]:
    """Say why ``side`` lacks an object that ``other`` has."""
    last, proven = side.snapshot.last_run, side.snapshot.proven_run
    if not _is_declared(side, other, ref):
        return Reason.UNDECLARED, "not declared"
    if last is None:
        return Reason.NEVER_APPLIED, "declared, never applied, no run recorded"
    if proven is not None and ref in side.snapshot.managed:
        return Reason.DRIFT, f"declared, dropped since run {proven.id}"
    return Reason.NOT_APPLIED, f"declared, not applied ({run_in_words(last)})"


def why_different(side: Side, other: Side) -> tuple[Reason, str]:
    """Say why an object of ``side`` differs from that of ``other``, as far as it can be told without looking at it."""
    for one in (side, other):
        if one.snapshot.last_run is None:
            return Reason.NEVER_APPLIED, f"no run recorded in {one.label}"
    for one in (side, other):
        if one.snapshot.structure and not _applied_what_is_declared(one):
            last = run_in_words(one.snapshot.last_run)
            return Reason.NOT_APPLIED, f"the declaration is not applied in {one.label} ({last})"
    drifted = [one for one in (side, other) if one.snapshot.drifted]
    if drifted:
        runs = (
            f"{one.label} was changed since run {one.snapshot.proven_run.id}"
            for one in drifted
            if one.snapshot.proven_run
        )
        return Reason.DRIFT, " and ".join(runs)
    return Reason.UNKNOWN, ""


def _is_declared(side: Side, other: Side, ref: Ref) -> bool:
    """Whether the environment is meant to have it. Servers name what is declared without a name: runs know it."""
    known = side.snapshot.managed | other.snapshot.managed
    declared = side.snapshot.declared
    if declared is None:
        return ref in known | (other.snapshot.declared or frozenset())
    return ref in declared or (ref.owner in declared and ref in known)


def _applied_what_is_declared(side: Side) -> bool:
    """Whether the last run that proved something applied the structure that is declared now."""
    proven, structure = side.snapshot.proven_run, side.snapshot.structure
    return proven is not None and (not structure or structure_of(proven.declaration) == structure)
