"""Reports as text for people, and as data for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from bootstrap.cli.apply_text import (
    SHOWN_UNMANAGED,
    hazard_data,
    kept_lines,
    order_of_columns,
    seed_data,
    skip_data,
    statement_data,
    unmanaged,
)
from bootstrap.run.records import Run, printable
from bootstrap.service.reports import amount, counted, step_text
from bootstrap.wording import allowing

if TYPE_CHECKING:
    from bootstrap.plan.statement import Hazard, Plan, Statement
    from bootstrap.run.seeds import SeedResult
    from bootstrap.run.verify import Verification
    from bootstrap.service.history import CheckReport, HistoryReport
    from bootstrap.service.reports import ImportReport, PlanReport, RollbackReport


def plan(report: PlanReport) -> str:
    """The plan: SQL that can be read and run, with the hazards of each operation above its statements."""
    lines = [f"-- {report.summary}", *(f"-- {skip}" for skip in report.skips), *map(step_text, report.before)]
    lines += [f"-- kept in a backup before it is lost: {line}" for line in report.plan.backups]
    shown: set[Hazard] = set()
    for operation in report.plan.operations:
        new = [hazard for hazard in dict.fromkeys(operation.hazards) if hazard not in shown]
        shown.update(new)
        lines += [f"-- {line}" for hazard in new for line in _hazard(hazard)]
        lines += [line for statement in operation.statements for line in _statement(statement)]
    lines += map(step_text, report.after)
    for item in report.seeds:
        if item.pending:
            lines += [f"-- rows of {item.table.path}: {counted(item)}", *(f"--   {line}" for line in _keys(item))]
    lines += [f"-- {line}" for line in kept_lines(report.plan.kept)]
    lines += [f"-- left, as it does not only add: {line}" for line in report.left]
    lines += [f"-- {line}" for line in (*report.remarks, *_remarks(report.plan))]
    if report.refused:
        allowed = [hazard.permission for hazard in report.refused if not hazard.final]
        lines.append("-- apply refuses this plan" + ("; what allows it:" if allowed else ""))
        lines += [f"--   {allowing([permission])}" for permission in allowed]
        final = [hazard for hazard in report.refused if hazard.final]
        lines += [f"--   {hazard.subject}: {hazard.advice}" for hazard in final]
    if report.undecided:
        lines.append("-- apply refuses this plan; steps may have been done already:")
        lines += [f"--   {line}" for doubt in report.undecided for line in doubt.splitlines()]
    return "\n".join(lines)


def _statement(statement: Statement) -> Iterator[str]:
    if statement.ranges is not None:
        yield f"-- in ranges of {statement.ranges.key}, {statement.ranges.rows:,} rows each:"
    yield statement.text.rstrip(";") + ";"


def _keys(result: SeedResult) -> Iterator[str]:
    """The rows of a table, as far as the plan was asked to name them."""
    counts = result.counts or result.so_far
    if counts is None:
        return
    keys = counts.keys
    for verb, number, found in (
        ("delete", counts.deleted, keys.deleted),
        ("update", counts.updated, keys.updated),
        ("insert", counts.inserted, keys.inserted),
    ):
        yield from (f"{verb} {key}" for key in found)
        if found and number > len(found):
            yield f"{verb} … and {number - len(found)} more"


def _hazard(hazard: Hazard) -> Iterator[str]:
    yield f"{'HAZARD' if hazard.blocking else 'note'} {hazard.kind} {hazard.subject.path}: {hazard.message}"
    if hazard.advice:
        yield f"  safer: {hazard.advice}"


def _remarks(plan: Plan) -> Iterator[str]:
    shown = plan.unmanaged[:SHOWN_UNMANAGED]
    yield from map(unmanaged, shown)
    if len(plan.unmanaged) > len(shown):
        yield f"not declared, left alone: {len(plan.unmanaged) - len(shown)} more (--format json lists them)"
    yield from order_of_columns(plan.notes)


def plan_data(report: PlanReport) -> dict[str, Any]:
    """The plan as data."""
    return {
        "target": report.target,
        "environment": report.environment,
        "summary": report.summary,
        "fingerprint": report.plan.fingerprint,
        "statements": [
            {
                "sql": statement.text,
                "subject": str(statement.subject),
                "transactional": statement.transactional,
            }
            for statement in report.plan.statements
        ],
        "hazards": [hazard_data(hazard) for hazard in report.plan.hazards],
        "refused": [hazard.permission for hazard in report.refused],
        "undecided": list(report.undecided),
        "steps": [
            {"name": step.name, "phase": step.phase.value, "sql": [statement.sql for statement in step.statements]}
            for step in report.steps
        ],
        "skipped_steps": [skip_data(skip) for skip in report.skips],
        "seeds": [seed_data(item) for item in report.seeds],
        "unmanaged": [str(ref) for ref in report.plan.unmanaged],
        "kept": [str(ref) for ref in report.plan.kept],
        "backups": list(report.plan.backups),
        "remarks": list(report.remarks),
        "left": list(report.left),
        "notes": list(report.plan.notes),
    }


def rollback(report: RollbackReport) -> str:
    """What a rollback did, and what it could not undo."""
    lines = [report.summary, *(f"  {line}" for line in (*report.restored, *report.lost, *report.backups))]
    lines += [f"  step {name} is not undone, and does not run again" for name in report.steps]
    lines += [f"  {unmanaged(ref)}" for ref in report.unmanaged[:SHOWN_UNMANAGED]]
    return "\n".join(lines)


def rollback_data(report: RollbackReport) -> dict[str, Any]:
    """What a rollback did, as data."""
    return {
        "target": report.target,
        "environment": report.environment,
        "summary": report.summary,
        "run_id": report.run,
        "back_to": report.back_to,
        "fingerprint": report.fingerprint,
        "statements": [statement_data(item) for item in report.statements],
        "restored": list(report.restored),
        "lost": list(report.lost),
        "backups": list(report.backups),
        "steps": list(report.steps),
        "unmanaged": [str(ref) for ref in report.unmanaged],
    }


def verification(found: Verification) -> str:
    """Each fault in a line, or that there is none."""
    kept = [f"  {line}" for line in kept_lines(found.kept)]
    if found.holds:
        return "\n".join([f"{found.target}: verified: the database is what the declaration says", *kept])
    return "\n".join([f"{found.target}: not verified:", *(f"  {fault}" for fault in found.faults), *kept])


def verification_data(found: Verification) -> dict[str, Any]:
    """The verification as data."""
    return {
        "target": found.target,
        "verified": found.holds,
        "structure": list(found.structure),
        "steps": list(found.steps),
        "seeds": list(found.seeds),
        "checks": list(found.checks),
        "kept": [str(ref) for ref in found.kept],
    }


def history(report: HistoryReport) -> str:
    """The runs as a table, newest first; a single one with its statements."""
    if not report.runs:
        return f"{report.target}: nothing was run here yet"
    rows: list[tuple[str, ...]] = [("run", "started (UTC)", "outcome", "environment", "by", "revision")]
    rows += [_run_row(run) for run in report.runs]
    lines = [f"{report.target}: bootstrapped as {report.identity}", *_table(rows)]
    errors = [line for run in report.runs for line in run.error.splitlines()] if len(report.runs) == 1 else []
    lines += [f"  error: {printable(line)}" for line in errors]
    if report.changes is not None:
        lines.append("  structure:" if report.changes else "  structure: not changed")
        lines += [f"    {printable(line)}" for line in report.changes]
    for item in report.statements:
        duration = "" if item.duration_ms is None else f" ({item.duration_ms} ms)"
        lines.append(f"  {item.seq}. {item.outcome}{duration} {item.subject}")
        lines += [f"     {printable(line)}" for line in item.sql_text.splitlines()]
        lines += [f"     {printable(line)}" for line in item.error.splitlines()]
    return "\n".join(lines)


def checked(report: CheckReport) -> str:
    """Each record that is not as it was written in a line, or that there is none."""
    found = report.checked
    runs = amount(found.runs, "run")
    older = f"; {amount(found.older, 'run')} before them cannot be checked" if found.older else ""
    if not found.faults:
        return f"{report.target}: history checked: {runs}, each as it was recorded{older}"
    return "\n".join(
        [
            f"{report.target}: the history was changed ({runs} checked{older}):",
            *(f"  {fault}" for fault in found.faults),
        ]
    )


def checked_data(report: CheckReport) -> dict[str, Any]:
    """The check of the history as data."""
    return {
        "format_version": 1,
        "target": report.target,
        "holds": not report.checked.faults,
        "runs": report.checked.runs,
        "older_runs": report.checked.older,
        "faults": [{"run": item.run, "kind": item.kind.value, "message": str(item)} for item in report.checked.faults],
    }


def _run_row(run: Run) -> tuple[str, ...]:
    who = f"{run.os_user or run.db_user}@{run.host}" if run.host else run.db_user
    started = run.started_at.strftime("%Y-%m-%d %H:%M:%S")
    row = (str(run.id), started, run.outcome.value, run.environment or "-", who, run.git_revision[:12] or "-")
    return tuple(printable(cell) for cell in row)


def _table(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    kept = list(rows)
    widths = [max(len(row[place]) for row in kept) for place in range(len(kept[0]))]
    for row in kept:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def history_data(report: HistoryReport) -> dict[str, Any]:
    """The history as data."""
    return {
        "target": report.target,
        "bootstrapped_as": report.identity,
        "runs": [{name: getattr(run, name) for name in Run.__dataclass_fields__} for run in report.runs],
        "statements": [statement_data(item) for item in report.statements],
        "changes": None if report.changes is None else list(report.changes),
    }


def imported(report: ImportReport) -> str:
    """What an import wrote."""
    lines = [f"{report.target}: {amount(report.objects, 'object')} written", *(f"  {path}" for path in report.files)]
    lines += [f"left out, because it cannot be declared: {item}" for item in report.left_out]
    return "\n".join([*lines, *(f"left out, because another tool writes it: {ref}" for ref in report.other_tools)])


def imported_data(report: ImportReport) -> dict[str, Any]:
    """What an import wrote, as data."""
    return {
        "target": report.target,
        "objects": report.objects,
        "files": [str(path) for path in report.files],
        "left_out": list(report.left_out),
        "other_tools": [str(ref) for ref in report.other_tools],
    }
