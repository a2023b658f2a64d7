"""The report of a run as JSON: for machines, and for where Terraform keeps the output to itself."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from bootstrap.problems import BootstrapError
from bootstrap.redact import redact
from bootstrap.run.history import StatementRecord
from bootstrap.run.seeds import SeedResult
from bootstrap.run.verify import Verification

REPORT_VARIABLE = "DB_BOOTSTRAP_REPORT"
FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one run did. ``status`` is applied, unchanged, planned, verified or failed."""

    status: str
    action: str
    environment: str
    target: str
    summary: str
    run_id: str = ""
    ready_token: str = ""
    fingerprint: str = ""
    declaration_digest: str = ""
    pending: Sequence[str] = ()
    statements: Sequence[StatementRecord] = ()
    steps: Sequence[str] = ()
    seeds: Sequence[SeedResult] = ()
    verification: Verification | None = None
    notes: Sequence[str] = ()
    error: str = ""
    error_type: str = ""
    duration_ms: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


def as_data(report: Report) -> dict[str, Any]:
    """The report as JSON types, without what was not set."""
    data: dict[str, Any] = {"format": FORMAT} | msgspec.to_builtins(report)
    data["statements"] = [_statement(record) for record in report.statements]
    data["seeds"] = [_seed(result) for result in report.seeds]
    data |= data.pop("extra")
    return {name: value for name, value in data.items() if value not in (None, "", [], {})}


def as_json(report: Report) -> str:
    """The report as text, with every known secret taken out."""
    return redact(msgspec.json.format(msgspec.json.encode(as_data(report)), indent=2).decode()) + "\n"


def write_report(report: Report, path: str | os.PathLike[str]) -> None:
    """Write the report whole or not at all, readable by this user only.

    Raises:
        BootstrapError: it cannot be written there.
    """
    place = Path(path)
    try:
        with tempfile.NamedTemporaryFile(
            "w", dir=place.parent, prefix=f".{place.name}.", encoding="utf-8", delete=False
        ) as file:
            file.write(as_json(report))
        Path(file.name).replace(place)
    except OSError as error:
        raise BootstrapError(
            f"the report cannot be written to {place}: {error.strerror}: correct {REPORT_VARIABLE}"
        ) from error


def _statement(record: StatementRecord) -> dict[str, Any]:
    shown = {
        "seq": record.seq,
        "subject": record.subject,
        "sql": record.sql_text,
        "outcome": record.outcome.value,
        "duration_ms": record.duration_ms,
        "error": record.error,
    }
    return {name: value for name, value in shown.items() if value not in (None, "")}


def _seed(result: SeedResult) -> dict[str, Any]:
    counts = msgspec.to_builtins(result.counts) if result.counts else {}
    return {"table": result.table.path, "proven": result.proven, **counts}
