"""The report of an apply as text for people, and as data for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bootstrap.catalog.ref import Ref
    from bootstrap.plan.block import Block
    from bootstrap.plan.statement import Hazard
    from bootstrap.run.records import StatementRecord
    from bootstrap.run.seeds import SeedResult
    from bootstrap.run.step_skips import Skip
    from bootstrap.service.apply_report import ApplyReport

SHOWN_UNMANAGED = 20


def kept_lines(refs: Sequence[Ref]) -> Iterator[str]:
    """Everything by name: it is to be dropped one day."""
    yield from (f"declared no longer, kept: {ref}" for ref in refs)


def unmanaged(ref: Ref) -> str:
    """One object that is not declared."""
    from bootstrap.catalog.other_tools import tool_of  # noqa: PLC0415  # many databases have none

    tool = tool_of(ref)
    return f"not declared, left alone: {ref}" + (f" (the history of {tool})" if tool else "")


def order_of_columns(notes: Sequence[str]) -> Iterator[str]:
    """One line, however many tables: it never changes, and must not hide what does."""
    if notes:
        tables = f"{len(notes)} tables have" if len(notes) > 1 else "1 table has"
        yield f"note: {tables} columns in another order than declared, which changes nothing (--format json says which)"


def hazard_data(hazard: Hazard) -> dict[str, Any]:
    """A hazard as data."""
    return {
        "kind": hazard.kind.value,
        "subject": str(hazard.subject),
        "message": hazard.message,
        "advice": hazard.advice,
        "blocking": hazard.blocking,
        "allow": hazard.permission,
        "block": None if hazard.block is None else _block_data(hazard.block),
    }


def _block_data(block: Block) -> dict[str, Any]:
    """Who waits for a change, and for how long, as data; null is unknown."""
    return {
        "blocked": block.blocked.value,
        "work": block.work.value,
        "rows": None if block.size is None else block.size.rows,
        "bytes": None if block.size is None else block.size.bytes,
        "seconds": None if block.seconds is None else round(block.seconds, 3),
    }


def skip_data(skip: Skip) -> dict[str, Any]:
    """A step that is not run, as data."""
    return {"name": skip.step.name, "reason": skip.reason}


def seed_data(result: SeedResult) -> dict[str, Any]:
    """What a seed did in a table, as data."""
    from bootstrap.dialects.base import RowKeys  # noqa: PLC0415  # only where there are seeds

    counts = result.counts
    known = None if counts is None else {
        "inserted": counts.inserted, "updated": counts.updated, "deleted": counts.deleted,
        "unchanged": counts.unchanged,
    }  # fmt: skip
    keys = None if counts is None else counts.keys
    named = None if keys is None or keys == RowKeys() else {
        "inserted": list(keys.inserted), "updated": list(keys.updated), "deleted": list(keys.deleted),
    }  # fmt: skip
    found = {"table": result.table.path, "rows": known, "hazards": [hazard_data(hazard) for hazard in result.hazards]}
    return found if named is None else {**found, "keys": named}


def apply_text(report: ApplyReport) -> str:
    """What an apply did, a line each, and the token."""
    lines = [report.summary]
    lines += [f"  {skip}" for skip in report.skips]
    lines += [f"  step {name}" for name in report.steps]
    lines += [f"  rows of {item.table.path}: {_done(item)}" for item in report.seeds]
    lines += [f"  check {name} holds" for name in report.checks]
    lines += [f"  {line}" for line in kept_lines(report.kept)]
    lines += [f"  {line}" for line in report.backups]
    lines += [f"  {unmanaged(ref)}" for ref in report.unmanaged[:SHOWN_UNMANAGED]]
    lines += [f"  {note}" for note in order_of_columns(report.notes)]
    lines += [f"  left: {line}" for line in report.left]
    lines += [] if report.left else [f"  ready token {report.ready_token}"]
    return "\n".join(lines)


def _done(result: SeedResult) -> str:
    counts = result.counts
    if counts is None:
        return "unknown"
    named = (
        (counts.inserted, "inserted"), (counts.updated, "updated"), (counts.deleted, "deleted"),
        (counts.unchanged, "unchanged"),
    )  # fmt: skip
    return ", ".join(f"{number} {verb}" for number, verb in named if number) or "none"


def apply_data(report: ApplyReport) -> dict[str, Any]:
    """What an apply did, as data."""
    return {
        "status": report.outcome.value,
        "target": report.target,
        "environment": report.environment,
        "summary": report.summary,
        "run_id": report.run,
        "ready_token": report.ready_token,
        "fingerprint": report.fingerprint,
        "statements": [statement_data(item) for item in report.statements],
        "steps": list(report.steps),
        "skipped_steps": [skip_data(skip) for skip in report.skips],
        "seeds": [seed_data(item) for item in report.seeds],
        "checks": list(report.checks),
        "unmanaged": [str(ref) for ref in report.unmanaged],
        "kept": [str(ref) for ref in report.kept],
        "backups": list(report.backups),
        "left": list(report.left),
        "notes": list(report.notes),
    }


def statement_data(item: StatementRecord) -> dict[str, Any]:
    """A recorded statement as data."""
    return {
        "seq": item.seq,
        "subject": item.subject,
        "sql": item.sql_text,
        "outcome": item.outcome.value,
        "duration_ms": item.duration_ms,
        "attempts": item.attempts,
        "error": item.error,
    }
