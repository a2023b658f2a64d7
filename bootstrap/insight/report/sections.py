"""What stands side by side on the page: one row a thing, one cell an environment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bootstrap.catalog.catalog import table_members
from bootstrap.catalog.changes import subject_of
from bootstrap.catalog.ref import Ref
from bootstrap.catalog.tables import Table
from bootstrap.insight.compare.model import Finding, Section, Side
from bootstrap.insight.report.anchors import anchor_of
from bootstrap.insight.report.model import Report
from bootstrap.insight.report.objects import Entry
from bootstrap.insight.report.words import grant_words
from bootstrap.insight.snapshot.model import SeedKeys, SeedRecord, StepProgress
from bootstrap.plan.statement import Plan

_STEP = {
    StepProgress.APPLIED: "applied",
    StepProgress.NOT_APPLIED: "not applied",
    StepProgress.STARTED: "started, not finished",
    StepProgress.FAILED: "failed",
    StepProgress.UNKNOWN: "interrupted",
}
_KEYS = 20  # keys of rows in a cell


@dataclass(frozen=True, slots=True)
class Row:
    """One thing in all environments. ``differs`` is what the comparison says."""

    name: str
    cells: tuple[str, ...]
    differs: bool


def setting_rows(report: Report) -> list[Row]:
    """Settings of the servers and databases."""
    names = _names(side.snapshot.settings for side in report.sides)
    return _rows(report, Section.SERVER, names, lambda side, name: side.snapshot.settings.get(name, "not set"))


def step_rows(report: Report) -> list[Row]:
    """Versioned steps."""
    known = {side.label: {step.name: _STEP[step.progress] for step in side.snapshot.steps} for side in report.sides}
    return _rows(
        report, Section.STEPS, _names(known.values()), lambda side, name: known[side.label].get(name, "unknown")
    )


def seed_rows(report: Report) -> list[Row]:
    """Tables with declared rows: how many are as declared. Keys where they were asked for, values never."""
    known = {side.label: {seed.table: _seed(seed) for seed in side.snapshot.seeds} for side in report.sides}
    return _rows(
        report, Section.SEEDS, _names(known.values()), lambda side, name: known[side.label].get(name, "not declared")
    )


def check_rows(report: Report) -> list[Row]:
    """Declared checks, in the environments that were read live."""
    known = {
        item.label: {check.name: "holds" if check.holds else "fails" for check in item.checks or ()}
        for item in report.environments
        if item.side
    }
    names = _names(known.values())
    return [
        Row(name, cells, "fails" in cells)
        for name in names
        for cells in [tuple(known[side.label].get(name, "not asked") for side in report.sides)]
    ]


def privilege_rows(report: Report) -> list[Row]:
    """Privileges on the database itself, and those that new objects get."""
    known = {side.label: _privileges(side) for side in report.sides}
    names = _names(known.values())
    return [
        Row(name, tuple(known[side.label].get(name, "none") for side in report.sides), differs=False) for name in names
    ]


def _privileges(side: Side) -> Mapping[str, str]:
    catalog = side.snapshot.catalog
    found: dict[str, list[str]] = defaultdict(list)
    for grantee, granted in grant_words(sorted(grant for grant in catalog.grants if grant.on is None)).items():
        found[f"database: {grantee}"].append(granted)
    for item in sorted(catalog.default_privileges):
        place = f" in {item.schema}" if item.schema else ""
        name = f"new {item.object_kind} of {item.owner}{place}: {item.grantee}"
        found[name].append(f"{'not ' if item.revoked else ''}{item.privilege}")
    return {name: ", ".join(words) for name, words in found.items()}


def links_of(entries: Iterable[Entry]) -> Mapping[str, str]:
    """Objects as findings name them → their place on the page; members of a table are at the table's."""
    found: dict[str, str] = {}
    for entry in entries:
        place = anchor_of(entry.ref)
        for variant in entry.variants:
            members = table_members(variant.item) if isinstance(variant.item, Table) else []
            found |= dict.fromkeys(map(str, (entry.ref, *members, *(item.ref for item in variant.belongings))), place)
    return found


def findings_by_environment(report: Report) -> Mapping[str, Mapping[Section, list[Finding]]]:
    """The findings of the comparison, by environment and section, in its order."""
    found: dict[str, dict[Section, list[Finding]]] = {side.label: {} for side in report.sides[1:]}
    for finding in report.comparison.findings if report.comparison else ():
        found[finding.environment].setdefault(finding.section, []).append(finding)
    return found


def changed_by(plan: Plan) -> frozenset[Ref]:
    """The objects that a plan changes, also members of tables."""
    return frozenset(map(subject_of, plan.differences))


def _names(known: Iterable[Iterable[str]]) -> Sequence[str]:
    return sorted({name for names in known for name in names})


def _rows(report: Report, section: Section, names: Sequence[str], cell: Callable[[Side, str], str]) -> list[Row]:
    """The rows that differ first."""
    findings = report.comparison.findings if report.comparison else ()
    differing = {name for finding in findings if finding.section is section for name in finding.objects}
    rows = [Row(name, tuple(cell(side, name) for side in report.sides), name in differing) for name in names]
    return sorted(rows, key=lambda row: not row.differs)


def _seed(seed: SeedRecord) -> str:
    if not seed.comparable:
        return "unknown: columns of the seed are missing"
    keys = seed.keys or SeedKeys()
    parts = [
        f"{number} {word}{_listed(found)}"
        for number, word, found in (
            (seed.missing, "missing", keys.missing),
            (seed.different, "different", keys.different),
            (seed.undeclared, "undeclared", keys.undeclared),
        )
        if number
    ]
    return ", ".join([*parts, f"{seed.unchanged} as declared"])


def _listed(keys: Sequence[str]) -> str:
    more = "; …" if len(keys) > _KEYS else ""
    return f" ({'; '.join(keys[:_KEYS])}{more})" if keys else ""
